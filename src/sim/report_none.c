/* report_none.c -- a build without JSON writes no reports. */
#include "sim/sim.h"

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

void eo_sim_report_end(struct report *r, FILE *out)
{
    (void)r, (void)out;
}
