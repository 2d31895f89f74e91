/* journal.c -- a record on disk of what happened to each device. */
#include "cli/journal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/line.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/utc.h"
#include "cli/journal_file.h"
#include "os/clock.h"

struct journal {
    struct journal_file file;
    json_t *images; /* "DEVICE": {"SHA256": enum espota_state} */
    json_t *ends;   /* "DEVICE": its latest enum espota_outcome */
    json_t *ms;     /* "DEVICE": how long that took */
    size_t lines, skipped;
    unsigned first_skipped;
    bool is_one;        /* it has something that only a journal has */
    bool torn_at_start; /* its only line was cut by a crash */
    int broken;         /* errno of the first write that failed; 0: none */
};

/* ---- what is known -------------------------------------------------------- */

static int put(json_t *map, const char *key, json_int_t value)
{
    return json_object_set_new(map, key, json_integer(value));
}

static json_t *images_of(struct journal *j, const char *device)
{
    json_t *images = json_object_get(j->images, device);

    if (images == NULL && (images = json_object()) != NULL &&
        json_object_set_new(j->images, device, images) != 0)
        images = NULL;
    return images;
}

/* What the event means for the other images of the device. */
static bool meaning_for_others(enum espota_happening h,
                               enum espota_happening *other)
{
    *other = h == ESPOTA_HAPPENED_TOOK ? ESPOTA_HAPPENED_OTHER_TOOK
                                       : ESPOTA_HAPPENED_OTHER_COMMIT;
    return h == ESPOTA_HAPPENED_TOOK || h == ESPOTA_HAPPENED_COMMIT;
}

static int learn(struct journal *j, const char *device, const char *sha256,
                 enum espota_happening h)
{
    json_t *images = images_of(j, device), *value;
    enum espota_happening for_others;
    const bool concerns_others = meaning_for_others(h, &for_others);
    const char *key;
    int rc = images != NULL ? 0 : -1;

    if (rc == 0 && json_object_get(images, sha256) == NULL)
        rc = put(images, sha256, ESPOTA_STATE_NONE);
    if (rc != 0)
        return -1;
    /* The values are replaced in place: nothing below can fail. */
    json_object_foreach(images, key, value) {
        const enum espota_state was =
            (enum espota_state)json_integer_value(value);

        if (strcmp(key, sha256) == 0)
            json_integer_set(value, espota_state_after(was, h));
        else if (concerns_others)
            json_integer_set(value, espota_state_after(was, for_others));
    }
    return 0;
}

static int learn_end(struct journal *j, const char *device,
                     enum espota_outcome outcome, json_int_t ms)
{
    if (outcome == ESPOTA_SKIPPED)
        return 0;
    return put(j->ends, device, outcome) == 0 &&
                   (ms <= 0 || put(j->ms, device, ms) == 0)
               ? 0
               : -1;
}

enum espota_state eo_journal_state(const struct journal *j,
                                   const char *device, const char *sha256)
{
    const json_t *images = json_object_get(j->images, device);

    return (enum espota_state)json_integer_value(
        json_object_get(images, sha256));
}

bool eo_journal_failed(const struct journal *j, const char *device,
                       uint32_t *ms)
{
    const json_t *end = json_object_get(j->ends, device);

    *ms = (uint32_t)json_integer_value(json_object_get(j->ms, device));
    switch ((int)json_integer_value(end)) {
    case ESPOTA_REFUSED:
    case ESPOTA_FAILED:
    case ESPOTA_UNKNOWN:
        return end != NULL;
    default:
        return false;
    }
}

/* ---- reading -------------------------------------------------------------- */

enum line { LINE_READ, LINE_SKIPPED, LINE_NO_MEMORY };

static enum espota_outcome outcome_named(const char *name)
{
    for (int i = ESPOTA_UPDATED; i < ESPOTA_SKIPPED; i++)
        if (strcmp(espota_outcome_name((enum espota_outcome)i), name) == 0)
            return (enum espota_outcome)i;
    return ESPOTA_SKIPPED;
}

/* Older journals have no lines for events: what the line about a device's end
 * says instead. */
static bool end_tells(const json_t *o, enum espota_outcome outcome,
                      enum espota_happening *h)
{
    const char *code = json_string_value(json_object_get(o, "code"));

    *h = outcome == ESPOTA_REFUSED ? ESPOTA_HAPPENED_DENIED
                                   : ESPOTA_HAPPENED_TOOK;
    if (outcome != ESPOTA_FAILED)
        return outcome == ESPOTA_UPDATED || outcome == ESPOTA_UNCHANGED ||
               outcome == ESPOTA_REFUSED;
    for (int i = 0; code != NULL && i < ESPOTA_E_COUNT; i++)
        if (strcmp(espota_category_name((enum espota_category)i), code) == 0)
            return espota_error_tells((enum espota_category)i, h);
    return false;
}

static int read_end(struct journal *j, const json_t *o, const char *device,
                    const char *sha256)
{
    const char *name = json_string_value(json_object_get(o, "outcome"));
    const enum espota_outcome outcome =
        name != NULL ? outcome_named(name) : ESPOTA_SKIPPED;
    enum espota_happening h;

    if (json_object_get(o, "state") == NULL && end_tells(o, outcome, &h) &&
        learn(j, device, sha256, h) != 0)
        return -1;
    return learn_end(j, device, outcome,
                     json_integer_value(json_object_get(o, "ms")));
}

enum { SHA_ROOM = 80 }; /* longer than any digest: a cut one never matches */

/* An edited journal may have capitals.  False: there is no digest. */
static bool read_sha256(const json_t *o, char out[SHA_ROOM])
{
    const char *text = json_string_value(json_object_get(o, "sha256"));
    size_t n = 0;

    for (; text != NULL && text[n] != '\0' && n + 1 < SHA_ROOM; n++)
        out[n] = eo_lower(text[n]);
    out[n] = '\0';
    return text != NULL;
}

static enum line read_object(struct journal *j, const json_t *o)
{
    const char *event = json_string_value(json_object_get(o, "event"));
    const char *device = json_string_value(json_object_get(o, "dev"));
    const json_t *v = json_object_get(o, "v");
    char sha256[SHA_ROOM];

    if (event == NULL || device == NULL || !read_sha256(o, sha256) ||
        json_object_get(o, "seq") != NULL) /* an event from --json */
        return LINE_SKIPPED;
    j->is_one = true;
    if (v != NULL && json_integer_value(v) != 1)
        return LINE_SKIPPED;
    if (strcmp(event, "end") == 0)
        return read_end(j, o, device, sha256) == 0 ? LINE_READ
                                                   : LINE_NO_MEMORY;
    for (int h = 0; h < ESPOTA_HAPPENED_OTHER_COMMIT; h++)
        if (strcmp(espota_happening_name((enum espota_happening)h), event) == 0)
            return learn(j, device, sha256, (enum espota_happening)h) == 0
                       ? LINE_READ
                       : LINE_NO_MEMORY;
    return LINE_SKIPPED;
}

static enum line read_line(struct journal *j, const char *line, size_t len)
{
    json_error_t why;
    json_t *o = json_loadb(line, len, 0, &why);
    const enum line got = o != NULL ? read_object(j, o)
                          : json_error_code(&why) == json_error_out_of_memory
                              ? LINE_NO_MEMORY
                              : LINE_SKIPPED;

    json_decref(o);
    return got;
}

/* A line that a crash cut is skipped: nothing that depended on it was done.  A
 * read error must not be taken for the end of the file, or devices would be
 * flashed again. */
static int read_all(struct journal *j, FILE *f, const char *path,
                    struct espota_error *err)
{
    char *line = NULL;
    size_t cap = 0;
    int rc = 0;
    ptrdiff_t n;

    while (rc == 0 && (n = eo_line_read(f, &line, &cap)) > 0) {
        const bool whole = line[n - 1] == '\n';
        const enum line got =
            whole ? read_line(j, line, (size_t)n) : LINE_SKIPPED;

        j->torn_at_start = j->lines++ == 0 && !whole &&
                           (line[0] == '{' || line[0] == '\0');
        if (got == LINE_NO_MEMORY)
            rc = eo_fail_memory(err);
        else if (got == LINE_SKIPPED && j->skipped++ == 0)
            j->first_skipped = (unsigned)j->lines;
    }
    if (rc == 0 && !feof(f))
        rc = eo_fail_sys(err, ESPOTA_E_INTERNAL, errno, "--journal=%s: %s",
                         path, eo_file_text(errno));
    eo_free(line);
    return rc;
}

static int load(struct journal *j, const char *path, bool read_only,
                struct espota_error *err)
{
    FILE *in;
    int rc = eo_journal_file_open(&j->file, path, read_only, &in, err);

    if (rc != 0 || in == NULL)
        return rc;
    rc = read_all(j, in, path, err);
    fclose(in);
    if (rc == 0 && j->lines > 0 && !j->is_one && !j->torn_at_start)
        rc = eo_fail_hint(err, ESPOTA_E_USAGE,
                          "name another file with --journal",
                          "%s:%u: this is not a journal", path,
                          j->first_skipped);
    return rc;
}

int eo_journal_open(struct journal **out, const char *path, bool read_only,
                    struct espota_error *err)
{
    struct journal *j = eo_calloc(1, sizeof *j);

    if (j == NULL)
        return eo_fail_memory(err);
    j->file.file = OS_NO_FILE;
    j->images = json_object();
    j->ends = json_object();
    j->ms = json_object();
    if (j->images == NULL || j->ends == NULL || j->ms == NULL)
        eo_fail_memory(err);
    else if (load(j, path, read_only, err) == 0) {
        *out = j;
        return 0;
    }
    eo_journal_free(j);
    return -1;
}

size_t eo_journal_skipped(const struct journal *j, unsigned *first)
{
    *first = j->first_skipped;
    return j->skipped;
}

void eo_journal_free(struct journal *j)
{
    if (j == NULL)
        return;
    eo_journal_file_close(&j->file);
    json_decref(j->images);
    json_decref(j->ends);
    json_decref(j->ms);
    eo_free(j);
}

/* ---- writing -------------------------------------------------------------- */

/* Takes over o.  Works without free memory: what was flashed must be recorded
 * then as well. */
static int append(struct journal *j, json_t *o, bool sync)
{
    char stamp[UTC_TEXT], line[4096];
    size_t len;

    eo_utc_text(stamp, eo_wall_ms(), false);
    json_object_set_new(o, "ts", json_string(stamp));
    len = json_dumpb(o, line, sizeof line - 1, JSON_COMPACT);
    json_decref(o);
    errno = ENOMEM; /* or a name is not UTF-8 */
    if (len > 0 && len < sizeof line) {
        line[len++] = '\n';
        if (eo_journal_file_append(&j->file, line, len, sync) == 0)
            return 0;
    }
    if (j->broken == 0)
        j->broken = errno;
    return -1;
}

int eo_journal_happened(struct journal *j, const char *device,
                        const char *sha256, enum espota_happening h)
{
    const bool announces =
        h == ESPOTA_HAPPENED_BEGIN || h == ESPOTA_HAPPENED_COMMIT;

    if (announces && j->broken != 0) {
        errno = j->broken;
        return -1;
    }
    if (append(j,
               json_pack("{s:i,s:s,s:s,s:s}", "v", 1, "event",
                         espota_happening_name(h), "dev", device, "sha256",
                         sha256),
               h != ESPOTA_HAPPENED_BEGIN) != 0)
        return -1;
    return learn(j, device, sha256, h);
}

int eo_journal_end(struct journal *j, const char *device, const char *sha256,
                   int status, const struct espota_result *r)
{
    learn_end(j, device, r->outcome, r->ms_total);
    return append(
        j,
        json_pack("{s:i,s:s,s:s,s:s,s:s,s:s,s:s,s:i,s:I}", "v", 1, "event",
                  "end", "dev", device, "sha256", sha256, "state",
                  espota_state_name(r->state), "outcome",
                  espota_outcome_name(r->outcome), "code",
                  espota_category_name(r->error->category), "exit",
                  status, "ms", (json_int_t)r->ms_total),
        true);
}
