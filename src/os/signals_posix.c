/* signals_posix.c -- signals of POSIX, as something that a wait can end with. */
#include "os/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/select.h>
#include <unistd.h>

#include "os/signals_inside.h"

enum { LOOK_US = 250000 };

/* A process has one set of signal handlers, and they need these. */
static volatile int caught;
static int pipe_fd[2] = {-1, -1};
static void (*volatile call)(void *ctx);
static void *volatile call_ctx;

static void on_signal(int number)
{
    const int was = errno;
    ssize_t ignored;

    if (number != SIGWINCH && number != SIGCONT && caught == 0)
        caught = number;
    ignored = write(pipe_fd[1], "", 1); /* full: it is readable already */
    (void)ignored;
    if (call != NULL)
        call(call_ctx);
    errno = was;
}

/* If the pipe cannot be made, the flag is noticed late, but it is noticed. */
static void open_pipe(void)
{
    if (pipe(pipe_fd) != 0)
        return;
    for (int i = 0; i < 2; i++) {
        fcntl(pipe_fd[i], F_SETFD, FD_CLOEXEC);
        fcntl(pipe_fd[i], F_SETFL, O_NONBLOCK);
    }
}

bool eo_signals_catch(void)
{
    static const int WAKING[] = {SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGCONT};
    struct sigaction action = {.sa_handler = on_signal}, old;

    if (pipe_fd[0] >= 0)
        return true;
    open_pipe();
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof WAKING / sizeof *WAKING; i++) {
        sigaction(WAKING[i], NULL, &old);
        if (WAKING[i] != SIGHUP || old.sa_handler != SIG_IGN)
            sigaction(WAKING[i], &action, NULL);
    }
    signal(SIGPIPE, SIG_IGN);
#ifdef SIGXFSZ /* a file of ours that is full must not end an upload */
    signal(SIGXFSZ, SIG_IGN);
#endif
    return pipe_fd[0] >= 0;
}

void eo_signals_call(void (*fn)(void *ctx), void *ctx)
{
    call = NULL; /* never one value with the detail of the other */
    call_ctx = ctx;
    call = fn;
}

void eo_signals_end_by_pipe(void)
{
    signal(SIGPIPE, SIG_DFL);
}

static void on_end(int number)
{
    const int was = errno;

    (void)number;
    call(call_ctx);
    errno = was;
}

void eo_signals_end(void (*fn)(void *ctx), void *ctx)
{
    struct sigaction action = {.sa_handler = on_end};

    eo_signals_call(fn, ctx);
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static void drain(void)
{
    char bytes[64];

    while (read(pipe_fd[0], bytes, sizeof bytes) > 0)
        ;
}

int eo_signals_await(os_file file)
{
    const int fd = (int)file, pipe = pipe_fd[0], last = fd > pipe ? fd : pipe;
    struct timeval look = {0};
    fd_set ready;

    if (last >= FD_SETSIZE) {
        errno = EMFILE;
        return -1;
    }
    /* The pipe stays readable: a signal that came before select() ends it like
     * one that comes during it.  Without a pipe we look now and then.  It is
     * select() because macOS cannot poll() a terminal. */
    do {
        look.tv_usec = LOOK_US;
        FD_ZERO(&ready);
        FD_SET(fd, &ready);
        if (pipe >= 0)
            FD_SET(pipe, &ready);
        if (select(last + 1, &ready, NULL, NULL, pipe < 0 ? &look : NULL) < 0) {
            if (errno != EINTR)
                return -1;
            FD_ZERO(&ready);
        }
    } while (caught == 0 && !FD_ISSET(fd, &ready) &&
             !(pipe >= 0 && FD_ISSET(pipe, &ready)));
    if (caught != 0) {
        errno = EINTR;
        return -1;
    }
    if (FD_ISSET(fd, &ready))
        return 0;
    drain();
    return 1;
}

int eo_signals_caught(void)
{
    return caught;
}
