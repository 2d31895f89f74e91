/* device.h -- what people write for a device, wherever one may be given:
 *
 *     [NAME=]HOST[:PORT]            kitchen=10.0.0.7:3232
 *     [NAME=]IPV6                   ::1, fe80::1%eth0
 *     [NAME=][IPV6%SCOPE][:PORT]    [fe80::1%eth0]:3232
 *     [NAME=]http://HOST[:PORT][/PATH], and https://
 *
 * A NAME with blanks is put in double quotes; any of it may be.
 */
#ifndef EO_DEVICE_H
#define EO_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct part {
    const char *at; /* in the text that was read; NULL: there is none */
    size_t len;
};

struct device_words {
    struct part name;
    struct part target; /* after NAME=: as it is shown */
    struct part host;   /* to be resolved: no brackets, port, scheme or path */
    struct part path;   /* of a URL, with its "/"; NULL: none, or "/" alone */
    uint16_t port;      /* 0: none was given */
    bool url, https;
};

/* Borrows text.  Fails with USAGE, before anything is looked up, for what
 * cannot be a host.  A URL with a user in it is never repeated in the
 * message. */
int eo_device_read(struct device_words *, const char *text,
                   struct espota_error *err) EO_MUST_CHECK;

/* May a device be called that?  Blanks are fine where nobody has to find the
 * end of the name. */
bool eo_is_device_name(const char *at, size_t len);

bool eo_is_url(const char *text);

/* Fails with USAGE if text is a URL of any scheme with a user in it.  The
 * message repeats none of it, so that no password gets into it. */
int eo_no_user_in_url(const char *text, struct espota_error *err) EO_MUST_CHECK;

#endif
