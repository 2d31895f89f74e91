/* place.c -- a worker's place: its files, its devices, its processes. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "place.h"

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
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void stop(pid_t pid)
{
    if (pid <= 0)
        return;
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static unsigned free_port(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET};
    socklen_t len = sizeof a;
    const int fd = socket(AF_INET, SOCK_STREAM, 0);

    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(fd, (struct sockaddr *)&a, sizeof a) != 0 ||
        getsockname(fd, (struct sockaddr *)&a, &len) != 0)
        die("a free port");
    close(fd);
    return ntohs(a.sin_port);
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
        p->port = free_port();
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
}
