/* config_ini.c -- one INI file of settings. */
#include "conf/config.h"

#include <stdio.h>
#include <string.h>

#include <ini.h>

#include "base/mem.h"
#include "base/str.h"
#include "conf/ini_lines.h"
#include "os/file.h"

const char *eo_config_library(void)
{
    return "inih";
}

struct reading {
    struct config *config;
    const char *path;
    struct ini_lines lines;
    unsigned nth;
    enum config_trust trust;
    struct notes *notes;
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
    struct section *at = eo_grow(c->at, c->n, &c->cap, sizeof *at);

    if (at == NULL)
        return NULL;
    c->at = at;
    c->at[c->n] = (struct section){.kind = kind, .name = eo_strdup(name)};
    return c->at[c->n].name != NULL ? &c->at[c->n++] : NULL;
}

/* Finds or makes the section that inih is in now. */
static struct section *in_section(struct reading *r, const char *header,
                                  const char *key)
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
        complain(r, *header == '\0' ? "no [section] above the key"
                                    : "unknown section",
                 *header == '\0' ? key : header,
                 *header == '\0' ? NULL : eo_nearest(kind_name, KINDS));
        return NULL;
    }
    if ((kind == SECTION_DEFAULTS) != (*name == '\0')) {
        complain(r,
                 *name == '\0' ? "a name is missing in section"
                               : "a name is not allowed in section",
                 header, NULL);
        return NULL;
    }
    last = r->config->n > 0 ? &r->config->at[r->config->n - 1] : NULL;
    if (last != NULL && last->kind == (enum section_kind)kind &&
        strcmp(last->name, name) == 0)
        return last;
    last = add_section(r, (enum section_kind)kind, name);
    if (last == NULL) {
        eo_fail_memory(r->err);
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

static int out_of_memory(struct reading *r)
{
    eo_fail_memory(r->err);
    r->lines.stop = true;
    return 0;
}

static int set_group(struct reading *r, struct section *s, const char *value,
                     const char *where)
{
    eo_free(s->group);
    eo_free(s->group_where);
    s->group = eo_strdup(value);
    s->group_where = eo_strdup(where);
    return s->group != NULL && s->group_where != NULL ? 1 : out_of_memory(r);
}

static int add_value(struct reading *r, struct section *s,
                     const struct opt *opt, const char *value,
                     const char *where)
{
    const unsigned level = LEVEL_CONFIG + 3 * r->nth + (unsigned)s->kind;

    if (eo_settings_add(&s->settings, opt, value, level, where, r->err) != 0) {
        const struct espota_error inner = *r->err;

        eo_fail_as(r->err, &inner, "%s: %s", where, inner.message);
        r->lines.stop = true;
        return 0;
    }
    r->secret = r->secret || (opt->flags & OPT_SECRET) != 0;
    return 1;
}

/* "ip = HOST:PORT" says the port, too, and no second one may differ. */
static int add_setting(struct reading *r, struct section *s,
                       const struct opt *opt, const char *value)
{
    struct device_words d;
    char where[160], port[8];
    char *path = NULL;
    int rc;

    snprintf(where, sizeof where, "%s:%u", r->path, r->lines.line);
    if ((opt->flags & OPT_FILE) != 0) {
        value = path = eo_config_path(r->path, value);
        if (path == NULL)
            return out_of_memory(r);
    }
    rc = add_value(r, s, opt, value, where);
    eo_free(path);
    if (rc != 0 && (opt->flags & OPT_DEVICE) != 0 &&
        s->kind == SECTION_DEVICE &&
        eo_device_given(&d, value, NULL) == 0 && d.port != 0) {
        snprintf(port, sizeof port, "%u", d.port);
        rc = add_value(r, s, eo_opt_find(CMD_FLEET, "port"), port, where);
    }
    if (rc != 0 && !eo_settings_one_port(&s->settings))
        return complain(r, "two ports are given for", s->name, NULL);
    return rc;
}

static const struct opt *find_key(const struct section *s, const char *key)
{
    if (s->kind == SECTION_DEVICE && strcmp(key, "host") == 0)
        key = "ip";
    return eo_opt_find(CMD_ALL, key);
}

static int on_key(void *ctx, const char *header, const char *key,
                  const char *value)
{
    struct reading *r = ctx;
    struct section *s = r->lines.stop ? NULL : in_section(r, header, key);
    const struct opt *opt = s != NULL ? find_key(s, key) : NULL;
    const char *wrong;
    char where[160];

    if (s == NULL)
        return 0;
    value = eo_ini_value(&r->lines, value,
                         opt != NULL && (opt->flags & OPT_COMMAND) != 0, &wrong);
    if (value == NULL)
        return complain(r, wrong, key, NULL);
    if (s->kind == SECTION_DEVICE && strcmp(key, "group") == 0) {
        snprintf(where, sizeof where, "%s:%u", r->path, r->lines.line);
        return set_group(r, s, value, where);
    }
    if (opt == NULL)
        return complain(r, "unknown key", key, nearest_key(key));
    if ((opt->flags & OPT_CONFIG) == 0)
        return complain(r, "a file cannot set", key, NULL);
    if (strcmp(opt->name, "ip") == 0 && s->kind == SECTION_GROUP)
        return complain(r, "a group has no address:", key, NULL);
    if ((opt->flags & OPT_COMMAND) != 0 && r->trust == CONFIG_FOUND) {
        eo_note(r->notes, "config-command",
                "%s:%u: \"%s\" is ignored: only a configuration that is named "
                "may run commands; if you trust it: --config %s",
                r->path, r->lines.line, key, r->path);
        return 1;
    }
    return add_setting(r, s, opt, value);
}

int eo_config_read(struct config *c, const char *path, unsigned nth,
                   enum config_trust trust, struct notes *notes,
                   struct espota_error *err)
{
    struct reading r = {.config = c, .path = path, .nth = nth,
                        .trust = trust, .notes = notes, .err = err};
    char buffer[BUFSIZ]; /* what stdio has of its own, nobody wipes */
    struct file_facts facts;
    int bad;

    if (eo_config_open(&r.lines.file, path, trust, notes, err) != 0)
        return -1;
    if (r.lines.file == NULL)
        return 0;
    setvbuf(r.lines.file, buffer, _IOFBF, sizeof buffer);
    bad = ini_parse_stream(eo_ini_line, &r.lines, on_key, &r);
    if (r.secret && eo_file_facts_stream(r.lines.file, &facts) == 0 &&
        facts.all_read)
        eo_note(notes, "readable-secret",
                "%s holds a password and every user can read it", path);
    fclose(r.lines.file);
    eo_wipe(r.lines.value, sizeof r.lines.value);
    eo_wipe(buffer, sizeof buffer);
    if (r.lines.stop)
        return -1;
    if (r.lines.wrong != NULL)
        return eo_fail(err, ESPOTA_E_USAGE, "%s:%u: %s", path, r.lines.line,
                       r.lines.wrong);
    if (bad != 0)
        return eo_fail(err, ESPOTA_E_USAGE,
                       "%s:%d: neither \"key = value\" nor \"[section]\"",
                       path, bad);
    return eo_config_index(c, err);
}
