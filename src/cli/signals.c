/* signals.c -- signals as something poll() can wait for. */
#include "cli/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

/* A process has one set of signal handlers, and they need these. */
static volatile int caught;
static int pipe_fd[2] = {-1, -1};

static void on_signal(int number)
{
    const int was = errno;
    ssize_t ignored;

    if (number != SIGWINCH && caught == 0)
        caught = number;
    ignored = write(pipe_fd[1], "", 1); /* full: it is readable already */
    (void)ignored;
    errno = was;
}

int eo_signals_catch(void)
{
    static const int ENDING[] = {SIGINT, SIGTERM, SIGHUP, SIGWINCH};
    struct sigaction action = {.sa_handler = on_signal}, old;

    if (pipe_fd[0] >= 0)
        return pipe_fd[0];
    if (pipe(pipe_fd) != 0)
        return -1;
    for (int i = 0; i < 2; i++) {
        fcntl(pipe_fd[i], F_SETFD, FD_CLOEXEC);
        fcntl(pipe_fd[i], F_SETFL, O_NONBLOCK);
    }
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof ENDING / sizeof *ENDING; i++) {
        sigaction(ENDING[i], NULL, &old);
        if (ENDING[i] != SIGHUP || old.sa_handler != SIG_IGN)
            sigaction(ENDING[i], &action, NULL);
    }
    signal(SIGPIPE, SIG_IGN);
    return pipe_fd[0];
}

void eo_signals_drain(void)
{
    char bytes[64];

    while (read(pipe_fd[0], bytes, sizeof bytes) > 0)
        ;
}

int eo_signals_caught(void)
{
    return caught;
}

const volatile int *eo_signals_flag(void)
{
    return &caught;
}
