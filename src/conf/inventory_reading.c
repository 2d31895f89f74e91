/* inventory_reading.c -- how every form of a targets file handles a host, a key
 * and a mistake. */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "conf/inventory_inside.h"

int eo_reading_fail(struct reading *r, const char *what)
{
    return eo_fail(r->err, ESPOTA_E_USAGE, "%s:%u: %s", r->path, r->line,
                   what);
}

int eo_reading_complain(struct reading *r, const char *what, const char *which)
{
    return eo_fail(r->err, ESPOTA_E_USAGE, "%s:%u: %s \"%s\"", r->path,
                   r->line, what, which);
}

int eo_reading_place(struct reading *r)
{
    const struct espota_error inner = *r->err;

    return eo_fail_as(r->err, &inner, "%s:%u: %s", r->path, r->line,
                      inner.message);
}

int eo_reading_add(struct reading *r, const char *name)
{
    return eo_targets_add(r->list, name, r->config, r->err) == 0
               ? 0
               : eo_reading_place(r);
}

const struct opt *eo_reading_key(const char *key)
{
    const struct opt *opt = eo_opt_find(CMD_FLEET, key);

    return opt != NULL && (opt->flags & OPT_CONFIG) != 0 ? opt : NULL;
}

const char *eo_reading_nearly(const char *key)
{
    static const char *const OURS[] = {"host", "name"};
    const struct opt *opt;

    for (size_t i = 0; i < sizeof OURS / sizeof *OURS; i++)
        if (eo_is_slip(key, OURS[i]))
            return OURS[i];
    for (size_t i = 0; (opt = eo_opt_at(i)) != NULL; i++)
        if (eo_reading_key(opt->name) == opt && eo_is_slip(key, opt->name))
            return opt->name;
    return NULL;
}

int eo_reading_unknown(struct reading *r, const char *key)
{
    const char *names[OPTS_MAX + 1];
    char near[DID_YOU_MEAN];
    const struct opt *opt;
    size_t n = 0;

    for (size_t i = 0; (opt = eo_opt_at(i)) != NULL; i++)
        if (eo_reading_key(opt->name) == opt)
            names[n++] = opt->name;
    names[n] = NULL;
    return eo_fail(r->err, ESPOTA_E_USAGE, "%s:%u: unknown key \"%s\"%s",
                   r->path, r->line, key,
                   eo_did_you_mean(near, eo_nearest(key, names)));
}

/* A row of a targets file is about one device, the command line about all of
 * them, so the file wins. */
int eo_reading_set(struct reading *r, struct target_row *row, const char *key,
                   const char *value)
{
    const struct opt *opt = eo_reading_key(key);
    char where[200];

    if (opt == NULL)
        return eo_reading_unknown(r, key);
    snprintf(where, sizeof where, "%s:%u", r->path, r->line);
    return eo_settings_add(&row->settings, opt, value, LEVEL_OWN, where,
                           r->err) == 0
               ? 0
               : eo_reading_place(r);
}

int eo_reading_end(struct reading *r, const struct target_row *row)
{
    return eo_settings_one_port(&row->settings)
               ? 0
               : eo_reading_complain(r, "two ports are given for", row->name);
}
