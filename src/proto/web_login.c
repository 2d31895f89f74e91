/* web_login.c -- how a device's web page asks for a password. */
#include "proto/web_login.h"

#include "proto/web_verdict.h"

int eo_web_looked(const struct proto_job *job, const struct web_look *look,
                  const char **auth, struct espota_error *err)
{
    const struct web_profile *p = job->web->profile;

    if (look->status == 401 && job->password == NULL)
        return eo_fail_hint(
            err, ESPOTA_E_SECRET,
            "give it with -a, --auth-file or --ask-auth, and --user",
            "the device asks for user and password");
    /* With the profile's own path a 404 is final; a page elsewhere may be. */
    if (look->status == 401 || (look->status == 404 && p->probe == NULL))
        return eo_web_verdict(p, look->status, "", 0, err);
    *auth = look->digest && p->digest ? "digest" : look->asks ? "basic" : NULL;
    return 0;
}

/* A password for all to hear is not what was meant by --min-auth. */
int eo_web_may_tell(const struct proto_job *job, struct espota_error *err)
{
    if (job->password != NULL && !job->web->https &&
        job->min_auth == ESPOTA_AUTH_SHA256)
        return eo_fail(err, ESPOTA_E_POLICY,
                       "this web page takes no password by SHA-256");
    return 0;
}
