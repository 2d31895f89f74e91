/* hostile_peer.c -- devices that break their protocol on purpose, on loopback.
 *
 *   hostile_peer BEHAVIOUR [PERIOD_MS]
 *   hostile_peer list                    the names of all
 *
 * Says "listening on 127.0.0.1:PORT" and plays the behaviour's script for
 * everybody who connects (ArduinoOTA: who sends a datagram), one after the
 * other, until it is ended.  hostile_table.h has them all; what drips does so
 * by one byte in PERIOD_MS.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "peer/hostile_table.h"

enum {
    PATIENCE_MS = 20000, /* with a client that does not do its part */
    FLOOD_BYTES = 65536, /* at a time */
    BLOCK = 8192,        /* ESPHome acknowledges */
    STRANGERS_AT_ONCE = 64,
    SMALL_WINDOW = 8192 /* an image does not vanish into the kernel's buffers */
};

enum { N_BEHAVIOURS = sizeof BEHAVIOURS / sizeof *BEHAVIOURS };

/* ---- a stage ------------------------------------------------------------- */

struct stage {
    int listener, udp, fd; /* -1: none */
    struct sockaddr_in client;
    uint16_t port;  /* where the client wants to be called */
    size_t left;    /* of an image */
    unsigned period_ms, nonce;
};

static int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool fatal(void)
{
    return errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR;
}

static bool wait_for(int fd, short what, int ms)
{
    struct pollfd p = {.fd = fd, .events = what};

    return poll(&p, 1, ms) == 1;
}

static struct sockaddr_in at(const char *address, uint16_t port)
{
    struct sockaddr_in sa = {.sin_family = AF_INET, .sin_port = htons(port)};

    inet_pton(AF_INET, address, &sa.sin_addr);
    return sa;
}

static int bound(int type, const char *address)
{
    const struct sockaddr_in sa = at(address, 0);
    const int fd = socket(AF_INET, type, 0);

    if (fd < 0 || bind(fd, (const struct sockaddr *)&sa, sizeof sa) != 0) {
        perror("hostile_peer: bind");
        exit(1);
    }
    return fd;
}

static void leave(struct stage *s)
{
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
}

static bool next(struct stage *s)
{
    leave(s);
    s->fd = accept(s->listener, NULL, NULL);
    return s->fd >= 0;
}

/* ---- steps of a connection ----------------------------------------------- */

static bool take(struct stage *s, void *to, size_t n)
{
    for (size_t got = 0; got < n;) {
        ssize_t more;

        if (!wait_for(s->fd, POLLIN, PATIENCE_MS))
            return false;
        more = recv(s->fd, (char *)to + got, n - got, 0);
        if (more <= 0)
            return false;
        got += (size_t)more;
    }
    return true;
}

static bool say(struct stage *s, const struct step *step)
{
    return step->len == 0 || send(s->fd, step->bytes, step->len,
                                  MSG_NOSIGNAL) == (ssize_t)step->len;
}

static bool take_size(struct stage *s)
{
    uint8_t b[4];

    if (!take(s, b, sizeof b))
        return false;
    s->left = (size_t)b[0] << 24 | (size_t)b[1] << 16 | (size_t)b[2] << 8 |
              b[3];
    return true;
}

static bool take_head(struct stage *s)
{
    static const char LENGTH[] = "Content-Length: ";
    char head[4096] = "";
    const char *length;
    size_t n = 0;

    while (n < sizeof head - 1 && strstr(head, "\r\n\r\n") == NULL)
        if (!take(s, &head[n++], 1))
            return false;
    length = strstr(head, LENGTH);
    s->left = length != NULL
                  ? strtoul(length + sizeof LENGTH - 1, NULL, 10)
                  : 0;
    return true;
}

static bool take_image(struct stage *s, const struct step *step)
{
    uint8_t block[BLOCK];

    while (s->left > 0) {
        const size_t n = s->left < BLOCK ? s->left : BLOCK;

        if (!take(s, block, n) || !say(s, step))
            return false;
        s->left -= n;
    }
    return true;
}

/* Reads what there is; *more: there may be more at another time. */
static bool drain(struct stage *s, bool *more)
{
    static char unread[FLOOD_BYTES];
    const ssize_t n = recv(s->fd, unread, sizeof unread, MSG_DONTWAIT);

    *more = n != 0;
    return n >= 0 || !fatal();
}

static bool flood(struct stage *s, const struct step *step, bool deaf)
{
    static char space[FLOOD_BYTES];
    size_t len = 0, at = 0;
    bool reads = !deaf;

    while (len + step->len <= sizeof space) {
        memcpy(space + len, step->bytes, step->len);
        len += step->len;
    }
    for (;;) {
        struct pollfd p = {.fd = s->fd,
                           .events = (short)(POLLOUT | (reads ? POLLIN : 0))};
        ssize_t n;

        if (poll(&p, 1, PATIENCE_MS) != 1)
            return false;
        if (reads && (p.revents & POLLIN) != 0 && !drain(s, &reads))
            return false;
        if ((p.revents & (POLLOUT | POLLERR)) == 0)
            continue;
        n = send(s->fd, space + at, len - at, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && fatal())
            return false;
        at = n > 0 ? (at + (size_t)n) % len : at;
    }
}

static bool drip(struct stage *s, const struct step *step)
{
    bool reads = true;

    for (size_t i = 0;; i = (i + 1) % step->len) {
        const int64_t until = now_ms() + s->period_ms;

        if (send(s->fd, step->bytes + i, 1, MSG_NOSIGNAL) < 0)
            return false;
        for (int64_t left; (left = until - now_ms()) > 0;)
            if (wait_for(s->fd, reads ? POLLIN : 0, (int)left) &&
                !drain(s, &reads))
                return false;
    }
}

static bool hold(struct stage *s)
{
    bool more = true;

    while (more)
        if (!wait_for(s->fd, POLLIN, -1) || !drain(s, &more))
            return false;
    return true;
}

static bool reset(struct stage *s)
{
    const struct linger now = {.l_onoff = 1};

    setsockopt(s->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    leave(s);
    return true;
}

/* ---- steps by datagram --------------------------------------------------- */

static bool hear(struct stage *s)
{
    char text[2048];
    socklen_t len = sizeof s->client;
    const ssize_t n = recvfrom(s->udp, text, sizeof text - 1, 0,
                               (struct sockaddr *)&s->client, &len);
    unsigned port;
    size_t size;

    if (n < 0)
        return false;
    text[n] = '\0';
    if (sscanf(text, "%*u %u %zu", &port, &size) == 2) {
        s->port = (uint16_t)port;
        s->left = size;
    }
    return true;
}

static void reply(const struct stage *s, int fd, const char *bytes, size_t len)
{
    sendto(fd, bytes, len, 0, (const struct sockaddr *)&s->client,
           sizeof s->client);
}

static bool replies(struct stage *s, const struct step *step)
{
    static char huge[60000];
    const int64_t until = now_ms() + step->n;

    if (step->n == 0) { /* one, and as large as can be */
        memset(huge, 'a', sizeof huge);
        memcpy(huge, step->bytes, step->len);
        reply(s, s->udp, huge, sizeof huge);
    }
    while (now_ms() < until)
        reply(s, s->udp, step->bytes, step->len);
    return true;
}

static bool challenge(struct stage *s, const struct step *step)
{
    const int64_t until = now_ms() + step->n;
    char text[64];

    while (now_ms() < until) {
        const int n = snprintf(text, sizeof text, "AUTH %032x", s->nonce++);

        reply(s, s->udp, text, (size_t)n);
        poll(NULL, 0, 1);
    }
    return true;
}

static bool elsewhere(struct stage *s, const struct step *step)
{
    static const char *const FROM[] = {"127.0.0.1", "127.0.0.9"};

    for (size_t i = 0; i < sizeof FROM / sizeof *FROM; i++) {
        const int fd = bound(SOCK_DGRAM, FROM[i]);

        reply(s, fd, step->bytes, step->len);
        close(fd);
    }
    return true;
}

static bool call(struct stage *s)
{
    const struct sockaddr_in to = at("127.0.0.1", s->port);

    leave(s);
    s->fd = socket(AF_INET, SOCK_STREAM, 0);
    return connect(s->fd, (const struct sockaddr *)&to, sizeof to) == 0;
}

/* As many as a millisecond allows, each gone before it is greeted. */
static bool strangers(struct stage *s, const struct step *step)
{
    const struct sockaddr_in to = at("127.0.0.1", s->port);
    const int64_t until = now_ms() + step->n;

    for (unsigned i = 1; now_ms() < until; i++) {
        s->fd = bound(SOCK_STREAM | SOCK_NONBLOCK, "127.0.0.9");
        connect(s->fd, (const struct sockaddr *)&to, sizeof to);
        reset(s);
        if (i % STRANGERS_AT_ONCE == 0)
            poll(NULL, 0, 1);
    }
    return true;
}

/* ---- playing ------------------------------------------------------------- */

static bool play(struct stage *s, const struct step *step)
{
    uint8_t unread[256];

    switch (step->what) {
    case W_END:
        return false;
    case W_TAKE:
        return take(s, unread, step->n);
    case W_SIZE:
        return take_size(s);
    case W_HEAD:
        return take_head(s);
    case W_IMAGE:
        return take_image(s, step);
    case W_SAY:
        return say(s, step);
    case W_FOREVER:
        return flood(s, step, false);
    case W_DEAF:
        return flood(s, step, true);
    case W_DRIP:
        return drip(s, step);
    case W_HOLD:
        return hold(s);
    case W_STILL:
        poll(NULL, 0, (int)step->n);
        return true;
    case W_NEXT:
        return next(s);
    case W_RESET:
        return reset(s);
    case W_HEAR:
        return hear(s);
    case W_REPLY:
        reply(s, s->udp, step->bytes, step->len);
        return true;
    case W_REPLIES:
        return replies(s, step);
    case W_CHALLENGE:
        return challenge(s, step);
    case W_ELSEWHERE:
        return elsewhere(s, step);
    case W_CALL:
        return call(s);
    case W_STRANGERS:
        return strangers(s, step);
    }
    return false;
}

static void open_stage(struct stage *s, enum transport transport)
{
    const int fd =
        bound(transport == TCP ? SOCK_STREAM : SOCK_DGRAM, "127.0.0.1");
    const int small = SMALL_WINDOW;
    struct sockaddr_in sa;
    socklen_t len = sizeof sa;

    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    if ((transport == TCP && listen(fd, 16) != 0) ||
        getsockname(fd, (struct sockaddr *)&sa, &len) != 0) {
        perror("hostile_peer: listen");
        exit(1);
    }
    *(transport == TCP ? &s->listener : &s->udp) = fd;
    printf("listening on 127.0.0.1:%u\n", ntohs(sa.sin_port));
    fflush(stdout);
}

static int list(void)
{
    for (size_t i = 0; i < N_BEHAVIOURS; i++)
        puts(BEHAVIOURS[i].name);
    return 0;
}

int main(int argc, char **argv)
{
    struct stage s = {.listener = -1, .udp = -1, .fd = -1, .period_ms = 1000};
    size_t i = 0;

    if (argc > 1 && strcmp(argv[1], "list") == 0)
        return list();
    while (argc > 1 && i < N_BEHAVIOURS &&
           strcmp(BEHAVIOURS[i].name, argv[1]) != 0)
        i++;
    if (argc < 2 || i == N_BEHAVIOURS) {
        fputs("usage: hostile_peer BEHAVIOUR [PERIOD_MS], or list\n", stderr);
        return 2;
    }
    if (argc > 2)
        s.period_ms = (unsigned)strtoul(argv[2], NULL, 10);
    open_stage(&s, BEHAVIOURS[i].transport);
    for (;;) {
        if (s.listener >= 0 && !next(&s))
            continue;
        for (const struct step *step = BEHAVIOURS[i].step; play(&s, step);)
            step++;
        leave(&s);
    }
}
