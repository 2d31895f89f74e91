/* hostile_crowd.c -- many clients at once that mean harm to an HTTP server.
 *
 *   hostile_crowd PORT BEHAVIOUR N [PERIOD_MS]
 *   hostile_crowd list                          the names of all
 *
 * Keeps N connections to 127.0.0.1:PORT open, each of which behaves as it is
 * told; one that the server closes is made anew.  Says "all here" once N have
 * come, and goes on until it is ended.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTS_A_TURN = 64, PIECE = 4096, TURN_MS = 20, READS_MAX = 16384 };

enum mode {
    QUIET, /* behind its first words it says no more */
    DRIP,  /* the rest, a byte in PERIOD_MS, again and again */
    FLOOD  /* the rest, again and again */
};

#define GET "GET /fw.bin HTTP/1.1\r\nHost: x\r\n"
#define TINY "GET /fw.bin.md5 HTTP/1.1\r\nHost: x\r\n\r\n"

/* clang-format off */
static const struct behaviour {
    const char *name, *first, *rest;
    enum mode mode;
    bool deaf; /* it does not read */
} BEHAVIOURS[] = {
    {"silent",     "", "", QUIET, false},
    {"half",       "GET /fw.b", "", QUIET, false},
    {"drip",       GET "X: ", "x", DRIP, false},
    {"drip-lines", GET, "X: y\r\n", DRIP, false},
    {"headers",    GET, "X-Flood: 0123456789abcdef\r\n", FLOOD, false},
    {"line",       "GET /", "aaaaaaaaaaaaaaaa", FLOOD, false},
    {"garbage",    "", "\x16\x03\x01\x02\xff\x1b[2J\r\n\r\n", FLOOD, false},
    {"blank",      "", "\r\n", FLOOD, false},
    {"deaf",       GET "\r\n", "", QUIET, true},
    {"pipeline",   "", TINY, FLOOD, false},
    {"deaf-pipeline", "", TINY GET "\r\n", FLOOD, true},
    {"ranges",     "", "GET /fw.bin.md5 HTTP/1.1\r\nHost: x\r\nRange: bytes=-1,0-0,99999999999999999999-,5-1,x\r\n\r\n", FLOOD, false},
    {"body",       "POST /fw.bin HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n", "xxxxxxxxxxxxxxxx", FLOOD, false},
    {"get-body",   GET "Content-Length: 99999999999\r\n\r\n", "xxxxxxxxxxxxxxxx", FLOOD, false},
    {"chunks",     GET "Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n", FLOOD, false},
    {"giant-chunk", GET "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", "x", FLOOD, false},
    {"smuggle",    "", GET "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", FLOOD, false},
    {"lengths",    "", GET "Content-Length: 0\r\nContent-Length: 40\r\n\r\n" TINY, FLOOD, false},
};
/* clang-format on */

enum { N_BEHAVIOURS = sizeof BEHAVIOURS / sizeof *BEHAVIOURS };

struct member {
    int fd; /* -1: to be made */
    size_t first, rest; /* said of both */
    long due_ms;        /* of the next byte that drips */
};

struct crowd {
    const struct behaviour *does;
    struct sockaddr_in server;
    long period_ms;
    size_t n, came;
    struct member *member;
    struct pollfd *poll;
};

static long now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool later(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ||
           errno == EINPROGRESS || errno == ENOTCONN;
}

static void leave(struct member *m)
{
    const struct linger now = {.l_onoff = 1};

    if (m->fd >= 0) { /* without a trace: ports are few */
        setsockopt(m->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        close(m->fd);
    }
    *m = (struct member){.fd = -1};
}

static void come(const struct crowd *c, struct member *m)
{
    const struct sockaddr *to = (const struct sockaddr *)&c->server;

    m->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (m->fd >= 0 && connect(m->fd, to, sizeof c->server) != 0 && !later())
        leave(m);
}

/* False: the connection is over. */
static bool say(const struct crowd *c, struct member *m, const char *text,
                size_t *at, size_t most)
{
    const size_t len = strlen(text);
    char piece[PIECE];
    size_t n = 0;
    ssize_t sent;

    while (n < most && (*at + n < len || text == c->does->rest)) {
        piece[n] = text[(*at + n) % len];
        n++;
    }
    sent = send(m->fd, piece, n, MSG_NOSIGNAL);
    if (sent > 0)
        *at += (size_t)sent;
    return sent >= 0 || later();
}

static bool hears(struct member *m)
{
    static char unread[READS_MAX];
    const ssize_t n = recv(m->fd, unread, sizeof unread, 0);

    return n > 0 || (n < 0 && later());
}

static bool has_first(const struct crowd *c, const struct member *m)
{
    return m->first < strlen(c->does->first);
}

static bool wants_to_say(const struct crowd *c, const struct member *m)
{
    return has_first(c, m) || c->does->mode == FLOOD ||
           (c->does->mode == DRIP && now_ms() >= m->due_ms);
}

static void act(const struct crowd *c, struct member *m, short ready)
{
    bool ok = true;

    if (!c->does->deaf && (ready & (POLLIN | POLLHUP | POLLERR)) != 0)
        ok = hears(m);
    if (ok && c->does->deaf && (ready & (POLLHUP | POLLERR)) != 0)
        ok = false;
    if (ok && (ready & POLLOUT) != 0) {
        if (has_first(c, m))
            ok = say(c, m, c->does->first, &m->first, PIECE);
        else if (c->does->mode == FLOOD)
            ok = say(c, m, c->does->rest, &m->rest, PIECE);
        else if (c->does->mode == DRIP)
            ok = say(c, m, c->does->rest, &m->rest, 1);
        m->due_ms = now_ms() + c->period_ms;
    }
    if (!ok)
        leave(m);
}

static void turn(struct crowd *c)
{
    size_t come_now = CONNECTS_A_TURN;

    for (size_t i = 0; i < c->n; i++) {
        struct member *m = &c->member[i];

        if (m->fd < 0 && come_now > 0) {
            come(c, m);
            come_now--;
            c->came++;
        }
        c->poll[i] = (struct pollfd){
            .fd = m->fd,
            .events = (short)((c->does->deaf ? 0 : POLLIN) |
                              (m->fd >= 0 && wants_to_say(c, m) ? POLLOUT
                                                                : 0))};
    }
    if (poll(c->poll, c->n, TURN_MS) <= 0)
        return;
    for (size_t i = 0; i < c->n; i++)
        if (c->poll[i].revents != 0)
            act(c, &c->member[i], c->poll[i].revents);
}

static void gather(struct crowd *c)
{
    struct rlimit r;

    getrlimit(RLIMIT_NOFILE, &r);
    r.rlim_cur = r.rlim_max;
    setrlimit(RLIMIT_NOFILE, &r);
    c->member = calloc(c->n, sizeof *c->member);
    c->poll = calloc(c->n, sizeof *c->poll);
    if (c->member == NULL || c->poll == NULL)
        exit(1);
    for (size_t i = 0; i < c->n; i++)
        c->member[i].fd = -1;
}

static int list(void)
{
    for (size_t i = 0; i < N_BEHAVIOURS; i++)
        puts(BEHAVIOURS[i].name);
    return 0;
}

int main(int argc, char **argv)
{
    struct crowd c = {.server = {.sin_family = AF_INET}, .period_ms = 1000};
    bool told = false;

    if (argc > 1 && strcmp(argv[1], "list") == 0)
        return list();
    for (size_t i = 0; argc > 3 && i < N_BEHAVIOURS; i++)
        if (strcmp(BEHAVIOURS[i].name, argv[2]) == 0)
            c.does = &BEHAVIOURS[i];
    if (c.does == NULL) {
        fputs("usage: hostile_crowd PORT BEHAVIOUR N [PERIOD_MS], or list\n",
              stderr);
        return 2;
    }
    c.server.sin_port = htons((uint16_t)atoi(argv[1]));
    c.server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    c.n = strtoul(argv[3], NULL, 10);
    if (argc > 4)
        c.period_ms = atol(argv[4]);
    gather(&c);
    for (;;) {
        turn(&c);
        if (told || c.came < c.n)
            continue;
        told = true;
        puts("all here");
        fflush(stdout);
    }
}
