/* web_login.h -- how a device's web page asks for a password, learnt from its
 * answer to a first look, and what may be given to it.
 */
#ifndef EO_WEB_LOGIN_H
#define EO_WEB_LOGIN_H

#include <stdbool.h>

#include "base/err.h"
#include "proto/proto.h"
#include "proto/web.h"

/* The answer to a GET without a password. */
struct web_look {
    int status;
    bool asks;   /* for a login, by any scheme */
    bool digest; /* it offers that one */
};

/* 0: there is a page, and *auth is "digest", "basic" or, where it asks for
 * nothing, NULL.  -1: there is none, or it wants what we do not have. */
int eo_web_looked(const struct proto_job *, const struct web_look *,
                  const char **auth, struct espota_error *err) EO_MUST_CHECK;

/* May this job's password go to that page?  -1: POLICY. */
int eo_web_may_tell(const struct proto_job *, struct espota_error *err)
    EO_MUST_CHECK;

#endif
