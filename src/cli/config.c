/* config.c -- settings from the environment and from INI files. */
#include "cli/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#ifdef EO_WITH_INI
#include <ini.h>
#endif

#include "base/mem.h"
#include "base/str.h"
#include "cli/ini_lines.h"

/* ---- the environment ---------------------------------------------------- */

int eo_env_settings(struct settings *out, struct espota_error *err)
{
    const struct opt *opt;

    for (size_t i = 0; (opt = eo_opt_at(i)) != NULL; i++) {
        const char *value = opt->env != NULL ? getenv(opt->env) : NULL;

        /* A password may be empty; anything else that is empty is not set. */
        if (value == NULL ||
            (*value == '\0' && (opt->flags & OPT_SECRET) == 0))
            continue;
        if (eo_settings_add(out, opt, value, LEVEL_ENV, opt->env, err) != 0) {
            const struct espota_error inner = *err;

            return eo_fail(err, inner.category, "%s: %s", opt->env,
                           inner.message);
        }
    }
    return 0;
}

/* ---- one file ----------------------------------------------------------- */

#ifdef EO_WITH_INI

struct reading {
    struct config *config;
    const char *path;
    struct ini_lines lines;
    unsigned nth;
    bool secret; /* the file holds one */
    struct espota_error *err;
};

static int complain(struct reading *r, const char *what, const char *name,
                    const char *near)
{
    char guess[DID_YOU_MEAN];

    if (!r->lines.stop)
        eo_fail(r->err, ESPOTA_E_USAGE, "%s:%u: %s \"%s\"%s", r->path,
                r->lines.line, what, name, eo_did_you_mean(guess, near));
    r->lines.stop = true;
    return 0; /* as inih wants it */
}

static struct section *add_section(struct reading *r, enum section_kind kind,
                                   const char *name)
{
    struct config *c = r->config;
    struct section *at = eo_resize(c->at, c->n + 1, sizeof *at);

    if (at == NULL)
        return NULL;
    c->at = at;
    at[c->n] = (struct section){.kind = kind, .name = eo_strdup(name)};
    return at[c->n].name != NULL ? &at[c->n++] : NULL;
}

/* Finds or makes the section that inih is in now. */
static struct section *in_section(struct reading *r, const char *header)
{
    static const char *const KINDS[] = {
        [SECTION_DEVICE] = "device",
        [SECTION_GROUP] = "group",
        [SECTION_DEFAULTS] = "defaults",
        NULL,
    };
    const size_t word = strcspn(header, " \t");
    const char *name = header + word + strspn(header + word, " \t");
    char kind_name[INI_SECTION_CHARS + 1];
    struct section *last;
    size_t kind = 0;

    snprintf(kind_name, sizeof kind_name, "%.*s", (int)word, header);
    while (KINDS[kind] != NULL && strcmp(KINDS[kind], kind_name) != 0)
        kind++;
    if (KINDS[kind] == NULL) {
        complain(r, *header == '\0' ? "a key before any section:" :
                 "unknown section", header, eo_nearest(kind_name, KINDS));
        return NULL;
    }
    if ((kind == SECTION_DEFAULTS) != (*name == '\0')) {
        complain(r,
                 *name == '\0' ? "a name is missing in section"
                               : "no name belongs into section",
                 header, NULL);
        return NULL;
    }
    last = r->config->n > 0 ? &r->config->at[r->config->n - 1] : NULL;
    if (last != NULL && last->kind == (enum section_kind)kind &&
        strcmp(last->name, name) == 0)
        return last;
    last = add_section(r, (enum section_kind)kind, name);
    if (last == NULL) {
        eo_fail(r->err, ESPOTA_E_INTERNAL, "out of memory");
        r->lines.stop = true;
    }
    return last;
}

static const char *nearest_key(const char *key)
{
    const char *names[OPTS_MAX + 2];
    const struct opt *opt;
    size_t n = 0;

    for (size_t i = 0; (opt = eo_opt_at(i)) != NULL; i++)
        if ((opt->flags & OPT_CONFIG) != 0)
            names[n++] = opt->name;
    names[n++] = "group";
    names[n] = NULL;
    return eo_nearest(key, names);
}

static int set_group(struct reading *r, struct section *s, const char *value)
{
    char *copy = eo_strdup(value);

    eo_free(s->group);
    s->group = copy;
    if (copy != NULL)
        return 1;
    eo_fail(r->err, ESPOTA_E_INTERNAL, "out of memory");
    r->lines.stop = true;
    return 0;
}

static int on_key(void *ctx, const char *header, const char *key,
                  const char *value)
{
    struct reading *r = ctx;
    struct section *s = r->lines.stop ? NULL : in_section(r, header);
    const struct opt *opt = eo_opt_find(CMD_ALL, key);
    char where[160];

    if (s == NULL)
        return 0;
    if (s->kind == SECTION_DEVICE && strcmp(key, "group") == 0)
        return set_group(r, s, value);
    if (opt == NULL)
        return complain(r, "unknown key", key, nearest_key(key));
    if ((opt->flags & OPT_CONFIG) == 0)
        return complain(r, "a file cannot set", key, NULL);
    if (strcmp(opt->name, "ip") == 0 && s->kind == SECTION_GROUP)
        return complain(r, "a group has no address:", key, NULL);
    snprintf(where, sizeof where, "%s:%u", r->path, r->lines.line);
    if (eo_settings_add(&s->settings, opt, value,
                        LEVEL_CONFIG + 3 * r->nth + (unsigned)s->kind, where,
                        r->err) != 0) {
        const struct espota_error inner = *r->err;

        eo_fail(r->err, inner.category, "%s: %s", where, inner.message);
        r->lines.stop = true;
        return 0;
    }
    r->secret = r->secret || (opt->flags & OPT_SECRET) != 0;
    return 1;
}

int eo_config_read(struct config *c, const char *path, unsigned nth,
                   bool missing_ok, struct notes *notes,
                   struct espota_error *err)
{
    struct reading r = {.config = c, .path = path, .nth = nth, .err = err};
    struct stat st;
    int bad;

    r.lines.file = fopen(path, "re");
    if (r.lines.file == NULL && missing_ok && (errno == ENOENT || errno == ENOTDIR))
        return 0;
    if (r.lines.file == NULL)
        return eo_fail_sys(err, ESPOTA_E_USAGE, errno, "%s: %s", path,
                           strerror(errno));
    bad = ini_parse_stream(eo_ini_line, &r.lines, on_key, &r);
    if (r.secret && fstat(fileno(r.lines.file), &st) == 0 &&
        (st.st_mode & S_IROTH) != 0)
        eo_note(notes, "readable-secret",
                "%s holds a password and every user can read it", path);
    fclose(r.lines.file);
    if (r.lines.stop)
        return -1;
    if (r.lines.wrong != NULL)
        return eo_fail(err, ESPOTA_E_USAGE, "%s:%u: %s", path, r.lines.line,
                       r.lines.wrong);
    if (bad != 0)
        return eo_fail(err, ESPOTA_E_USAGE,
                       "%s:%d: neither \"key = value\" nor \"[section]\"",
                       path, bad);
    return 0;
}

#else

int eo_config_read(struct config *c, const char *path, unsigned nth,
                   bool missing_ok, struct notes *notes,
                   struct espota_error *err)
{
    struct stat st;

    (void)c;
    (void)nth;
    if (!missing_ok)
        return eo_fail(err, ESPOTA_E_USAGE,
                       "configuration files were left out of this build "
                       "(inih)");
    if (stat(path, &st) == 0)
        eo_note(notes, "left-out",
                "%s is not read: configuration files were left out of this "
                "build (inih)",
                path);
    return 0;
}

#endif

/* ---- the usual files ---------------------------------------------------- */

int eo_config_load(struct config *c, const struct opts *o,
                   struct notes *notes, struct espota_error *err)
{
    const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    char path[512];

    if (o->no_config)
        return 0;
    if (o->config != NULL)
        return eo_config_read(c, o->config, 0, false, notes, err);
    if (eo_config_read(c, ".espota.conf", 0, true, notes, err) != 0)
        return -1;
    if (xdg != NULL && xdg[0] == '/')
        snprintf(path, sizeof path, "%s/espota/espota.conf", xdg);
    else if (home != NULL && home[0] == '/')
        snprintf(path, sizeof path, "%s/.config/espota/espota.conf", home);
    else
        return 0;
    return eo_config_read(c, path, 1, true, notes, err);
}

void eo_config_free(struct config *c)
{
    for (size_t i = 0; i < c->n; i++) {
        eo_free(c->at[i].name);
        eo_free(c->at[i].group);
        eo_settings_free(&c->at[i].settings);
    }
    eo_free(c->at);
    *c = (struct config){0};
}

/* ---- what they say ------------------------------------------------------ */

static bool is_device(const struct section *s, const char *device)
{
    return s->kind == SECTION_DEVICE && device != NULL &&
           eo_same_nocase(s->name, device);
}

static const char *group_of(const struct config *c, const char *device)
{
    for (size_t i = 0; i < c->n; i++)
        if (is_device(&c->at[i], device) && c->at[i].group != NULL)
            return c->at[i].group;
    return NULL;
}

int eo_config_apply(const struct config *c, const char *device,
                    struct opts *o, struct espota_error *err)
{
    const char *group = group_of(c, device);

    /* By level, strongest first: files in their order, in each the device,
     * its group, the defaults. */
    for (unsigned level = LEVEL_CONFIG; level < LEVEL_CONFIG + 6; level++)
        for (size_t i = 0; i < c->n; i++) {
            const struct section *s = &c->at[i];
            const bool ours =
                s->kind == SECTION_DEFAULTS || is_device(s, device) ||
                (s->kind == SECTION_GROUP && group != NULL &&
                 strcmp(s->name, group) == 0);

            if (ours && s->settings.n > 0 &&
                s->settings.at[0].level == level &&
                eo_opts_apply(o, &s->settings, err) != 0)
                return -1;
        }
    return 0;
}

const struct setting *eo_config_address(const struct config *c,
                                        const char *device)
{
    const struct setting *found = NULL;

    for (size_t i = 0; i < c->n && found == NULL; i++) {
        const struct settings *s = &c->at[i].settings;

        for (size_t k = 0; is_device(&c->at[i], device) && k < s->n; k++)
            if (strcmp(s->at[k].opt->name, "ip") == 0)
                found = &s->at[k];
    }
    return found;
}
