/* journal.c -- what became of each device, on disk. */
#include "cli/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"

#ifdef EO_WITH_JSON

#include <jansson.h>

struct journal {
    int fd;
    json_t *state;   /* "DEVICE\nSHA256": enum journal_state */
    json_t *last;    /* "DEVICE": enum journal_state of its latest end */
    json_t *last_ms; /* "DEVICE": ms */
};

/* ---- what is known -------------------------------------------------------- */

static enum journal_state look(const json_t *map, const char *key)
{
    return (enum journal_state)json_integer_value(json_object_get(map, key));
}

static int put(json_t *map, const char *key, json_int_t value)
{
    return json_object_set_new(map, key, json_integer(value));
}

/* The key of a device and an image; cut ones cannot collide in practice: the
 * hash comes first. */
static void make_key(char out[400], const char *device, const char *sha256)
{
    snprintf(out, 400, "%s\n%s", sha256, device);
}

static enum journal_state state_of(enum espota_outcome outcome)
{
    static const enum journal_state STATES[] = {
        [ESPOTA_UPDATED] = JOURNAL_DONE,   [ESPOTA_UNCHANGED] = JOURNAL_DONE,
        [ESPOTA_REFUSED] = JOURNAL_FAILED, [ESPOTA_FAILED] = JOURNAL_FAILED,
        [ESPOTA_UNKNOWN] = JOURNAL_UNKNOWN, [ESPOTA_SKIPPED] = JOURNAL_NONE,
    };

    return STATES[outcome];
}

static enum journal_state state_named(const char *outcome)
{
    for (int i = ESPOTA_UPDATED; i <= ESPOTA_SKIPPED; i++)
        if (strcmp(espota_outcome_name((enum espota_outcome)i), outcome) == 0)
            return state_of((enum espota_outcome)i);
    return JOURNAL_NONE;
}

/* The end of a device that came back with another version is no success, and
 * a skipped one leaves what was known before. */
static int learn(struct journal *j, const char *device, const char *sha256,
                 enum journal_state state, json_int_t ms)
{
    char key[400];

    if (state == JOURNAL_NONE)
        return 0;
    make_key(key, device, sha256);
    return put(j->state, key, state) == 0 &&
                   put(j->last, device, state) == 0 &&
                   (ms <= 0 || put(j->last_ms, device, ms) == 0)
               ? 0
               : -1;
}

/* USAGE: it is none of ours. */
static enum espota_category learn_line(struct journal *j, const json_t *o)
{
    const char *event = json_string_value(json_object_get(o, "event"));
    const char *device = json_string_value(json_object_get(o, "dev"));
    const char *sha256 = json_string_value(json_object_get(o, "sha256"));
    const char *outcome = json_string_value(json_object_get(o, "outcome"));
    int rc = 0; /* other events are of later versions */

    if (event == NULL || device == NULL || sha256 == NULL)
        return ESPOTA_E_USAGE;
    if (strcmp(event, "commit") == 0)
        rc = learn(j, device, sha256, JOURNAL_UNKNOWN, 0);
    else if (strcmp(event, "end") == 0 && outcome != NULL)
        rc = learn(j, device, sha256, state_named(outcome),
                   json_integer_value(json_object_get(o, "ms")));
    return rc == 0 ? ESPOTA_E_OK : ESPOTA_E_INTERNAL;
}

enum journal_state eo_journal_state(const struct journal *j,
                                    const char *device, const char *sha256)
{
    char key[400];

    make_key(key, device, sha256);
    return look(j->state, key);
}

enum journal_state eo_journal_last(const struct journal *j, const char *device,
                                   uint32_t *ms)
{
    *ms = (uint32_t)json_integer_value(json_object_get(j->last_ms, device));
    return look(j->last, device);
}

/* ---- opening -------------------------------------------------------------- */

static enum espota_category read_line(struct journal *j, const char *line)
{
    json_error_t why;
    json_t *o = json_loads(line, 0, &why);
    const enum espota_category c =
        o != NULL ? learn_line(j, o)
        : json_error_code(&why) == json_error_out_of_memory
            ? ESPOTA_E_INTERNAL
            : ESPOTA_E_USAGE;

    json_decref(o);
    return c;
}

/* Reads all lines; *good is where the last whole one ended.  What cannot be
 * read is no end of the file: devices would be flashed again, and what is
 * behind *good is cut off. */
static int read_all(struct journal *j, FILE *f, const char *path, long *good,
                    struct espota_error *err)
{
    char *line = NULL;
    size_t cap = 0;
    unsigned number = 0;
    int rc = 0;
    ssize_t n;

    *good = 0;
    while (rc == 0 && (n = getline(&line, &cap, f)) > 0) {
        enum espota_category c;

        number++;
        if (line[n - 1] != '\n')
            break; /* cut by a crash: it was never acted upon */
        c = read_line(j, line);
        if (c == ESPOTA_E_USAGE)
            rc = eo_fail_hint(err, ESPOTA_E_USAGE,
                              "name another file with --journal",
                              "%s:%u: this is no journal", path, number);
        else if (c != ESPOTA_E_OK)
            rc = eo_fail(err, ESPOTA_E_INTERNAL, "out of memory");
        *good += (long)n;
    }
    if (rc == 0 && !feof(f))
        rc = eo_fail_sys(err, ESPOTA_E_INTERNAL, errno, "--journal=%s: %s",
                         path, strerror(errno));
    free(line); /* getline's */
    return rc;
}

static int cannot(struct espota_error *err, const char *path)
{
    const int sys = errno;

    return eo_fail_sys(err, ESPOTA_E_USAGE, sys, "--journal=%s: %s", path,
                       sys == EWOULDBLOCK ? "another run is using it"
                                          : strerror(sys));
}

static int load(struct journal *j, const char *path, struct espota_error *err)
{
    struct stat st;
    FILE *f;
    long good;
    int rc;

    j->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (j->fd >= 0 && fstat(j->fd, &st) == 0 && !S_ISREG(st.st_mode))
        return eo_fail(err, ESPOTA_E_USAGE, "--journal=%s: not a plain file",
                       path);
    if (j->fd < 0 || flock(j->fd, LOCK_EX | LOCK_NB) != 0)
        return cannot(err, path);
    f = fopen(path, "re");
    if (f == NULL)
        return cannot(err, path);
    rc = read_all(j, f, path, &good, err);
    fclose(f);
    if (rc == 0 && ftruncate(j->fd, good) != 0)
        rc = cannot(err, path);
    return rc;
}

int eo_journal_open(struct journal **out, const char *path,
                    struct espota_error *err)
{
    struct journal *j = eo_calloc(1, sizeof *j);

    if (j == NULL)
        return eo_fail(err, ESPOTA_E_INTERNAL, "out of memory");
    j->fd = -1;
    j->state = json_object();
    j->last = json_object();
    j->last_ms = json_object();
    if (j->state == NULL || j->last == NULL || j->last_ms == NULL)
        eo_fail(err, ESPOTA_E_INTERNAL, "out of memory");
    else if (load(j, path, err) == 0) {
        *out = j;
        return 0;
    }
    eo_journal_free(j);
    return -1;
}

void eo_journal_free(struct journal *j)
{
    if (j == NULL)
        return;
    if (j->fd >= 0)
        close(j->fd);
    json_decref(j->state);
    json_decref(j->last);
    json_decref(j->last_ms);
    eo_free(j);
}

/* ---- writing -------------------------------------------------------------- */

/* Takes o over.  Without memory of its own: what was flashed is to be known
 * then as well. */
static int append(struct journal *j, json_t *o)
{
    char stamp[32], line[4096], *at = line;
    const time_t now = time(NULL);
    struct tm utc;
    size_t left;

    gmtime_r(&now, &utc);
    strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ", &utc);
    json_object_set_new(o, "ts", json_string(stamp));
    left = json_dumpb(o, line, sizeof line - 1, JSON_COMPACT);
    json_decref(o);
    if (left == 0 || left > sizeof line - 1)
        return -1;
    line[left++] = '\n';
    while (left > 0) {
        const ssize_t n = write(j->fd, at, left);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        at += n;
        left -= (size_t)n;
    }
    return fsync(j->fd);
}

int eo_journal_commit(struct journal *j, const char *device,
                      const char *sha256)
{
    learn(j, device, sha256, JOURNAL_UNKNOWN, 0);
    return append(j, json_pack("{s:i,s:s,s:s,s:s}", "v", 1, "event", "commit",
                               "dev", device, "sha256", sha256));
}

int eo_journal_end(struct journal *j, const char *device, const char *sha256,
                   const struct espota_result *r)
{
    learn(j, device, sha256, state_of(r->outcome), r->ms_total);
    return append(
        j, json_pack("{s:i,s:s,s:s,s:s,s:s,s:s,s:i,s:I}", "v", 1, "event",
                     "end", "dev", device, "sha256", sha256, "outcome",
                     espota_outcome_name(r->outcome), "code",
                     espota_category_name(r->error->category), "exit",
                     espota_category_status(r->error->category), "ms",
                     (json_int_t)r->ms_total));
}

#else

int eo_journal_open(struct journal **out, const char *path,
                    struct espota_error *err)
{
    (void)out, (void)path;
    return eo_fail(err, ESPOTA_E_USAGE,
                   "--journal was left out of this build (jansson)");
}

enum journal_state eo_journal_state(const struct journal *j,
                                    const char *device, const char *sha256)
{
    (void)j, (void)device, (void)sha256;
    return JOURNAL_NONE;
}

enum journal_state eo_journal_last(const struct journal *j, const char *device,
                                   uint32_t *ms)
{
    (void)j, (void)device;
    *ms = 0;
    return JOURNAL_NONE;
}

int eo_journal_commit(struct journal *j, const char *device,
                      const char *sha256)
{
    (void)j, (void)device, (void)sha256;
    return -1;
}

int eo_journal_end(struct journal *j, const char *device, const char *sha256,
                   const struct espota_result *r)
{
    (void)j, (void)device, (void)sha256, (void)r;
    return -1;
}

void eo_journal_free(struct journal *j)
{
    (void)j;
}

#endif
