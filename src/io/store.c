/* store.c -- images as files, counted and replaced, never changed. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* leases are Linux's, not POSIX's */
#endif
#include "io/store.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "image/gzip.h"

enum {
    KEEP = 32,     /* images nobody is reading */
    TRIES = 3,     /* at a file that changes while it is read */
    SETTLE_MS = 1500 /* after which a writer is believed to be done */
};

/* What tells that a file is still the one that was read. */
struct ident {
    dev_t dev;
    ino_t ino;
    off_t size;
    int64_t mtime_ns;
};

struct entry {
    struct stored pub;
    struct ident ident;
    uint8_t *bytes;
    struct espota_image *image;
    char *path;
    struct entry *next; /* the store's list, last used first */
};

struct store {
    enum espota_compress compress;
    struct entry *list;
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

/* ---- opening ------------------------------------------------------------- */

static int open_plain(const char *path)
{
    /* Not to hang on a named pipe. */
    return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

/* Component by component, each of which must not be a link. */
static int open_below(const char *dir, const char *path)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    char part[256];

    while (fd >= 0) {
        const size_t len = strcspn(path += strspn(path, "/"), "/");
        const bool last = path[len] == '\0';
        int below;

        if (len == 0 || len >= sizeof part || path[0] == '.') {
            close(fd);
            errno = ENOENT;
            return -1;
        }
        memcpy(part, path, len);
        part[len] = '\0';
        path += len;
        below = openat(fd, part,
                       O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK |
                           (last ? 0 : O_DIRECTORY));
        close(fd);
        fd = below;
        if (last)
            break;
    }
    return fd;
}

static int identify(int fd, struct ident *id)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        return -1;
    if (!S_ISREG(st.st_mode)) {
        errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
        return -1;
    }
#ifdef __APPLE__
    id->mtime_ns = (int64_t)st.st_mtimespec.tv_sec * 1000000000 +
                   st.st_mtimespec.tv_nsec;
#else
    id->mtime_ns =
        (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
#endif
    id->dev = st.st_dev;
    id->ino = st.st_ino;
    id->size = st.st_size;
    return 0;
}

static bool same_file(const struct ident *a, const struct ident *b)
{
    return a->dev == b->dev && a->ino == b->ino;
}

static bool same_ident(const struct ident *a, const struct ident *b)
{
    return same_file(a, b) && a->size == b->size && a->mtime_ns == b->mtime_ns;
}

static uint8_t *read_all(int fd, size_t len)
{
    uint8_t *bytes = eo_calloc(1, len + 1);
    size_t got = 0;

    while (bytes != NULL && got < len) {
        const ssize_t n = pread(fd, bytes + got, len - got, (off_t)got);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) { /* shorter than it was: changing */
            if (n == 0)
                errno = EAGAIN;
            eo_free(bytes);
            return NULL;
        }
        got += (size_t)n;
    }
    return bytes;
}

/* ---- describing ---------------------------------------------------------- */

static int describe(struct entry *e, enum espota_compress compress)
{
    struct pull_image *p = &e->pub.pull;

    e->pub.info = espota_image_info(e->image);
    e->pub.file = e->path;
    p->raw = eo_image_raw(e->image);
    p->gzip = compress == ESPOTA_COMPRESS_ALWAYS ? eo_image_gzip(e->image)
                                                 : NULL;
    p->chip = e->pub.info->chip;
    p->packed = eo_is_gzip(p->raw->bytes, p->raw->len);
    return eo_image_running(e->image, p->running_md5, p->running_sha256);
}

/* ---- loading ------------------------------------------------------------- */

static int fail_open(const char *path, struct espota_error *err)
{
    return eo_fail_sys(err, ESPOTA_E_IMAGE, errno, "%s: %s", path,
                       strerror(errno));
}

static struct entry *load(int fd, const struct ident *id, const char *path,
                          enum espota_compress compress,
                          struct espota_error *err)
{
    struct entry *e = eo_calloc(1, sizeof *e);
    struct ident after;

    if (e == NULL) {
        eo_fail(err, ESPOTA_E_INTERNAL, "out of memory");
        return NULL;
    }
    e->pub.refs = 1;
    e->ident = *id;
    e->path = eo_strdup(path);
    e->bytes = read_all(fd, (size_t)id->size);
    if (e->path == NULL || e->bytes == NULL || identify(fd, &after) != 0) {
        fail_open(path, err);
        goto fail;
    }
    if (!same_ident(id, &after)) {
        errno = EAGAIN;
        fail_open(path, err);
        goto fail;
    }
    if (espota_image_wrap(&e->image, e->bytes, (size_t)id->size, compress,
                          err) != 0)
        goto fail;
    if (describe(e, compress) != 0) {
        eo_fail(err, ESPOTA_E_INTERNAL, "cannot hash %s", path);
        goto fail;
    }
    return e;
fail:
    eo_stored_put(e);
    return NULL;
}

/* Lets go of what was not used for longest, and is not being read. */
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

/* Whether somebody has it open for writing, where the system tells: Linux leases
 * a file to its owner only while nobody has. */
static bool has_writer(int fd)
{
#if defined(F_SETLEASE) && defined(F_SETSIG)
    /* Who opens it before the lease is given back waits for that, and we get a
     * signal: one that is ignored unless somebody wants it, as SIGIO is not. */
    if (fcntl(fd, F_SETSIG, SIGURG) != 0)
        return false;
    if (fcntl(fd, F_SETLEASE, F_RDLCK) != 0)
        return errno == EAGAIN;
    (void)fcntl(fd, F_SETLEASE, F_UNLCK);
#else
    (void)fd;
#endif
    return false;
}

/* A file rewritten in place a moment ago may be about to be again, and where
 * writers cannot be seen it may still be written to. */
static bool unsettled(const struct entry *old, const struct ident *now)
{
    struct timespec t;

    if (!same_file(&old->ident, now))
        return false;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec - now->mtime_ns <
           (int64_t)SETTLE_MS * 1000000;
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

static struct stored *get(struct store *s, int fd, const char *path,
                          struct espota_error *err)
{
    struct entry **at = find(s, path), *fresh = NULL;
    struct ident id;

    if (fd < 0 || identify(fd, &id) != 0) {
        fail_open(path, err);
        goto out;
    }
    if (*at != NULL && (same_ident(&(*at)->ident, &id) ||
                        unsettled(*at, &id) || has_writer(fd))) {
        fresh = *at;
        goto out;
    }
    if (id.size <= 0 || (uint64_t)id.size > ESPOTA_IMAGE_MAX) {
        eo_fail(err, ESPOTA_E_IMAGE, "%s: %lld bytes is no firmware image",
                path, (long long)id.size);
        goto out;
    }
    for (int i = 0; i < TRIES && fresh == NULL; i++)
        if (identify(fd, &id) == 0)
            fresh = load(fd, &id, path, s->compress, err);
    if (fresh == NULL)
        fresh = *at; /* the last one that was whole */
out:
    if (fd >= 0)
        close(fd);
    return fresh != NULL ? use(s, at, fresh) : NULL;
}

struct stored *eo_store_get(struct store *s, const char *path,
                            struct espota_error *err)
{
    return get(s, open_plain(path), path, err);
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
    return get(s, open_below(dir, path), full, err);
}

char *eo_store_text(const char *path, size_t max)
{
    const int fd = open_plain(path);
    struct ident id;
    char *text = NULL;

    if (fd < 0)
        return NULL;
    if (identify(fd, &id) == 0) {
        if (id.size > 0 && (uint64_t)id.size <= max)
            text = (char *)read_all(fd, (size_t)id.size);
        else
            errno = EFBIG;
    }
    close(fd);
    return text;
}
