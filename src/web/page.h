/* page.h -- pushing an image to a device's web page: which kinds of page there
 * are, and how a request names one.
 *
 * The body is in form.h, the password in login.h, the answer in
 * verdict.h: all pure.  The talking is in web/push.c.
 */
#ifndef EO_PAGE_H
#define EO_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <espota/fleet.h>

#include "base/str.h"

struct web_profile {
    const char *name;     /* --profile NAME */
    const char *path;     /* where the image goes */
    const char *fs_path;  /* where a filesystem goes; NULL: nowhere */
    const char *field;    /* of the form; NULL: the body is the bare image */
    const char *fs_field;
    const char *probe;    /* a look at this shows how it asks for a password;
                             NULL: the form's own path */
    const char *user;     /* where none is given */
    uint16_t port;
    bool origin;          /* it wants an Origin that matches the Host */
    bool digest;          /* it may ask for one; else Basic alone counts */
    bool bare;            /* no page: one looks by a POST of nothing, and its
                             200 tells no more than that all came */
    unsigned texts;       /* whose error texts: enum arduino_chip */
};

/* What a job over HTTP needs besides; borrowed like the rest of a job. */
struct web_job {
    const struct web_profile *profile;
    const char *host; /* as its URL names it: a name or an address */
    uint16_t port;
    bool https;
    bool found;       /* an announcement says so, and not the user */
    const char *path; /* NULL: the profile's */
    const char *user; /* NULL: the profile's */
    const char *ca;   /* file of certificates to trust; NULL: the system's */
};

/* The first is the default.  NULL: there is none of that name. */
const struct web_profile *eo_web_profile(const char *name);
const struct web_profile *eo_web_profile_at(size_t i);

/* How requests name the device: "[fe80::1]:8080", as in Host and Origin ... */
void eo_web_host(struct text *, const struct web_job *);
/* ... and the whole URL, with the scope of an address. */
void eo_web_url(struct text *, const struct web_job *, const char *path);

/* Where the upload goes. */
const char *eo_web_path(const struct web_job *, bool filesystem);

#endif
