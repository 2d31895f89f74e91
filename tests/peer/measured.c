/* measured.c -- runs a command and writes what it cost.
 *
 *   measured FILE COMMAND...
 *
 * FILE gets "WALL CPU MEMORY STATUS": milliseconds that passed, milliseconds
 * of processor, the most KiB that were resident, and the exit status (128 and
 * the number of a signal), which is also that of this program.
 */
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long ms_of(struct timeval t)
{
    return (long)t.tv_sec * 1000 + (long)t.tv_usec / 1000;
}

static long now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int main(int argc, char **argv)
{
    const long began = now_ms();
    struct rusage used;
    pid_t pid;
    int how, status;
    FILE *out;

    if (argc < 3) {
        fputs("usage: measured FILE COMMAND...\n", stderr);
        return 2;
    }
    pid = fork();
    if (pid == 0) {
        execvp(argv[2], argv + 2);
        perror(argv[2]);
        _exit(127);
    }
    if (pid < 0 || waitpid(pid, &how, 0) != pid ||
        getrusage(RUSAGE_CHILDREN, &used) != 0) {
        perror("measured");
        return 2;
    }
    status = WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
    out = fopen(argv[1], "w");
    if (out == NULL) {
        perror(argv[1]);
        return 2;
    }
#ifdef __APPLE__
    used.ru_maxrss /= 1024; /* bytes there */
#endif
    fprintf(out, "%ld %ld %ld %d\n", now_ms() - began,
            ms_of(used.ru_utime) + ms_of(used.ru_stime), used.ru_maxrss,
            status);
    fclose(out);
    return status;
}
