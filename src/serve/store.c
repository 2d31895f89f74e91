/* store.c -- images from files: counted and replaced, never changed. */
#include "serve/store.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "image/gzip.h"
#include "os/clock.h"
#include "os/file.h"

enum {
    KEEP = 32, /* images that are not in use */
    TRIES = 3, /* to read a file that changes meanwhile */
    SEEN = 8   /* files that are waited for at a time */
};

struct entry {
    struct stored pub;
    struct stamp stamp;
    bool reliable; /* each change of the file changes the stamp */
    uint8_t *bytes;
    struct espota_image *image;
    char *path;
    struct entry *next; /* the store's list, last used first */
};

struct store {
    enum espota_compress compress;
    struct entry *list;
    struct seen {
        struct stamp stamp;
        uint64_t since_ms;
    } seen[SEEN];
    unsigned next_seen;
};

struct store *eo_store_new(enum espota_compress compress)
{
    struct store *s = eo_calloc(1, sizeof *s);

    if (s != NULL)
        s->compress = compress;
    return s;
}

void eo_stored_put(void *stored)
{
    struct entry *e = stored;

    if (e == NULL || --e->pub.refs > 0)
        return;
    espota_image_free(e->image);
    eo_free(e->bytes);
    eo_free(e->path);
    eo_free(e);
}

void eo_store_free(struct store *s)
{
    struct entry *next;

    if (s == NULL)
        return;
    for (struct entry *e = s->list; e != NULL; e = next) {
        next = e->next;
        eo_stored_put(e);
    }
    eo_free(s);
}

/* ---- describing ---------------------------------------------------------- */

static int describe(struct entry *e, enum espota_compress compress)
{
    struct pull_image *p = &e->pub.pull;

    e->pub.info = espota_image_info(e->image);
    e->pub.kind = eo_image_findings(e->image)->kind;
    e->pub.file = e->path;
    p->raw = eo_image_raw(e->image);
    p->plain = eo_image_choose(e->image, compress, INFLATES_NO,
                               ESPOTA_TYPE_APP);
    /* ESP8266 cores before 2.7 refuse gzip, and no device can be asked: gzip is
     * used only if the user asks for it. */
    p->app = eo_image_choose(e->image, compress, INFLATES_UNTOLD,
                             ESPOTA_TYPE_APP);
    p->chip = e->pub.info->chip;
    p->packed = eo_is_gzip(p->plain->bytes, p->plain->len);
    return eo_image_running(e->image, p->running_md5, p->running_sha256);
}

/* ---- loading ------------------------------------------------------------- */

/* If this machine runs out of something, the file is not at fault. */
static int fail_open(const char *path, struct espota_error *err)
{
    const bool ours = errno == ENOMEM || errno == EMFILE || errno == ENFILE;

    /* A program that does not share the file is writing it. */
    if (errno == EAGAIN || errno == EBUSY)
        return eo_fail_sys(err, ESPOTA_E_IMAGE, EAGAIN,
                           "%s is still being written", path);
    return eo_fail_sys(err, ours ? ESPOTA_E_INTERNAL : ESPOTA_E_IMAGE, errno,
                       "%s: %s", path, eo_file_text(errno));
}

/* One look at a file, which is kept from changing meanwhile where possible. */
struct reading {
    struct stamp stamp;
    enum writers writers;
    int64_t age_ms;
    uint64_t seen_ms; /* since it was first seen with this stamp */
    uint8_t *bytes;   /* NULL with errno; EAGAIN: it changes */
};

/* How long ago the file was first seen with this stamp. */
static uint64_t seen_for(struct store *s, const struct stamp *stamp)
{
    const uint64_t now = eo_monotonic_ms();

    for (size_t i = 0; i < SEEN; i++)
        if (s->seen[i].since_ms != 0 &&
            eo_stamp_same(&s->seen[i].stamp, stamp))
            return now - s->seen[i].since_ms;
    s->seen[s->next_seen] = (struct seen){*stamp, now};
    s->next_seen = (s->next_seen + 1) % SEEN;
    return 0;
}

static bool is_settled(const struct reading *r)
{
    return eo_stamp_settled(r->writers, r->age_ms, r->seen_ms);
}

/* A program that wrote over an image may do so again in a moment.  A file that
 * is new here is whole if no program has it open for writing, where that can be
 * told. */
static bool may_be_whole(const struct entry *old, const struct reading *r)
{
    const bool in_place =
        old != NULL && eo_stamp_same_file(&old->stamp, &r->stamp);

    return (!in_place && r->writers == WRITERS_NONE) || is_settled(r);
}

static int check_size(const struct reading *r, const char *path,
                      struct espota_error *err)
{
    if (r->stamp.size > 0 && (uint64_t)r->stamp.size <= ESPOTA_IMAGE_MAX)
        return 0;
    return eo_fail(err, ESPOTA_E_IMAGE,
                   "%s: %lld bytes is not a firmware image", path,
                   (long long)r->stamp.size);
}

/* 0: r->bytes is set and belongs to the caller. */
static int read_file(struct store *s, os_file file, const struct entry *old,
                     const char *path, struct reading *r,
                     struct espota_error *err)
{
    int rc = -1;

    r->bytes = NULL;
    r->writers = eo_file_hold(file);
    if (eo_file_stamp(file, &r->stamp) != 0) {
        fail_open(path, err);
        goto out;
    }
    r->age_ms = eo_stamp_age_ms(&r->stamp);
    r->seen_ms = seen_for(s, &r->stamp);
    if (!may_be_whole(old, r)) {
        errno = EAGAIN;
        fail_open(path, err);
        goto out;
    }
    rc = check_size(r, path, err);
    for (int i = 0; i < TRIES && rc == 0 && r->bytes == NULL; i++)
        r->bytes = eo_file_read_whole(file, &r->stamp);
    if (rc == 0 && r->bytes == NULL)
        rc = fail_open(path, err);
out:
    if (r->writers == WRITERS_NONE)
        eo_file_let_go(file);
    return rc;
}

/* Whether it is for a known chip, and something is missing or wrong. */
static bool is_damaged(const struct espota_image_info *info)
{
    for (size_t i = 0; i < info->n_problems; i++)
        if (info->problems[i].severity == ESPOTA_ERROR)
            return info->chip != NULL;
    return false;
}

/* Takes r->bytes over. */
static struct entry *load(const struct reading *r, const char *path,
                          enum espota_compress compress,
                          struct espota_error *err)
{
    struct entry *e = eo_calloc(1, sizeof *e);

    if (e == NULL) {
        eo_free(r->bytes);
        goto no_memory;
    }
    e->pub.refs = 1;
    e->stamp = r->stamp;
    e->reliable = eo_stamp_reliable(r->age_ms);
    e->bytes = r->bytes;
    e->path = eo_strdup(path);
    if (e->path == NULL)
        goto no_memory;
    if (espota_image_wrap(&e->image, e->bytes, (size_t)r->stamp.size, compress,
                          err) != 0)
        goto fail;
    if (describe(e, compress) != 0) {
        eo_fail(err, ESPOTA_E_INTERNAL, "cannot hash %s", path);
        goto fail;
    }
    /* The writer may open the file again for each piece. */
    if (is_damaged(e->pub.info) && !is_settled(r)) {
        errno = EAGAIN;
        fail_open(path, err);
        goto fail;
    }
    return e;
no_memory:
    eo_fail_memory(err);
fail:
    eo_stored_put(e);
    return NULL;
}

static bool same_bytes(const struct entry *old, const struct reading *r)
{
    return old != NULL && old->stamp.size == r->stamp.size &&
           memcmp(old->bytes, r->bytes, (size_t)r->stamp.size) == 0;
}

/* The image that is in the file now, if it is whole; else the one that was in
 * it before, if any. */
static struct entry *look(struct store *s, os_file file, struct entry *old,
                          const char *path, struct espota_error *err)
{
    struct entry *fresh = NULL;
    struct reading r;

    if (read_file(s, file, old, path, &r, err) == 0) {
        if (same_bytes(old, &r)) {
            old->stamp = r.stamp;
            old->reliable = eo_stamp_reliable(r.age_ms);
            eo_free(r.bytes);
        } else {
            fresh = load(&r, path, s->compress, err);
        }
    }
    return fresh != NULL ? fresh : old;
}

/* Releases the image that was not used for longest, of those not in use now. */
static void trim(struct store *s)
{
    struct entry **at = &s->list, **oldest = NULL;
    size_t n = 0;

    for (; *at != NULL; at = &(*at)->next, n++)
        if ((*at)->pub.refs == 1)
            oldest = at;
    if (n > KEEP && oldest != NULL) {
        struct entry *e = *oldest;

        *oldest = e->next;
        eo_stored_put(e);
    }
}

static struct entry **find(struct store *s, const char *path)
{
    struct entry **at = &s->list;

    while (*at != NULL && strcmp((*at)->path, path) != 0)
        at = &(*at)->next;
    return at;
}

static struct stored *use(struct store *s, struct entry **at, struct entry *e)
{
    struct entry *old = *at;

    if (old != NULL)
        *at = old->next;
    if (old != NULL && old != e)
        eo_stored_put(old);
    e->next = s->list;
    s->list = e;
    e->pub.refs++;
    trim(s);
    return &e->pub;
}

static struct stored *get(struct store *s, os_file file, const char *path,
                          struct espota_error *err)
{
    struct entry **at = find(s, path), *fresh = NULL;
    struct stamp now;

    if (file == OS_NO_FILE || eo_file_stamp(file, &now) != 0)
        fail_open(path, err);
    else if (*at != NULL && (*at)->reliable &&
             eo_stamp_same(&(*at)->stamp, &now))
        fresh = *at;
    else
        fresh = look(s, file, *at, path, err);
    eo_file_close(file);
    return fresh != NULL ? use(s, at, fresh) : NULL;
}

struct stored *eo_store_get(struct store *s, const char *path,
                            struct espota_error *err)
{
    return get(s, eo_file_open_now(path), path, err);
}

struct stored *eo_store_get_below(struct store *s, const char *dir,
                                  const char *path, struct espota_error *err)
{
    char full[1024];
    struct text t;

    eo_text_init(&t, full, sizeof full);
    eo_text_add(&t, "%s%s", dir, path);
    if (t.cut) {
        errno = ENAMETOOLONG;
        fail_open(path, err);
        return NULL;
    }
    return get(s, eo_file_open_below(dir, path), full, err);
}

char *eo_store_text(const char *path, size_t max)
{
    const os_file file = eo_file_open_now(path);
    struct stamp now;
    char *text = NULL;

    if (file == OS_NO_FILE)
        return NULL;
    if (eo_file_stamp(file, &now) == 0) {
        if (now.size > 0 && (uint64_t)now.size <= max)
            text = (char *)eo_file_read_whole(file, &now);
        else
            errno = EFBIG;
    }
    eo_file_close(file);
    return text;
}
