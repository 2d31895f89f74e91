/* report.c -- what the simulator saw, as JSON: one object a line. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "os/file.h"
#include "sim/sim.h"

struct out {
    FILE *file;
};

struct out *eo_sim_out_open(const char *path, struct espota_error *err)
{
    struct out *o = eo_calloc(1, sizeof *o);

    if (o == NULL) {
        eo_fail_memory(err);
        return NULL;
    }
    o->file = path != NULL ? eo_file_stream_write(path) : stdout;
    if (o->file == NULL) {
        eo_fail_sys(err, ESPOTA_E_USAGE, errno, "%s: %s", path,
                    eo_file_text(errno));
        eo_free(o);
        return NULL;
    }
    return o;
}

void eo_sim_out_free(struct out *o)
{
    if (o != NULL && o->file != stdout)
        fclose(o->file);
    eo_free(o);
}

#ifdef EO_WITH_JSON
#include <jansson.h>

enum { DEPTH = 4 };

struct report {
    json_t *at[DEPTH]; /* at[0] is the whole; the others are borrowed from it */
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

void eo_sim_out_put(struct out *o, struct report *r)
{
    if (r == NULL)
        return;
    json_dumpf(r->at[0], o->file, JSON_COMPACT);
    fputc('\n', o->file);
    fflush(o->file);
    json_decref(r->at[0]);
    eo_free(r);
}

#else

struct report *eo_sim_report_new(const char *event, const struct device *d)
{
    (void)event, (void)d;
    return NULL;
}

void eo_sim_report_text(struct report *r, const char *key, const char *value)
{
    (void)r, (void)key, (void)value;
}

void eo_sim_report_number(struct report *r, const char *key, uint64_t value)
{
    (void)r, (void)key, (void)value;
}

void eo_sim_report_flag(struct report *r, const char *key, bool value)
{
    (void)r, (void)key, (void)value;
}

void eo_sim_report_null(struct report *r, const char *key)
{
    (void)r, (void)key;
}

void eo_sim_report_enter(struct report *r, const char *key)
{
    (void)r, (void)key;
}

void eo_sim_report_leave(struct report *r)
{
    (void)r;
}

void eo_sim_out_put(struct out *o, struct report *r)
{
    (void)o, (void)r;
}

#endif
