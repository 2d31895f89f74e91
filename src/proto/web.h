/* web.h -- pushing an image to a device's web page: what is said, and what the
 * answer means.  Pure; the talking is in io/http_push.c.
 *
 * The parsers in the devices are small and particular: docs/PROTOCOLS.md.
 */
#ifndef EO_WEB_H
#define EO_WEB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <espota/fleet.h>

#include "base/err.h"
#include "base/str.h"

struct web_profile {
    const char *name;     /* --profile NAME */
    const char *path;     /* where the image goes */
    const char *fs_path;  /* where a filesystem goes; NULL: nowhere */
    const char *field;    /* of the form; NULL: the body is the bare image */
    const char *fs_field;
    const char *probe;    /* a GET of this shows how it asks for a password;
                             NULL: the form's own path; "": do not look */
    const char *user;     /* where none is given */
    uint16_t port;
    bool origin;          /* it wants an Origin that matches the Host */
    bool digest;          /* it may ask for one; else Basic alone counts */
    unsigned texts;       /* whose error texts: enum arduino_chip */
};

/* What a job over HTTP needs besides; borrowed like the rest of a job. */
struct web_job {
    const struct web_profile *profile;
    const char *host; /* as its URL names it: a name or an address */
    uint16_t port;
    bool https;
    const char *path; /* NULL: the profile's */
    const char *user; /* NULL: the profile's */
    const char *ca;   /* file of certificates to trust; NULL: the system's */
};

/* The first is the default.  NULL: there is none of that name. */
const struct web_profile *eo_web_profile(const char *name);
const struct web_profile *eo_web_profile_at(size_t i);

/* ---- what is said ------------------------------------------------------- */

enum { WEB_BOUNDARY = 24, WEB_FRAME_MAX = 320 };

/* What stands before and behind the image in the body; boundary is letters and
 * digits.  For a profile without form both are empty. */
void eo_web_head(struct text *, const struct web_profile *, bool filesystem,
                 const char *boundary);
void eo_web_tail(struct text *, const struct web_profile *,
                 const char *boundary);

/* ---- what is answered --------------------------------------------------- */

/* The verdict on an upload: 0 accepted, or -1 and why not.  text is the
 * beginning of the answer's body, as it came. */
int eo_web_verdict(const struct web_profile *, int status, const char *text,
                   size_t len, struct espota_error *err) EO_MUST_CHECK;

#endif
