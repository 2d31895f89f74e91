/* fail.c -- a shim, preloaded into the program, that makes calls fail.
 *
 * It stands before the C library and before a sanitizer's runtime, and hands
 * on to whatever is behind it.  It is compiled without the system's headers of
 * the calls: their macros and attributes are not meant for who defines them.
 */
#include "fail.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#pragma GCC visibility push(default)

static struct fail_plan *plan;
static uintptr_t program_from, program_to;
static atomic_bool begun; /* around main() all is the libraries' own */

/* ---- whether a call is to fail ------------------------------------------- */

static int next_is(void *symbol, const char *name)
{
    *(void **)symbol = dlsym(RTLD_NEXT, name);
    if (*(void **)symbol == NULL)
        abort();
    return 0;
}

static bool due(enum fail_kind kind)
{
    unsigned long n;

    if (!begun)
        return false;
    n = atomic_fetch_add(&plan->seen[kind], 1) + 1;
    if (plan->kind != kind || plan->at == 0 ||
        (plan->forever ? n < plan->at : n != plan->at))
        return false;
    atomic_fetch_add(&plan->failed, 1);
    return true;
}

static bool must_fail(enum fail_kind kind)
{
    if (!due(kind))
        return false;
    errno = plan->error;
    return true;
}

/* In a storm each kind is disturbed every second time by itself: a loop over
 * poll() and recv() would else never see the second. */
static bool is_second(enum fail_kind kind)
{
    return atomic_load(&plan->seen[kind]) % 2 == 0;
}

static bool is_patient(int fd)
{
    return (fcntl(fd, F_GETFL) & O_NONBLOCK) == 0;
}

/* Who does not wait is not interrupted. */
static bool is_interrupted(enum fail_kind kind, bool waits)
{
    if (!begun || plan->storm != STORM_EINTR || !waits ||
        !is_second(kind))
        return false;
    atomic_fetch_add(&plan->failed, 1);
    errno = EINTR;
    return true;
}

static bool is_early(int fd, enum fail_kind kind)
{
    if (!begun || plan->storm != STORM_EAGAIN || !is_second(kind) ||
        is_patient(fd))
        return false;
    atomic_fetch_add(&plan->failed, 1);
    errno = EAGAIN;
    return true;
}

/* 1, 2, 3, 1, ... bytes, but of a long stream more: a run is to end. */
static size_t piece(enum fail_kind kind, size_t len)
{
    unsigned long n;

    if (!begun || plan->storm != STORM_SHORT)
        return len;
    n = atomic_load(&plan->seen[kind]);
    n = n < 500 ? 1 + n % 3 : 509;
    if (len <= n)
        return len;
    atomic_fetch_add(&plan->failed, 1);
    return n;
}

/* ---- memory -------------------------------------------------------------- */

/* What is asked for before it is known whom to ask. */
static _Alignas(16) char early[16384];
static size_t early_used;

static void *take_early(size_t size)
{
    void *p = early + early_used;

    early_used += (size + 15) & ~(size_t)15;
    if (early_used > sizeof early)
        abort();
    return p;
}

static bool is_early_memory(const void *p)
{
    return (uintptr_t)p >= (uintptr_t)early &&
           (uintptr_t)p < (uintptr_t)early + sizeof early;
}

static bool no_memory(const void *caller)
{
    const uintptr_t from = (uintptr_t)caller;
    const bool ours = from >= program_from && from < program_to;

    if (!due(ours ? FAIL_MEMORY : FAIL_THEIRS))
        return false;
    errno = ENOMEM;
    return true;
}

static void *(*next_malloc)(size_t);
static void *(*next_calloc)(size_t, size_t);
static void *(*next_realloc)(void *, size_t);
static void (*next_free)(void *);
static int (*next_memalign)(void **, size_t, size_t);
static bool asking;

/* dlsym() itself may want memory. */
static bool is_too_early(void)
{
    if (next_free != NULL)
        return false;
    if (asking)
        return true;
    asking = true;
    next_is(&next_malloc, "malloc");
    next_is(&next_calloc, "calloc");
    next_is(&next_realloc, "realloc");
    next_is(&next_memalign, "posix_memalign");
    next_is(&next_free, "free");
    asking = false;
    return false;
}

void *malloc(size_t size)
{
    if (is_too_early())
        return take_early(size);
    return no_memory(__builtin_return_address(0)) ? NULL : next_malloc(size);
}

void *calloc(size_t n, size_t size)
{
    if (is_too_early())
        return take_early(n * size);
    return no_memory(__builtin_return_address(0)) ? NULL
                                                  : next_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
    void *p;

    if (!is_early_memory(old) && !is_too_early())
        return no_memory(__builtin_return_address(0))
                   ? NULL
                   : next_realloc(old, size);
    p = malloc(size);
    if (p != NULL && old != NULL) { /* more than was there, but in early[] */
        const size_t rest = (size_t)(early + sizeof early - (char *)old);

        memcpy(p, old, size < rest ? size : rest);
    }
    return p;
}

void free(void *p)
{
    if (p != NULL && !is_early_memory(p) && !is_too_early())
        next_free(p);
}

int posix_memalign(void **p, size_t align, size_t size)
{
    is_too_early();
    return no_memory(__builtin_return_address(0))
               ? ENOMEM
               : next_memalign(p, align, size);
}

/* ---- calls that only fail ------------------------------------------------ */

/*   X(KIND, type, value of a failure, name, parameters, arguments) */
#define CALLS(X)                                                              \
    X(SOCKET, int, -1, socket, (int a, int b, int c), (a, b, c))              \
    X(BIND, int, -1, bind, (int fd, const void *a, unsigned n), (fd, a, n))   \
    X(CONNECT, int, -1, connect, (int fd, const void *a, unsigned n),         \
      (fd, a, n))                                                             \
    X(LISTEN, int, -1, listen, (int fd, int n), (fd, n))                      \
    X(OPTION, int, -1, setsockopt,                                            \
      (int fd, int l, int o, const void *v, unsigned n), (fd, l, o, v, n))    \
    X(OPTION, int, -1, getsockopt,                                            \
      (int fd, int l, int o, void *v, unsigned *n), (fd, l, o, v, n))         \
    X(NAME, int, -1, getsockname, (int fd, void *a, void *n), (fd, a, n))     \
    X(LOOKUP, int, plan->error, getaddrinfo,                                  \
      (const char *h, const char *s, const void *q, void **r), (h, s, q, r))  \
    X(LINKS, int, -1, getifaddrs, (void **list), (list))                      \
    X(LINKS, unsigned, 0, if_nametoindex, (const char *s), (s))               \
    X(PIPE, int, -1, pipe, (int *fds), (fds))                                 \
    X(PIPE, int, -1, pipe2, (int *fds, int flags), (fds, flags))              \
    X(PIPE, int, -1, socketpair, (int a, int b, int c, int *fds),             \
      (a, b, c, fds))                                                         \
    X(PIPE, int, -1, eventfd, (unsigned n, int flags), (n, flags))            \
    X(PIPE, int, -1, dup, (int fd), (fd))                                     \
    X(PIPE, int, -1, epoll_create1, (int flags), (flags))                     \
    X(THREAD, int, plan->error, pthread_create,                               \
      (void *t, const void *a, void *fn, void *ctx), (t, a, fn, ctx))         \
    X(SPAWN, int, plan->error, posix_spawnp,                                  \
      (void *pid, const char *f, const void *acts, const void *attr,          \
       void *argv, void *env),                                                \
      (pid, f, acts, attr, argv, env))                                        \
    X(OPEN, void *, NULL, fopen, (const char *p, const char *m), (p, m))      \
    X(OPEN, void *, NULL, fopen64, (const char *p, const char *m), (p, m))    \
    X(OPEN, void *, NULL, fdopen, (int fd, const char *m), (fd, m))           \
    X(OPEN, void *, NULL, tmpfile, (void), ())                                \
    X(OPEN, int, -1, __openat_2, (int at, const char *p, int f), (at, p, f))  \
    X(STAT, int, -1, stat, (const char *p, void *st), (p, st))                \
    X(STAT, int, -1, fstat, (int fd, void *st), (fd, st))                     \
    X(STAT, int, -1, access, (const char *p, int mode), (p, mode))            \
    X(FILE, int, -1, rename, (const char *a, const char *b), (a, b))          \
    X(FILE, int, -1, unlink, (const char *p), (p))                            \
    X(FILE, int, -1, ftruncate, (int fd, long n), (fd, n))                    \
    X(FILE, int, -1, flock, (int fd, int op), (fd, op))                       \
    X(FILE, int, -1, fseek, (void *f, long at, int from), (f, at, from))      \
    X(SYNC, int, -1, fsync, (int fd), (fd))                                   \
    X(MAP, void *, (void *)-1, mmap,                                          \
      (void *p, size_t n, int prot, int flags, int fd, long at),              \
      (p, n, prot, flags, fd, at))                                            \
    X(RANDOM, int, 0, RAND_bytes, (unsigned char *p, int n), (p, n))

#define X(kind, type, failure, name, params, args)            \
    type fail_##name params __asm__(#name);                   \
    type fail_##name params                                   \
    {                                                         \
        static type(*next) params;                            \
                                                              \
        if (next == NULL)                                     \
            next_is(&next, #name);                            \
        return must_fail(FAIL_##kind) ? failure : next args;  \
    }
CALLS(X)
#undef X

/* ---- calls that are interrupted, early or short as well ------------------- */

/* As above, with the descriptor and the length of what is to be moved; what is
 * no socket is never early. */
#define MOVES(X)                                                              \
    X(SEND, send, (int fd, const void *p, size_t n, int flags),               \
      (fd, p, n, flags))                                                      \
    X(SEND, sendto,                                                           \
      (int fd, const void *p, size_t n, int flags, const void *a, unsigned l), \
      (fd, p, n, flags, a, l))                                                \
    X(RECV, recv, (int fd, void *p, size_t n, int flags), (fd, p, n, flags))  \
    X(RECV, recvfrom,                                                         \
      (int fd, void *p, size_t n, int flags, void *a, void *l),               \
      (fd, p, n, flags, a, l))                                                \
    X(RECV, __recv_chk, (int fd, void *p, size_t n, size_t cap, int flags),   \
      (fd, p, n, cap, flags))                                                 \
    X(READ, read, (int fd, void *p, size_t n), (fd, p, n))                    \
    X(READ, __read_chk, (int fd, void *p, size_t n, size_t cap),              \
      (fd, p, n, cap))                                                        \
    X(READ, pread, (int fd, void *p, size_t n, long at), (fd, p, n, at))      \
    X(WRITE, write, (int fd, const void *p, size_t n), (fd, p, n))

#define X(kind, name, params, args)                                        \
    ssize_t fail_##name params __asm__(#name);                             \
    ssize_t fail_##name params                                             \
    {                                                                      \
        static ssize_t(*next) params;                                      \
                                                                           \
        if (next == NULL)                                                  \
            next_is(&next, #name);                                         \
        if (must_fail(FAIL_##kind) || is_interrupted(FAIL_##kind, is_patient(fd)) ||       \
            is_early(fd, FAIL_##kind))                                     \
            return -1;                                                     \
        if (is_stream_socket(fd))                                          \
            n = piece(FAIL_##kind, n);                                     \
        return next args;                                                  \
    }

/* A datagram is never cut. */
static bool is_stream_socket(int fd)
{
    static int (*next)(int, int, int, void *, unsigned *);
    int type = 0;
    unsigned n = sizeof type;

    if (!begun || plan->storm != STORM_SHORT)
        return false;
    if (next == NULL)
        next_is(&next, "getsockopt");
    return next(fd, 1 /* SOL_SOCKET */, 3 /* SO_TYPE */, &type, &n) != 0 ||
           type == 1 /* SOCK_STREAM */;
}

MOVES(X)
#undef X

#define WAITS(X)                                                              \
    X(SEND, ssize_t, sendmsg, (int fd, const void *m, int flags),             \
      (fd, m, flags))                                                         \
    X(SEND, ssize_t, sendfile64, (int fd, int in, void *at, size_t n),        \
      (fd, in, at, n))                                                        \
    X(RECV, ssize_t, recvmsg, (int fd, void *m, int flags), (fd, m, flags))   \
    X(ACCEPT, int, accept, (int fd, void *a, void *n), (fd, a, n))            \
    X(ACCEPT, int, accept4, (int fd, void *a, void *n, int f), (fd, a, n, f))

#define X(kind, type, name, params, args)                            \
    type fail_##name params __asm__(#name);                          \
    type fail_##name params                                          \
    {                                                                \
        static type(*next) params;                                   \
                                                                     \
        if (next == NULL)                                            \
            next_is(&next, #name);                                   \
        if (must_fail(FAIL_##kind) || is_interrupted(FAIL_##kind, is_patient(fd)) || \
            is_early(fd, FAIL_##kind))                               \
            return -1;                                               \
        return next args;                                            \
    }
WAITS(X)
#undef X

/* As above, with whether it waits at all. */
#define POLLS(X)                                                              \
    X(poll, (void *p, unsigned long n, int ms), (p, n, ms), ms != 0)          \
    X(__poll_chk, (void *p, unsigned long n, int ms, size_t cap),             \
      (p, n, ms, cap), ms != 0)                                               \
    X(select, (int n, void *r, void *w, void *x, struct timeval *t),          \
      (n, r, w, x, t), t == NULL || t->tv_sec != 0 || t->tv_usec != 0)        \
    X(epoll_wait, (int fd, void *p, int n, int ms), (fd, p, n, ms), ms != 0)

#define X(name, params, args, waits)                               \
    int fail_##name params __asm__(#name);                         \
    int fail_##name params                                         \
    {                                                              \
        static int(*next) params;                                  \
                                                                   \
        if (next == NULL)                                          \
            next_is(&next, #name);                                 \
        if (must_fail(FAIL_POLL) || is_interrupted(FAIL_POLL, waits)) \
            return -1;                                             \
        return next args;                                          \
    }
POLLS(X)
#undef X

/* ---- calls with an argument more or less ---------------------------------- */

#define VARIADIC(X)                                                         \
    X(OPEN, open, (const char *p, int b, ...), (p, b, extra), b, const char *) \
    X(OPEN, open64, (const char *p, int b, ...), (p, b, extra), b,          \
      const char *)                                                         \
    X(CONTROL, fcntl, (int fd, int b, ...), (fd, b, extra), b, int)         \
    X(CONTROL, fcntl64, (int fd, int b, ...), (fd, b, extra), b, int)       \
    X(CONTROL, ioctl, (int fd, unsigned long b, ...), (fd, b, extra), b, int)

#define X(kind, name, params, args, last, first)       \
    int fail_##name params __asm__(#name);             \
    int fail_##name params                             \
    {                                                  \
        static int(*next) params;                      \
        va_list ap;                                    \
        void *extra;                                   \
                                                       \
        va_start(ap, last);                            \
        extra = va_arg(ap, void *);                    \
        va_end(ap);                                    \
        if (next == NULL)                              \
            next_is(&next, #name);                     \
        return must_fail(FAIL_##kind) ? -1 : next args; \
    }
VARIADIC(X)
#undef X

int fail_openat(int at, const char *p, int flags, ...) __asm__("openat");
int fail_openat(int at, const char *p, int flags, ...)
{
    static int (*next)(int, const char *, int, ...);
    va_list ap;
    void *extra;

    va_start(ap, flags);
    extra = va_arg(ap, void *);
    va_end(ap);
    if (next == NULL)
        next_is(&next, "openat");
    return must_fail(FAIL_OPEN) ? -1 : next(at, p, flags, extra);
}

/* ---- streams --------------------------------------------------------------- */

/* For one call, a stream's descriptor is something that cannot be read, or
 * where no byte fits: the C library then fails as it does in earnest.  Returns
 * what to give back. */
static int spoil(FILE *f, const char *with, int flags)
{
    static int (*next_open)(const char *, int, ...);
    static int (*next_dup)(int);
    int was, bad;

    if (next_open == NULL) {
        next_is(&next_dup, "dup");
        next_is(&next_open, "open");
    }
    was = next_dup(fileno(f));
    bad = next_open(with, flags);
    dup2(bad, fileno(f));
    close(bad);
    return was;
}

static void restore(FILE *f, int was)
{
    const int sys = errno;

    if (was >= 0) {
        dup2(was, fileno(f));
        close(was);
    }
    errno = sys;
}

#define STREAMS(X)                                                            \
    X(READ, char *, fgets, (char *p, int n, FILE *f), (p, n, f))              \
    X(READ, size_t, fread, (void *p, size_t a, size_t b, FILE *f),            \
      (p, a, b, f))                                                           \
    X(READ, long, getline, (char **p, size_t *n, FILE *f), (p, n, f))         \
    X(WRITE, int, fflush, (FILE *f), (f))

#define X(kind, type, name, params, args)                                    \
    type fail_##name params __asm__(#name);                                  \
    type fail_##name params                                                  \
    {                                                                        \
        static type(*next) params;                                           \
        int was = -1;                                                        \
        type got;                                                            \
                                                                             \
        if (next == NULL)                                                    \
            next_is(&next, #name);                                           \
        if (f != NULL && due(FAIL_##kind))                                   \
            was = FAIL_##kind == FAIL_READ ? spoil(f, "/", O_RDONLY)         \
                                           : spoil(f, "/dev/full", O_WRONLY); \
        got = next args;                                                     \
        if (f != NULL)                                                       \
            restore(f, was);                                                 \
        return got;                                                          \
    }
STREAMS(X)
#undef X

int fail_fclose(FILE *f) __asm__("fclose");
int fail_fclose(FILE *f)
{
    static int (*next)(FILE *);

    if (next == NULL)
        next_is(&next, "fclose");
    if (due(FAIL_WRITE))
        close(spoil(f, "/dev/full", O_WRONLY));
    return next(f);
}

/* ---- the plan -------------------------------------------------------------- */

static int find_program(struct dl_phdr_info *info, size_t size, void *ctx)
{
    (void)size, (void)ctx;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const uintptr_t from = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;

        if (info->dlpi_phdr[i].p_type != PT_LOAD)
            continue;
        if (program_from == 0)
            program_from = from;
        program_to = from + info->dlpi_phdr[i].p_memsz;
    }
    return 1; /* the first is the program */
}

static int (*program_main)(int, char **, char **);

/* Behind main() there are the reports of sanitizers and of coverage. */
static int watched_main(int argc, char **argv, char **env)
{
    int status;

    begun = plan != NULL;
    status = program_main(argc, argv, env);
    begun = false;
    return status;
}

int fail_start(int (*main)(int, char **, char **), int argc, char **argv,
               void (*init)(void), void (*fini)(void), void (*rtld_fini)(void),
               void *stack) __asm__("__libc_start_main");
int fail_start(int (*main)(int, char **, char **), int argc, char **argv,
               void (*init)(void), void (*fini)(void), void (*rtld_fini)(void),
               void *stack)
{
    int (*next)(int (*)(int, char **, char **), int, char **, void (*)(void),
                void (*)(void), void (*)(void), void *);

    next_is(&next, "__libc_start_main");
    program_main = main;
    return next(watched_main, argc, argv, init, fini, rtld_fini, stack);
}

/* Children of the program are left alone. */
__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv(FAIL_PLAN);
    const int fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *map;

    if (fd < 0)
        return;
    map = mmap(NULL, sizeof *plan, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    unsetenv(FAIL_PLAN);
    unsetenv("LD_PRELOAD");
    dl_iterate_phdr(find_program, NULL);
    if (map != MAP_FAILED)
        plan = map;
}
