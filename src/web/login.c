/* login.c -- how a device's web page asks for a password, and whether it is
 * given to it.
 */
#include "web/login.h"

#include <string.h>

#include "web/verdict.h"

/* With Basic anybody on the way can read the password: it is sent only if the
 * user knows that this is a web page, never because somebody announces one. */
static int may_tell(const struct web_job *web, const struct proto_job *job,
                    const char *auth, struct espota_error *err)
{
    if (web->https)
        return 0;
    /* A password in the clear does not satisfy min_auth. */
    if (job->how.min_auth == ESPOTA_AUTH_SHA256)
        return eo_fail(err, ESPOTA_E_POLICY,
                       "this web page takes no password by SHA-256");
    if (web->found && strcmp(auth, "basic") == 0)
        return eo_fail_advice(err, ESPOTA_E_POLICY,
                              ESPOTA_ADVICE_NAME_PROTOCOL, NULL,
                              "it announces itself as a web page and wants the "
                              "password in the clear");
    return 0;
}

static int no_password(struct espota_error *err)
{
    return eo_fail_advice(err, ESPOTA_E_SECRET, ESPOTA_ADVICE_GIVE_LOGIN, NULL,
                          "the device asks for user and password");
}

int eo_web_looked(const struct web_job *web, const struct proto_job *job,
                  const struct web_look *look, const char **auth,
                  struct espota_error *err)
{
    const struct web_answer answer = {.status = look->status,
                                      .location = look->location};

    *auth = NULL;
    if (look->status == 401 && job->password == NULL)
        return no_password(err);
    /* With the profile's own path a 404 is final; a page elsewhere may be. */
    if ((look->status == 401 && look->logged_in) ||
        (look->status >= 300 && look->status < 400) ||
        (look->status == 404 && web->profile->probe == NULL))
        return eo_web_verdict(web->profile, &answer, err);
    if (look->status == 401)
        *auth = look->digest && web->profile->digest ? "digest" : "basic";
    /* Whoever gives a user knows that there is a login; with TLS nobody can
     * listen. */
    else if (web->https && web->user != NULL && job->password != NULL)
        *auth = "basic";
    return *auth != NULL ? may_tell(web, job, *auth, err) : 0;
}
