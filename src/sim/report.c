/* report.c -- what the simulator saw, as JSON: one object a line. */
#include <stdio.h>

#include <jansson.h>

#include "base/mem.h"
#include "sim/sim.h"

enum { DEPTH = 4 };

struct report {
    json_t *at[DEPTH]; /* at[0] is the root, which owns the others */
    unsigned depth;
};

struct report *eo_sim_report_new(const char *event, const struct device *d)
{
    struct report *r = eo_calloc(1, sizeof *r);

    if (r == NULL)
        return NULL;
    r->at[0] = json_object();
    if (r->at[0] == NULL) {
        eo_free(r);
        return NULL;
    }
    eo_sim_report_text(r, "event", event);
    if (d != NULL)
        eo_sim_report_number(r, "device", d->number);
    return r;
}

static void set(struct report *r, const char *key, json_t *value)
{
    json_object_set_new(r->at[r->depth], key, value);
}

void eo_sim_report_text(struct report *r, const char *key, const char *value)
{
    if (r != NULL)
        set(r, key, value != NULL ? json_string(value) : json_null());
}

void eo_sim_report_number(struct report *r, const char *key, uint64_t value)
{
    if (r != NULL)
        set(r, key, json_integer((json_int_t)value));
}

void eo_sim_report_flag(struct report *r, const char *key, bool value)
{
    if (r != NULL)
        set(r, key, json_boolean(value));
}

void eo_sim_report_null(struct report *r, const char *key)
{
    if (r != NULL)
        set(r, key, json_null());
}

void eo_sim_report_enter(struct report *r, const char *key)
{
    json_t *inner;

    if (r == NULL || r->depth + 1 == DEPTH)
        return;
    inner = json_object();
    set(r, key, inner);
    r->at[++r->depth] = inner;
}

void eo_sim_report_leave(struct report *r)
{
    if (r != NULL && r->depth > 0)
        r->depth--;
}

void eo_sim_report_end(struct report *r, FILE *out)
{
    if (r == NULL)
        return;
    json_dumpf(r->at[0], out, JSON_COMPACT);
    fputc('\n', out);
    fflush(out);
    json_decref(r->at[0]);
    eo_free(r);
}
