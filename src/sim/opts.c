/* opts.c -- option tables: parses and checks options, prints help. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "sim/sim.h"

enum {
    LEFT = 26 /* width of the option column in --help */
};

int eo_sim_unknown(struct espota_error *err, const char *kind,
                   const char *value, const char *const *names)
{
    const char *near = eo_nearest(value, names);

    if (near != NULL)
        return eo_fail(err, ESPOTA_E_USAGE,
                       "unknown %s \"%s\"; did you mean \"%s\"?", kind, value,
                       near);
    return eo_fail(err, ESPOTA_E_USAGE, "unknown %s \"%s\"", kind, value);
}

/* ---- values ------------------------------------------------------------- */

static int store_number(const struct opt *opt, void *at, const char *value,
                        struct espota_error *err)
{
    uint64_t n;

    if (eo_parse_uint(value, opt->min, opt->max, &n) != 0)
        return eo_fail(err, ESPOTA_E_USAGE,
                       "--%s takes a number from %llu to %llu, not \"%s\"",
                       opt->name, (unsigned long long)opt->min,
                       (unsigned long long)opt->max, value);
    *(unsigned *)at = (unsigned)n;
    return 0;
}

static int store_size(const struct opt *opt, void *at, const char *value,
                      struct espota_error *err)
{
    char digits[24];
    const size_t len = strlen(value);
    unsigned shift = 0;
    uint64_t n;

    if (len > 0 && (value[len - 1] == 'K' || value[len - 1] == 'M'))
        shift = value[len - 1] == 'K' ? 10 : 20;
    snprintf(digits, sizeof digits, "%.*s", (int)(len - (shift != 0)), value);
    if (len >= sizeof digits || eo_parse_uint(digits, 0, UINT32_MAX, &n) != 0 ||
        n << shift < opt->min || n << shift > opt->max)
        return eo_fail(err, ESPOTA_E_USAGE,
                       "--%s takes bytes from %llu to %llu, or with K or M, "
                       "not \"%s\"",
                       opt->name, (unsigned long long)opt->min,
                       (unsigned long long)opt->max, value);
    *(size_t *)at = (size_t)(n << shift);
    return 0;
}

/* Reads "20" or "0.25": at most three digits after the point. */
static int parse_micros(const char *text, uint64_t *us)
{
    const char *point = strchr(text, '.');
    const size_t whole = point != NULL ? (size_t)(point - text) : strlen(text);
    char digits[16] = "", fraction[4] = "000";
    uint64_t ms, rest;

    if (whole >= sizeof digits)
        return -1;
    memcpy(digits, text, whole);
    if (point != NULL) {
        const size_t n = strlen(point + 1);

        if (n == 0 || n > 3)
            return -1;
        memcpy(fraction, point + 1, n);
    }
    if (eo_parse_uint(digits, 0, UINT32_MAX / 1000, &ms) != 0 ||
        eo_parse_uint(fraction, 0, 999, &rest) != 0)
        return -1;
    *us = ms * 1000 + rest;
    return 0;
}

static int store_micros(const struct opt *opt, void *at, const char *value,
                        struct espota_error *err)
{
    uint64_t us;

    if (parse_micros(value, &us) != 0 || us > UINT32_MAX)
        return eo_fail(err, ESPOTA_E_USAGE,
                       "--%s takes milliseconds like 20 or 0.25, not \"%s\"",
                       opt->name, value);
    *(unsigned *)at = (unsigned)us;
    return 0;
}

static int store_choice(const struct opt *opt, void *at, const char *value,
                        struct espota_error *err)
{
    char kind[64];

    for (int i = 0; opt->choices[i] != NULL; i++) {
        if (strcmp(opt->choices[i], value) == 0) {
            *(int *)at = i;
            return 0;
        }
    }
    snprintf(kind, sizeof kind, "value of --%s", opt->name);
    return eo_sim_unknown(err, kind, value, opt->choices);
}

static int store(const struct opt *opt, void *base, const char *value,
                 struct espota_error *err)
{
    void *at = (char *)base + opt->at;

    switch (opt->kind) {
    case OPT_FLAG:
        *(bool *)at = true;
        return 0;
    case OPT_TEXT:
        *(const char **)at = value;
        return 0;
    case OPT_NUMBER:
        return store_number(opt, at, value, err);
    case OPT_SIZE:
        return store_size(opt, at, value, err);
    case OPT_MICROS:
        return store_micros(opt, at, value, err);
    case OPT_CHOICE:
        return store_choice(opt, at, value, err);
    case OPT_CALL:
        return opt->parse(at, value, err);
    }
    return -1;
}

/* ---- the command line --------------------------------------------------- */

static const struct opt *find(const struct opt_set *sets, size_t n_sets,
                              const char *name, size_t len, void **base)
{
    for (size_t s = 0; s < n_sets; s++) {
        for (size_t i = 0; i < sets[s].n; i++) {
            const struct opt *opt = &sets[s].opts[i];

            if (strlen(opt->name) == len && memcmp(opt->name, name, len) == 0) {
                *base = sets[s].base;
                return opt;
            }
        }
    }
    return NULL;
}

static int no_such_option(const struct opt_set *sets, size_t n_sets,
                          const char *arg, struct espota_error *err)
{
    const char *names[128], *near;
    char name[64];
    size_t n = 0;

    for (size_t s = 0; s < n_sets; s++)
        for (size_t i = 0; i < sets[s].n && n < 126; i++)
            names[n++] = sets[s].opts[i].name;
    names[n++] = "help";
    names[n] = NULL;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(arg + 2, "="), arg + 2);
    near = eo_nearest(name, names);
    return eo_fail(err, ESPOTA_E_USAGE, "unknown option --%s%s%s%s", name,
                   near != NULL ? "; did you mean --" : "",
                   near != NULL ? near : "", near != NULL ? "?" : "");
}

static bool is_help(const char *arg)
{
    return strcmp(arg, "-h") == 0 || strcmp(arg, "--help") == 0;
}

int eo_sim_opts(const struct opt_set *sets, size_t n_sets, int argc,
                char **argv, bool *help, struct espota_error *err)
{
    for (int i = 0; i < argc; i++) {
        const char *arg = argv[i], *value;
        const struct opt *opt;
        void *base = NULL;
        size_t len;

        if (is_help(arg)) {
            *help = true;
            return 0;
        }
        if (!eo_starts_with(arg, "--") || arg[2] == '\0')
            return eo_fail(err, ESPOTA_E_USAGE,
                           "\"%s\" is not an option; all begin with --", arg);
        len = strcspn(arg + 2, "=");
        value = arg[2 + len] == '=' ? arg + 2 + len + 1 : NULL;
        opt = find(sets, n_sets, arg + 2, len, &base);
        if (opt == NULL)
            return no_such_option(sets, n_sets, arg, err);
        if (opt->kind == OPT_FLAG && value != NULL)
            return eo_fail(err, ESPOTA_E_USAGE, "--%s takes no value",
                           opt->name);
        if (opt->kind != OPT_FLAG && value == NULL) {
            if (i + 1 == argc)
                return eo_fail(err, ESPOTA_E_USAGE, "--%s takes %s", opt->name,
                               opt->arg);
            value = argv[++i];
        }
        if (store(opt, base, value, err) != 0)
            return -1;
    }
    return 0;
}

void eo_sim_opts_help(const struct opt *opts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char left[64];
        const char *line = opts[i].help;

        snprintf(left, sizeof left, "--%s %s", opts[i].name,
                 opts[i].arg != NULL ? opts[i].arg : "");
        printf("  %-*s", LEFT, left);
        if (strlen(left) > LEFT)
            printf("\n  %-*s", LEFT, "");
        for (;;) {
            const size_t len = strcspn(line, "\n");

            printf(" %.*s\n", (int)len, line);
            if (line[len] == '\0')
                break;
            line += len + 1;
            printf("  %-*s", LEFT, "");
        }
    }
}
