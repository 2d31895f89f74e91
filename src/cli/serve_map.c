/* serve_map.c -- the map file of "serve". */
#include "cli/serve_map.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#ifdef EO_WITH_INI
#include <ini.h>
#endif

#include "base/mem.h"
#include "base/str.h"
#include "cli/ini_lines.h"

static void free_const(const char *text)
{
    eo_free((void *)(uintptr_t)text);
}

void eo_serve_map_free(struct serve_map *m)
{
    for (size_t i = 0; i < m->n; i++) {
        free_const(m->rules[i].who);
        free_const(m->rules[i].firmware);
        free_const(m->rules[i].filesystem);
        free_const(m->rules[i].version);
    }
    eo_free(m->rules);
    *m = (struct serve_map){0};
}

#ifdef EO_WITH_INI

struct reading {
    struct serve_map *map;
    const char *path;
    struct ini_lines lines;
    struct espota_error *err;
};

static int complain(struct reading *r, unsigned line, const char *fmt, ...)
    EO_PRINTF(3, 4);

static int complain(struct reading *r, unsigned line, const char *fmt, ...)
{
    char what[300];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    if (!r->lines.stop)
        eo_fail(r->err, ESPOTA_E_USAGE, "%s:%u: %s", r->path, line, what);
    r->lines.stop = true;
    return 0; /* as inih wants it */
}

static struct espota_serve_rule *add_rule(struct reading *r, const char *who)
{
    struct serve_map *m = r->map;
    struct espota_serve_rule *rules = eo_resize(m->rules, m->n + 1,
                                                sizeof *rules);

    if (rules == NULL)
        return NULL;
    m->rules = rules;
    rules[m->n] = (struct espota_serve_rule){.who = eo_strdup(who)};
    return rules[m->n].who != NULL ? &rules[m->n++] : NULL;
}

static struct espota_serve_rule *rule_of(struct reading *r, const char *who)
{
    struct serve_map *m = r->map;
    struct espota_serve_rule *rule;

    if (*who == '\0') {
        complain(r, r->lines.line, "a key before any section");
        return NULL;
    }
    for (size_t i = 0; i < m->n; i++) {
        if (!eo_same_nocase(m->rules[i].who, who))
            continue;
        if (i + 1 == m->n)
            return &m->rules[i];
        complain(r, r->lines.section, "there are two sections \"%s\"", who);
        return NULL;
    }
    rule = add_rule(r, who);
    if (rule == NULL)
        complain(r, r->lines.line, "out of memory");
    return rule;
}

/* Files are meant from where the map is. */
static char *from_map(const char *map, const char *file)
{
    const char *slash = strrchr(map, '/');
    const size_t dir = slash != NULL ? (size_t)(slash - map) + 1 : 0;
    const size_t len = strlen(file);
    char *path;

    if (file[0] == '/' || dir == 0)
        return eo_strdup(file);
    path = eo_calloc(1, dir + len + 1);
    if (path == NULL)
        return NULL;
    memcpy(path, map, dir);
    memcpy(path + dir, file, len + 1);
    return path;
}

static int on_key(void *ctx, const char *who, const char *key,
                  const char *value)
{
    static const char *const KEYS[] = {"firmware", "filesystem", "version",
                                       NULL};
    struct reading *r = ctx;
    struct espota_serve_rule *rule = r->lines.stop ? NULL : rule_of(r, who);
    const char **slots[3];
    size_t i = 0;

    if (rule == NULL)
        return 0;
    slots[0] = &rule->firmware;
    slots[1] = &rule->filesystem;
    slots[2] = &rule->version;
    while (KEYS[i] != NULL && strcmp(KEYS[i], key) != 0)
        i++;
    if (KEYS[i] == NULL) {
        char near[DID_YOU_MEAN];

        return complain(r, r->lines.line, "unknown key \"%s\"%s", key,
                        eo_did_you_mean(near, eo_nearest(key, KEYS)));
    }
    if (*slots[i] != NULL)
        return complain(r, r->lines.line, "\"%s\" is given twice", key);
    if (*value == '\0')
        return complain(r, r->lines.line, "\"%s\" is empty", key);
    *slots[i] = i == 2 ? eo_strdup(value) : from_map(r->path, value);
    return *slots[i] != NULL ? 1 : complain(r, r->lines.line, "out of memory");
}

int eo_serve_map_read(struct serve_map *m, const char *path,
                      struct espota_error *err)
{
    struct reading r = {.map = m, .path = path, .err = err};
    int bad;

    *m = (struct serve_map){0};
    r.lines.file = fopen(path, "re");
    if (r.lines.file == NULL)
        return eo_fail_sys(err, ESPOTA_E_USAGE, errno, "%s: %s", path,
                           strerror(errno));
    bad = ini_parse_stream(eo_ini_line, &r.lines, on_key, &r);
    fclose(r.lines.file);
    if (!r.lines.stop && r.lines.wrong != NULL)
        complain(&r, r.lines.line, "%s", r.lines.wrong);
    if (!r.lines.stop && bad != 0)
        complain(&r, (unsigned)bad,
                 "neither \"key = value\" nor \"[section]\"");
    if (!r.lines.stop && m->n == 0)
        complain(&r, r.lines.line, "no section with a key");
    if (r.lines.stop)
        eo_serve_map_free(m);
    return r.lines.stop ? -1 : 0;
}

#else

int eo_serve_map_read(struct serve_map *m, const char *path,
                      struct espota_error *err)
{
    (void)path;
    *m = (struct serve_map){0};
    return eo_fail(err, ESPOTA_E_USAGE,
                   "--map was left out of this build (inih)");
}

#endif
