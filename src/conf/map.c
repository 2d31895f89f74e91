/* map.c -- the map file of "serve". */
#include "conf/map.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <ini.h>

#include "base/mem.h"
#include "base/str.h"
#include "conf/ini_lines.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/paths.h"

enum {
    MAP_MAX = 1 << 20,
    PATIENCE_MS = 3000, /* wait for a map that is being written at the start */
    PAUSE_MS = 50
};

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

/* Names of files are relative to the map. */
static char *from_map(const char *map, const char *file)
{
    const size_t dir = eo_paths_folder(map), len = strlen(file);
    char *path;

    if (eo_paths_is_absolute(file) || dir == 0)
        return eo_strdup(file);
    path = eo_calloc(1, dir + len + 1);
    if (path == NULL)
        return NULL;
    memcpy(path, map, dir);
    memcpy(path + dir, file, len + 1);
    return path;
}

static int on_key(void *ctx, const char *header, const char *key,
                  const char *cut)
{
    static const char *const KEYS[] = {"firmware", "filesystem", "version",
                                       NULL};
    struct reading *r = ctx;
    struct espota_serve_rule *rule =
        r->lines.stop ? NULL : rule_of(r, r->lines.name);
    const char **slots[3], *wrong, *value;
    size_t i = 0;

    (void)header;
    (void)cut;
    if (rule == NULL)
        return 0;
    value = eo_ini_value(&r->lines, false, &wrong);
    if (value == NULL)
        return complain(r, r->lines.line, "%s \"%s\"", wrong, key);
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

static int parse(struct serve_map *m, const struct ini_lines *lines,
                 const char *path, struct espota_error *err)
{
    struct reading r = {
        .map = m, .path = path, .lines = *lines, .err = err};
    int bad;

    *m = (struct serve_map){0};
    bad = ini_parse_stream(eo_ini_line, &r.lines, on_key, &r);
    if (!r.lines.stop && r.lines.wrong != NULL)
        complain(&r, r.lines.line, "%s", r.lines.wrong);
    if (!r.lines.stop && bad != 0)
        complain(&r, r.lines.line, "out of memory");
    if (!r.lines.stop && m->n == 0)
        complain(&r, r.lines.line, "no section with a key");
    if (r.lines.stop)
        eo_serve_map_free(m);
    return r.lines.stop ? -1 : 0;
}

static int parse_text(struct serve_map *m, const struct serve_map_file *f,
                      struct espota_error *err)
{
    struct ini_lines lines = {.text = f->text, .left = (size_t)f->stamp.size};

    if (lines.left == 0)
        lines = (struct ini_lines){.text = "\n", .left = 1};
    return parse(m, &lines, f->path, err);
}

/* Parses a pipe, which can be read only once, and closes it. */
static int parse_stream(struct serve_map *m, os_file pipe, const char *path,
                        struct espota_error *err)
{
    struct ini_lines lines = {.file = eo_file_stream(pipe)};
    int rc;

    if (lines.file == NULL) {
        eo_file_close(pipe);
        return eo_fail_memory(err);
    }
    rc = parse(m, &lines, path, err);
    fclose(lines.file);
    return rc;
}

static int fail_read(const char *path, struct espota_error *err)
{
    if (errno == EFBIG) /* the file's fault, not a shortage */
        return eo_fail(err, ESPOTA_E_USAGE, "%s is too large to be a map", path);
    return eo_fail_sys(err, ESPOTA_E_USAGE, errno, "%s: %s", path,
                       eo_file_text(errno));
}

/* The text of the file as it is now, if it is complete.  Otherwise NULL and
 * errno: EAGAIN if somebody is writing to it. */
static char *read_text(struct serve_map_file *f, os_file file,
                       struct stamp *stamp, bool *reliable)
{
    const enum writers writers = eo_file_hold(file);
    char *text = NULL;

    if (eo_file_stamp(file, stamp) == 0) {
        const int64_t age = eo_stamp_age_ms(stamp);

        if (!eo_stamp_same(&f->seen, stamp)) {
            f->seen = *stamp;
            f->seen_ms = eo_monotonic_ms();
        }
        *reliable = eo_stamp_reliable(age);
        errno = stamp->size > MAP_MAX ? EFBIG : EAGAIN;
        /* At the start there is no older map to use meanwhile. */
        if (stamp->size <= MAP_MAX &&
            ((f->text == NULL && writers != WRITERS_SOME) ||
             eo_stamp_settled(writers, age,
                              eo_monotonic_ms() - f->seen_ms)))
            text = (char *)eo_file_read_whole(file, stamp);
    }
    if (writers == WRITERS_NONE)
        eo_file_let_go(file);
    return text;
}

int eo_serve_map_open(struct serve_map_file *f, const char *path,
                      struct serve_map *m, struct espota_error *err)
{
    const os_file file = eo_file_open(path);

    *m = (struct serve_map){0};
    *f = (struct serve_map_file){.path = path};
    if (file == OS_NO_FILE)
        return fail_read(path, err);
    if (eo_file_stamp(file, &f->stamp) != 0 && errno == EINVAL)
        return parse_stream(m, file, path, err); /* as from <(...) */
    for (int left = PATIENCE_MS; f->text == NULL; left -= PAUSE_MS) {
        f->text = read_text(f, file, &f->stamp, &f->reliable);
        if (f->text == NULL && (errno != EAGAIN || left <= 0))
            break;
        if (f->text == NULL)
            eo_sleep_ms(PAUSE_MS);
    }
    if (f->text == NULL)
        fail_read(path, err);
    eo_file_close(file);
    if (f->text == NULL || parse_text(m, f, err) == 0)
        return f->text != NULL ? 0 : -1;
    eo_serve_map_close(f);
    return -1;
}

int eo_serve_map_again(struct serve_map_file *f, struct serve_map *m,
                       struct espota_error *err)
{
    struct stamp stamp;
    bool reliable, same;
    char *text;
    os_file file;

    *m = (struct serve_map){0};
    if (f->text == NULL)
        return 0;
    file = eo_file_open_now(f->path);
    if (file == OS_NO_FILE)
        return 0;
    if (eo_file_stamp(file, &stamp) != 0 ||
        (f->reliable && eo_stamp_same(&stamp, &f->stamp))) {
        eo_file_close(file);
        return 0;
    }
    text = read_text(f, file, &stamp, &reliable);
    eo_file_close(file);
    if (text == NULL)
        return 0;
    same = stamp.size == f->stamp.size &&
           memcmp(text, f->text, (size_t)stamp.size) == 0;
    eo_free(f->text);
    f->text = text;
    f->stamp = stamp;
    f->reliable = reliable;
    if (same)
        return 0;
    return parse_text(m, f, err) == 0 ? 1 : -1;
}

int eo_serve_map_read(struct serve_map *m, const char *path,
                      struct espota_error *err)
{
    struct serve_map_file f;
    const int rc = eo_serve_map_open(&f, path, m, err);

    eo_serve_map_close(&f);
    return rc;
}

void eo_serve_map_unread(struct serve_map_file *f)
{
    f->reliable = false;
    f->stamp.size = -1;
}

void eo_serve_map_close(struct serve_map_file *f)
{
    eo_free(f->text);
    f->text = NULL;
}
