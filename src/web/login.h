/* login.h -- how a device's web page asks for a password, learnt from its
 * answer to a first look, and what may be given to it.
 */
#ifndef EO_LOGIN_H
#define EO_LOGIN_H

#include <stdbool.h>

#include "base/err.h"
#include "proto/proto.h"
#include "web/page.h"

/* The answer to a request without an image. */
struct web_look {
    int status;
    bool digest;          /* it offers a login by that */
    bool logged_in;       /* the request carried one */
    const char *location; /* it points there; NULL: nowhere */
};

/* 0: there is a page, and *auth is "digest" or "basic", which is how it wants
 * the password, or NULL: not at all.  -1: there is none, it wants what we do
 * not have, or what this job may not give to it. */
int eo_web_looked(const struct web_job *, const struct proto_job *,
                  const struct web_look *, const char **auth,
                  struct espota_error *err) EO_MUST_CHECK;

#endif
