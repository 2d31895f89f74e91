/* push_none.c -- a build that knows no web pages. */
#include "web/push.h"

const char *eo_http_push_library(void)
{
    return NULL;
}

struct session *eo_push_start(const struct web_job *web,
                              const struct session_config *c)
{
    (void)web;
    (void)c;
    return NULL;
}
