/* fail.h -- what the runner asks of the shim inside the tortured program.
 *
 * The plan is a file that both have mapped: it is written before the program
 * starts, and what the shim counts can be read even after a crash.
 */
#ifndef FAIL_H
#define FAIL_H

#include <errno.h>
#include <stdatomic.h>

/* The environment variable that names the plan's file. */
#define FAIL_PLAN "TORTURE_PLAN"

/*   X(KIND, name, step, errors...)
 *
 * A kind is a group of calls that fail for the same reasons; the errors are
 * what each is tried with.  The short form takes the first call and then one
 * of each step. */
/* clang-format off */
#define FAIL_KINDS(X) \
    X(MEMORY, "memory", 199, ENOMEM)                     /* malloc and its kin, called by our own code */ \
    X(THEIRS, "theirs", 2999, ENOMEM)                    /* the same, called by any library */ \
    X(SOCKET, "socket", 1, EMFILE, ENOBUFS) \
    X(BIND, "bind", 1, EADDRINUSE, EADDRNOTAVAIL) \
    X(LISTEN, "listen", 1, EADDRINUSE) \
    X(CONNECT, "connect", 1, ENETUNREACH, ECONNREFUSED, ETIMEDOUT) \
    X(ACCEPT, "accept", 1, ECONNABORTED, EMFILE) \
    X(SEND, "send", 13, ECONNRESET, ENOBUFS, EPIPE)      /* send, sendto, sendmsg, sendfile */ \
    X(RECV, "recv", 17, ECONNRESET, ETIMEDOUT)           /* recv, recvfrom, recvmsg */ \
    X(POLL, "poll", 31, ENOMEM, EINVAL)                  /* poll, select, epoll_wait */ \
    X(OPTION, "option", 5, ENOPROTOOPT)                  /* setsockopt, getsockopt */ \
    X(CONTROL, "control", 37, EINVAL)                    /* fcntl, ioctl */ \
    X(NAME, "name", 3, ENOBUFS)                          /* getsockname */ \
    X(LOOKUP, "lookup", 1, -3, -10, -11)                 /* getaddrinfo: EAI_AGAIN, EAI_MEMORY, EAI_SYSTEM */ \
    X(LINKS, "links", 2, ENOMEM)                         /* getifaddrs, if_nametoindex */ \
    X(PIPE, "pipe", 1, EMFILE)                           /* pipe, socketpair, eventfd, dup */ \
    X(THREAD, "thread", 1, EAGAIN)                       /* pthread_create */ \
    X(SPAWN, "spawn", 1, EAGAIN)                         /* posix_spawnp */ \
    X(OPEN, "open", 3, EMFILE, EACCES)                   /* open, openat, fopen, fdopen */ \
    X(READ, "read", 151, EIO)                            /* read, pread, fread, fgets, getline */ \
    X(WRITE, "write", 11, ENOSPC, EIO)                   /* write, and fflush and fclose of a stream */ \
    X(STAT, "stat", 1, EIO)                              /* stat, fstat, access */ \
    X(FILE, "file", 1, EACCES, EIO)                      /* rename, unlink, ftruncate, flock, fseek */ \
    X(SYNC, "sync", 2, EIO)                              /* fsync */ \
    X(MAP, "map", 1, ENOMEM)                             /* mmap */ \
    X(RANDOM, "random", 2, EIO)                          /* RAND_bytes */

enum fail_kind {
#define X(kind, name, ...) FAIL_##kind,
    FAIL_KINDS(X)
#undef X
    FAIL_KIND_COUNT
};
/* clang-format on */

/* No failures at all, but what a correct program must live with. */
enum fail_storm {
    STORM_NONE,
    STORM_EINTR,  /* every second call is interrupted by a signal */
    STORM_EAGAIN, /* every second call on a non-blocking socket is too early */
    STORM_SHORT   /* no call moves more than a few bytes */
};

struct fail_plan {
    enum fail_kind kind;
    unsigned long at; /* the n-th call of that kind fails, from 1; 0: none */
    int forever;      /* and all behind it */
    int error;        /* the errno it fails with */
    enum fail_storm storm;
    atomic_ulong seen[FAIL_KIND_COUNT]; /* calls so far */
    atomic_ulong failed;                /* of them, made to fail */
};

#endif
