/* first_packet.c -- how long a program takes to call a port.
 *
 *   first_packet RUNS PROGRAM ARGUMENT...      a port number comes last
 *
 * Starts it RUNS times, closes the connection it makes, and prints the best
 * time: "empty MS, packet MS", the first for a program that does nothing, the
 * second without that.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <fcntl.h>
#include <poll.h>

#include "os/sock.h"

static double now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1000 + (double)t.tv_nsec / 1e6;
}

static pid_t start(char **argv)
{
    const pid_t pid = fork();

    if (pid == 0) {
        const int null = open("/dev/null", O_RDWR);

        dup2(null, 0);
        dup2(null, 1);
        dup2(null, 2);
        execv(argv[0], argv);
        _exit(127);
    }
    return pid;
}

/* Until somebody connects; < 0: nobody did within 5 s. */
static double until_called(int listener, char **argv)
{
    const double began = now_ms();
    const pid_t pid = start(argv);
    double took = -1;
    struct addr from;

    if (pid > 0 && poll(&(struct pollfd){.fd = listener, .events = POLLIN}, 1,
                        5000) == 1) {
        took = now_ms() - began;
        close(eo_tcp_accept(listener, &from));
    }
    waitpid(pid, NULL, 0);
    return took;
}

static double until_ended(char **argv)
{
    const double began = now_ms();

    waitpid(start(argv), NULL, 0);
    return now_ms() - began;
}

int main(int argc, char **argv)
{
    char *nothing[] = {(char *)"/bin/true", NULL};
    double best_empty = 1e9, best = 1e9;
    char port[8], **args;
    struct addr at;
    int listener;

    if (argc < 3)
        return 2;
    args = calloc((size_t)argc, sizeof *args);
    if (args == NULL || eo_addr_parse(&at, "127.0.0.1") != 0 ||
        (listener = eo_tcp_listen(&at, 8)) < 0 ||
        eo_sock_local(listener, &at) != 0)
        return 1;
    snprintf(port, sizeof port, "%u", eo_addr_port(&at));
    memcpy(args, argv + 2, (size_t)(argc - 2) * sizeof *args);
    args[argc - 2] = port;
    for (long i = strtol(argv[1], NULL, 10); i > 0; i--) {
        const double empty = until_ended(nothing);
        const double took = until_called(listener, args);

        if (took < 0)
            return 1;
        best_empty = empty < best_empty ? empty : best_empty;
        best = took < best ? took : best;
    }
    printf("empty %.2f, packet %.2f\n", best_empty, best - best_empty);
    free(args);
    return 0;
}
