/* fail_calls.c -- the shim's calls of the system and of the C library, a list
 * for each way in which they fail.
 */
#include "fail_inside.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/time.h>
#include <unistd.h>

/* The head of a function that stands before another one. */
#define STAND_BEFORE(type, name, params)         \
    CALL type fail_##name params __asm__(#name); \
    type fail_##name params                      \
    {                                            \
        static type(*next) params;               \
                                                 \
        if (next == NULL)                        \
            shim_next(&next, #name);

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
    STAND_BEFORE(type, name, params)                          \
        return shim_fails(FAIL_##kind) ? failure : next args; \
    }
CALLS(X)
#undef X

/* ---- calls that are interrupted, early or short as well ------------------- */

/* A datagram is never cut. */
static bool is_stream_socket(int fd)
{
    static int (*next)(int, int, int, void *, unsigned *);
    int type = 0;
    unsigned n = sizeof type;

    if (!shim_cuts())
        return false;
    if (next == NULL)
        shim_next(&next, "getsockopt");
    return next(fd, 1 /* SOL_SOCKET */, 3 /* SO_TYPE */, &type, &n) != 0 ||
           type == 1 /* SOCK_STREAM */;
}

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

#define X(kind, name, params, args)         \
    STAND_BEFORE(ssize_t, name, params)     \
        if (shim_disturbs(FAIL_##kind, fd)) \
            return -1;                      \
        if (is_stream_socket(fd))           \
            n = shim_piece(FAIL_##kind, n); \
        return next args;                   \
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

#define X(kind, type, name, params, args)                       \
    STAND_BEFORE(type, name, params)                            \
        return shim_disturbs(FAIL_##kind, fd) ? -1 : next args; \
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

#define X(name, params, args, waits)                                    \
    STAND_BEFORE(int, name, params)                                     \
        if (shim_fails(FAIL_POLL) || shim_interrupts(FAIL_POLL, waits)) \
            return -1;                                                  \
        return next args;                                               \
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

#define X(kind, name, params, args, last, first)         \
    STAND_BEFORE(int, name, params)                      \
        va_list ap;                                      \
        void *extra;                                     \
                                                         \
        va_start(ap, last);                              \
        extra = va_arg(ap, void *);                      \
        va_end(ap);                                      \
        return shim_fails(FAIL_##kind) ? -1 : next args; \
    }
VARIADIC(X)
#undef X

CALL int fail_openat(int at, const char *p, int flags, ...) __asm__("openat");
int fail_openat(int at, const char *p, int flags, ...)
{
    static int (*next)(int, const char *, int, ...);
    va_list ap;
    void *extra;

    va_start(ap, flags);
    extra = va_arg(ap, void *);
    va_end(ap);
    if (next == NULL)
        shim_next(&next, "openat");
    return shim_fails(FAIL_OPEN) ? -1 : next(at, p, flags, extra);
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
        shim_next(&next_dup, "dup");
        shim_next(&next_open, "open");
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

#define X(kind, type, name, params, args)                                     \
    STAND_BEFORE(type, name, params)                                          \
        int was = -1;                                                         \
        type got;                                                             \
                                                                              \
        if (f != NULL && shim_is_due(FAIL_##kind))                            \
            was = FAIL_##kind == FAIL_READ ? spoil(f, "/", O_RDONLY)          \
                                           : spoil(f, "/dev/full", O_WRONLY); \
        got = next args;                                                      \
        if (f != NULL)                                                        \
            restore(f, was);                                                  \
        return got;                                                           \
    }
STREAMS(X)
#undef X

CALL int fail_fclose(FILE *f) __asm__("fclose");
int fail_fclose(FILE *f)
{
    static int (*next)(FILE *);

    if (next == NULL)
        shim_next(&next, "fclose");
    if (shim_is_due(FAIL_WRITE))
        close(spoil(f, "/dev/full", O_WRONLY));
    return next(f);
}
