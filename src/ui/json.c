/* json.c -- helpers for everything that prints JSON. */
#include "base/str.h"

#include <errno.h>
#include <string.h>

#include "base/utc.h"
#include "ui/json.h"

enum {
    VERSION = 1,
    TEXT_MAX = 4200 /* the longest path, and some of it escaped */
};

json_t *eo_json_text(const char *s)
{
    char space[TEXT_MAX];
    struct text t;

    if (s == NULL)
        return json_null();
    eo_text_init(&t, space, sizeof space);
    eo_text_add_safe(&t, s, strlen(s));
    return json_string(space);
}

int eo_json_line(FILE *out, json_t *o)
{
    int sys = 0;

    errno = 0;
    if (json_dumpf(o, out, JSON_COMPACT) != 0 || fputc('\n', out) == EOF ||
        fflush(out) == EOF)
        sys = errno != 0 ? errno : EIO;
    json_decref(o);
    return sys;
}

json_t *eo_json_event(const struct json_events *e, uint64_t wall_ms,
                      uint64_t t_ms, const char *device, const char *event)
{
    char ts[UTC_TEXT];

    eo_utc_text(ts, wall_ms, true);
    return json_pack("{s:i, s:I, s:s, s:I, s:o, s:s}", "v", VERSION, "seq",
                     (json_int_t)e->seq, "ts", ts, "t_ms", (json_int_t)t_ms,
                     "dev", eo_json_text(device), "event", event);
}

void eo_json_tell(struct json_events *e, FILE *out, json_t *o)
{
    if (o == NULL || e->broken != 0) {
        json_decref(o);
        return;
    }
    e->broken = eo_json_line(out, o);
    e->seq++;
}
