/* place.c -- a worker's place: its files, its devices, its processes. */
#define _GNU_SOURCE /* unshare() */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "place.h"

enum {
    SERVE_MS = 1500, /* for a server's device to come, and come again, */
    PEACES = 5,      /* and what that takes in peace, so often */
    PORT_FIRST = 10240, /* below those that systems give to clients */
    PORT_LAST = 32000
};

void die(const char *what)
{
    perror(what);
    exit(2);
}

uint64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

void doze(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

/* A path in the place's directory; the last few stay valid. */
const char *in(const struct place *p, const char *name)
{
    static char ring[4][SIZE];
    static unsigned turn;
    char *path = ring[turn++ % 4];

    snprintf(path, SIZE, "%s/%s", p->dir, name);
    return path;
}

char *read_text(const char *path, size_t *len)
{
    FILE *f = fopen(path, "rb");
    char *text;
    long n;

    if (f == NULL)
        return NULL;
    fseek(f, 0, SEEK_END);
    n = ftell(f);
    rewind(f);
    text = calloc((size_t)n + 1, 1);
    *len = text != NULL ? fread(text, 1, (size_t)n, f) : 0;
    fclose(f);
    return text;
}

bool same_files(const char *a, const char *b)
{
    size_t n = 0, m = 0;
    char *x = read_text(a, &n), *y = read_text(b, &m);
    const bool same =
        x != NULL && y != NULL && n == m && memcmp(x, y, n) == 0;

    free(x);
    free(y);
    return same;
}

void copy(const char *from, const char *to)
{
    size_t n = 0;
    char *bytes = read_text(from, &n);
    FILE *f = fopen(to, "wb");

    if (bytes == NULL || f == NULL || fwrite(bytes, 1, n, f) != n ||
        fclose(f) != 0)
        die(to);
    free(bytes);
}

void image_path(const struct place *p, char out[SIZE])
{
    snprintf(out, SIZE, "%s/%s.bin", p->data, p->second ? "b" : "a");
}

/* Fills in what stands in braces. */
void fill(const struct place *p, const char *template, char out[SIZE])
{
    char image[SIZE], *at = out;

    image_path(p, image);
    while (*template != '\0' && at < out + SIZE / 2) {
        unsigned more = 0;

        if (strncmp(template, "{dir}", 5) == 0)
            at += sprintf(at, "%s", p->dir);
        else if (strncmp(template, "{data}", 6) == 0)
            at += sprintf(at, "%s", p->data);
        else if (strncmp(template, "{image}", 7) == 0)
            at += sprintf(at, "%s", image);
        else if (strncmp(template, "{here}", 6) == 0)
            at += sprintf(at, "%s", p->here);
        else if (strncmp(template, "{patience}", 10) == 0)
            at += sprintf(at, "%u", p->patience_s);
        else if (sscanf(template, "{port+%u}", &more) == 1 ||
                 strncmp(template, "{port}", 6) == 0)
            at += sprintf(at, "%u", p->port + more);
        else {
            *at++ = *template++;
            continue;
        }
        template += strcspn(template, "}") + 1;
    }
    *at = '\0';
}

/* ---- the network ---------------------------------------------------------- */

void settle(struct place *p, unsigned worker)
{
    static const char SETUP[] =
        "ip link set lo up && ip link add lab0 type veth peer name lab1 && "
        "ip addr add 10.77.0.1/24 dev lab0 && ip link set lab1 up && "
        "ip link set lab0 up";
    const pid_t pid = getppid();

    snprintf(p->here, sizeof p->here, "127.%d.%d.%u", pid >> 8 & 127,
             pid & 255, worker + 1);
    p->lab = getenv("NO_LAB") == NULL && unshare(CLONE_NEWNET) == 0;
    if (p->lab && system(SETUP) != 0)
        die("a network of our own");
}

/* One that was not taken lately: old connections keep theirs for a while. */
static unsigned free_port(const struct place *p)
{
    static unsigned next = PORT_FIRST;

    for (unsigned tries = 0; tries < PORT_LAST - PORT_FIRST; tries++) {
        struct sockaddr_in a = {.sin_family = AF_INET};
        const int fd = socket(AF_INET, SOCK_STREAM, 0);
        bool is_free;

        next = next < PORT_LAST ? next + 1 : PORT_FIRST;
        inet_pton(AF_INET, p->here, &a.sin_addr);
        a.sin_port = htons((uint16_t)next);
        is_free = bind(fd, (struct sockaddr *)&a, sizeof a) == 0;
        close(fd);
        if (is_free)
            return next;
    }
    die("a free port");
}

/* ---- processes ------------------------------------------------------------ */

static void redirect(int fd, const char *path)
{
    const int to = open(path, O_RDWR | O_CREAT | O_TRUNC, 0666);

    if (to < 0 || dup2(to, fd) < 0)
        _exit(127);
    close(to);
}

/* Starts BIN/program with the words of text; env is a list to be set. */
pid_t start(const struct place *p, const char *program, const char *text,
            const char *out, const char *const *env)
{
    char words[SIZE], path[SIZE], *argv[64] = {path}, *rest = words;
    char said[64];
    size_t n = 1;
    pid_t pid;

    fill(p, text, words);
    snprintf(path, sizeof path, "%s/%s", p->bin, program);
    while (n < 63 && (argv[n] = strtok_r(rest, " ", &rest)) != NULL)
        n++;
    pid = fork();
    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* nothing outlives its worker */
    redirect(0, "/dev/null");
    redirect(1, in(p, out));
    snprintf(said, sizeof said, "%s.err", out);
    redirect(2, in(p, said));
    if (chdir(p->dir) != 0)
        _exit(127);
    for (; env != NULL && *env != NULL; env += 2)
        setenv(env[0], env[1], 1);
    execv(path, argv);
    _exit(127);
}

static int shell_status(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* -1: not over in time. */
int wait_for(pid_t pid, unsigned limit_ms)
{
    const uint64_t end = now_ms() + limit_ms;
    int status;

    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (now_ms() > end)
            return -1;
        doze();
    }
    return shell_status(status);
}

/* Of those that nobody has hurt yet, none is in a hurry. */
int wait_for_server(const struct place *p, pid_t pid)
{
    const uint64_t begin = now_ms();
    const uint64_t limit = SERVE_MS + PEACES * p->peace_ms;
    bool told = false;
    int status;

    while (waitpid(pid, &status, WNOHANG) == 0) {
        const uint64_t ms = now_ms() - begin;

        if (ms > LIMIT_MS)
            return -1;
        if (!told && ms > limit && atomic_load(&p->plan->failed) > 0)
            told = kill(pid, SIGTERM) == 0;
        doze();
    }
    return shell_status(status);
}

void stop(pid_t pid)
{
    if (pid <= 0)
        return;
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

/* "listening on 127.0.0.1:32768" or "...-32770". */
static bool is_listening(struct place *p)
{
    size_t n;
    char *text = read_text(in(p, "sim"), &n);
    char *said = text != NULL ? strstr(text, "listening on ") : NULL;
    char *colon = said != NULL && strchr(said, '\n') != NULL
                      ? strrchr(strtok(said, "\n"), ':')
                      : NULL;

    if (colon != NULL)
        p->port = (unsigned)atoi(colon + 1);
    free(text);
    return colon != NULL;
}

void start_devices(struct place *p)
{
    const struct story *s = p->story;
    char text[SIZE];
    const uint64_t end = now_ms() + LIMIT_MS;

    p->sim = 0;
    if (s->serves)
        p->port = free_port(p);
    if (s->sim == NULL)
        return;
    snprintf(text, sizeof text, "%s --reboot-ms 0 --store {dir}/stored%s",
             s->sim, s->devices > 1 ? "%d" : "");
    unlink(in(p, "sim")); /* what the last ones said */
    p->sim = start(p, "espota-sim", text, "sim", NULL);
    while (!s->serves && !is_listening(p)) {
        if (now_ms() > end || waitpid(p->sim, NULL, WNOHANG) != 0)
            die("espota-sim does not listen");
        doze();
    }
    for (int tries = 0; s->lab && tries < 5; tries++)
        if (wait_for(start(p, "espota-c", "wait kitchen.local", "there", NULL),
                     LIMIT_MS) == 0)
            break;
}
