/* config_ini.c -- one INI file of settings. */
#include "conf/config.h"

#include <errno.h>
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
    struct section *section; /* NULL: none yet, or its header is wrong */
    unsigned nth;
    enum config_trust trust;
    struct notes *notes;
    bool secret; /* the file holds a secret */
    struct espota_error *err;
};

enum { WHERE = CONFIG_PATH + 16 };

static const char *where(char out[WHERE], const struct reading *r)
{
    snprintf(out, WHERE, "%s:%u", r->path, r->lines.line);
    return out;
}

/* Reports *r->err for the line that was read last.  Returns 0, as inih wants
 * it. */
static int wrong(struct reading *r)
{
    if (eo_config_problem(r->config, r->nth, r->lines.line, r->err) != 0)
        r->lines.stop = true;
    return 0;
}

static int complain(struct reading *r, const char *what, const char *name,
                    const char *near)
{
    char guess[DID_YOU_MEAN];

    eo_fail(r->err, ESPOTA_E_USAGE, "%s:%u: %s \"%s\"%s", r->path,
            r->lines.line, what, name, eo_did_you_mean(guess, near));
    return wrong(r);
}

static int out_of_memory(struct reading *r)
{
    eo_fail_memory(r->err);
    r->lines.stop = true;
    return 0;
}

/* ---- sections ------------------------------------------------------------ */

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

/* Finds or makes the section of a header; NULL: failed, and reported. */
static struct section *section_of(struct reading *r, const char *header)
{
    static const char *const KINDS[] = {
        [SECTION_DEVICE] = "device",
        [SECTION_GROUP] = "group",
        [SECTION_DEFAULTS] = "defaults",
        NULL,
    };
    const size_t word = strcspn(header, " \t");
    const char *name = header + word + strspn(header + word, " \t");
    char kind_name[INI_SECTION];
    struct section *last;
    size_t kind = 0;

    snprintf(kind_name, sizeof kind_name, "%.*s", (int)word, header);
    while (KINDS[kind] != NULL && strcmp(KINDS[kind], kind_name) != 0)
        kind++;
    if (KINDS[kind] == NULL) {
        complain(r, "unknown section", header, eo_nearest(kind_name, KINDS));
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
    if (last == NULL)
        out_of_memory(r);
    return last;
}

/* The function that inih reads with; reports what is wrong with a line. */
static char *next_line(char *space, int cap, void *ctx)
{
    struct reading *r = ctx;
    struct ini_lines *l = &r->lines;
    char at[WHERE];

    if (eo_ini_line_or_next(space, cap, l) == NULL)
        return NULL;
    if (l->wrong != NULL) {
        eo_fail(r->err, ESPOTA_E_USAGE, "%s: %s", where(at, r), l->wrong);
        wrong(r);
    }
    if (l->header)
        r->section = l->wrong == NULL ? section_of(r, l->name) : NULL;
    return space;
}

/* ---- keys ---------------------------------------------------------------- */

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
    char at[WHERE];

    eo_free(s->group);
    eo_free(s->group_where);
    s->group = eo_strdup(value);
    s->group_where = eo_strdup(where(at, r));
    s->group_nth = r->nth;
    s->group_line = r->lines.line;
    return s->group != NULL && s->group_where != NULL ? 1 : out_of_memory(r);
}

static int add_value(struct reading *r, struct section *s,
                     const struct opt *opt, const char *value)
{
    const unsigned level = LEVEL_CONFIG + 3 * r->nth + (unsigned)s->kind;
    char at[WHERE];

    if (eo_settings_add(&s->settings, opt, value, level, where(at, r),
                        r->err) != 0) {
        const struct espota_error inner = *r->err;

        if (inner.category == ESPOTA_E_INTERNAL)
            return out_of_memory(r);
        eo_fail_as(r->err, &inner, "%s: %s", at, inner.message);
        return wrong(r);
    }
    r->secret = r->secret || (opt->flags & OPT_SECRET) != 0;
    return 1;
}

/* "ip = HOST:PORT" gives the port, too, and no other port may differ. */
static int add_setting(struct reading *r, struct section *s,
                       const struct opt *opt, const char *value)
{
    const bool is_device = (opt->flags & OPT_DEVICE) != 0;
    struct device_words d;
    char port[8];
    char *path = NULL;
    int rc;

    if ((opt->flags & OPT_FILE) != 0) {
        value = path = eo_config_path(r->path, value);
        if (path == NULL)
            return out_of_memory(r);
    }
    rc = add_value(r, s, opt, value);
    eo_free(path);
    if (rc != 0 && is_device && s->kind == SECTION_DEVICE &&
        eo_device_given(&d, value, NULL) == 0 && d.port != 0) {
        snprintf(port, sizeof port, "%u", d.port);
        rc = add_value(r, s, eo_opt_find(CMD_FLEET, "port"), port);
    }
    if (rc != 0 && (is_device || strcmp(opt->name, "port") == 0) &&
        !eo_settings_one_port(&s->settings))
        return complain(r, "two ports are given for", s->name, NULL);
    return rc;
}

/* Other commands have options of the same name, such as "sign --verify". */
static const struct opt *find_key(const struct section *s, const char *key)
{
    const struct opt *opt;

    if (s->kind == SECTION_DEVICE && strcmp(key, "host") == 0)
        key = "ip";
    opt = eo_opt_find(CMD_UPLOAD | CMD_FLEET, key);
    return opt != NULL ? opt : eo_opt_find(CMD_ALL, key);
}

static int on_key(void *ctx, const char *header, const char *key,
                  const char *cut)
{
    struct reading *r = ctx;
    struct section *s = r->section;
    const struct opt *opt = s != NULL ? find_key(s, key) : NULL;
    const char *why, *value;
    char at[WHERE];

    (void)header;
    (void)cut;
    if (r->lines.stop)
        return 0;
    if (s == NULL)
        return r->lines.section > 0 /* which is already reported */
                   ? 1
                   : complain(r, "no [section] above the key", key, NULL);
    value = eo_ini_value(&r->lines,
                         opt != NULL && (opt->flags & OPT_COMMAND) != 0, &why);
    if (value == NULL)
        return complain(r, why, key, NULL);
    if (s->kind == SECTION_DEVICE && strcmp(key, "group") == 0)
        return set_group(r, s, value);
    if (opt == NULL)
        return complain(r, "unknown key", key, nearest_key(key));
    if ((opt->flags & OPT_CONFIG) == 0)
        return complain(r, "a file cannot set", key, NULL);
    if (strcmp(opt->name, "ip") == 0 && s->kind == SECTION_GROUP)
        return complain(r, "a group has no address:", key, NULL);
    if ((opt->flags & OPT_COMMAND) != 0 && r->trust == CONFIG_FOUND) {
        eo_note(r->notes, "config-command",
                "%s: \"%s\" is ignored: only a configuration that is named "
                "may run commands; if you trust it: --config %s",
                where(at, r), key, r->path);
        return 1;
    }
    return add_setting(r, s, opt, value);
}

/* ---- the file ------------------------------------------------------------ */

static int read_stream(struct reading *r)
{
    struct file_facts facts;
    const int bad = ini_parse_stream(next_line, r, on_key, r);

    if (ferror(r->lines.file) != 0)
        return eo_fail_sys(r->err, ESPOTA_E_USAGE, errno, "%s: %s", r->path,
                           eo_file_text(errno));
    if (r->secret && eo_file_facts_stream(r->lines.file, &facts) == 0 &&
        facts.all_read)
        eo_note(r->notes, "readable-secret",
                "%s holds a password and every user can read it", r->path);
    if (bad < 0 && !r->lines.stop)
        out_of_memory(r);
    return r->lines.stop ? -1 : eo_config_index(r->config, r->err);
}

int eo_config_read(struct config *c, const char *path, unsigned nth,
                   enum config_trust trust, struct notes *notes,
                   struct espota_error *err)
{
    struct reading r = {.config = c, .path = path, .nth = nth,
                        .trust = trust, .notes = notes, .err = err};
    char buffer[BUFSIZ]; /* stdio would not wipe a buffer of its own */
    int rc;

    if (eo_config_open(&r.lines.file, path, trust, notes, err) != 0)
        return eo_config_problem(c, nth, 0, err);
    if (r.lines.file == NULL)
        return 0;
    setvbuf(r.lines.file, buffer, _IOFBF, sizeof buffer);
    rc = read_stream(&r);
    fclose(r.lines.file);
    eo_wipe(r.lines.space, sizeof r.lines.space);
    eo_wipe(buffer, sizeof buffer);
    return rc;
}
