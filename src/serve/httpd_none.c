/* httpd_none.c -- a build that cannot serve. */
#include "serve/httpd.h"

#include "base/err.h"
#include "os/sock.h"

int eo_httpd_new(struct httpd **out, const struct httpd_config *c,
                 struct espota_error *err)
{
    (void)out;
    eo_sock_close(c->listener);
    return eo_fail(err, ESPOTA_E_USAGE,
                   "this build cannot serve: libmicrohttpd was left out");
}

void eo_httpd_free(struct httpd *s)
{
    (void)s;
}

const char *eo_httpd_library(void)
{
    return NULL;
}
