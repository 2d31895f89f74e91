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

/*   X(KIND, name, errors...)
 *
 * A kind is a group of calls that fail for the same reasons; the errors are
 * what each is tried with. */
/* clang-format off */
#define FAIL_KINDS(X) \
    X(MEMORY, "memory", ENOMEM)                           /* malloc and its kin, called by our own code */ \
    X(THEIRS, "theirs", ENOMEM)                           /* the same, called by any library */ \
    X(SOCKET, "socket", EMFILE, ENOBUFS) \
    X(BIND, "bind", EADDRINUSE, EADDRNOTAVAIL) \
    X(LISTEN, "listen", EADDRINUSE) \
    X(CONNECT, "connect", ENETUNREACH, ECONNREFUSED, ETIMEDOUT) \
    X(ACCEPT, "accept", ECONNABORTED, EMFILE) \
    X(SEND, "send", ECONNRESET, ENOBUFS, EPIPE)           /* send, sendto, sendmsg, sendfile */ \
    X(RECV, "recv", ECONNRESET, ETIMEDOUT)                /* recv, recvfrom, recvmsg */ \
    X(POLL, "poll", ENOMEM, EINVAL)                       /* poll, select, epoll_wait */ \
    X(OPTION, "option", ENOPROTOOPT)                      /* setsockopt, getsockopt */ \
    X(CONTROL, "control", EINVAL)                         /* fcntl, ioctl */ \
    X(NAME, "name", ENOBUFS)                              /* getsockname */ \
    X(LOOKUP, "lookup", -3, -10, -11)                     /* getaddrinfo: EAI_AGAIN, EAI_MEMORY, EAI_SYSTEM */ \
    X(LINKS, "links", ENOMEM)                             /* getifaddrs, if_nametoindex */ \
    X(PIPE, "pipe", EMFILE)                               /* pipe, socketpair, eventfd, dup */ \
    X(THREAD, "thread", EAGAIN)                           /* pthread_create */ \
    X(SPAWN, "spawn", EAGAIN)                             /* posix_spawnp */ \
    X(OPEN, "open", EMFILE, EACCES)                       /* open, openat, fopen, fdopen */ \
    X(READ, "read", EIO)                                  /* read, pread, fread, fgets, getline */ \
    X(WRITE, "write", ENOSPC, EIO)                        /* write, and fflush and fclose of a stream */ \
    X(STAT, "stat", EIO)                                  /* stat, fstat, access */ \
    X(FILE, "file", EACCES, EIO)                          /* rename, unlink, ftruncate, flock, fseek */ \
    X(SYNC, "sync", EIO)                                  /* fsync */ \
    X(MAP, "map", ENOMEM)                                 /* mmap */ \
    X(RANDOM, "random", EIO)                              /* RAND_bytes */

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
