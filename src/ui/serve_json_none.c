/* serve_json_none.c -- a build without JSON. */
#include "ui/serve_json.h"

void eo_serve_json_event(struct serve_show *s,
                      const struct espota_serve_event *ev)
{
    (void)s;
    (void)ev;
}

void eo_serve_json_start(struct serve_show *s, uint16_t port, bool tls)
{
    (void)s;
    (void)port;
    (void)tls;
}

void eo_serve_json_end(struct serve_show *s, unsigned taken, int exit)
{
    (void)s;
    (void)taken;
    (void)exit;
}
