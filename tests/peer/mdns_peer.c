/* mdns_peer.c -- an mDNS responder that does what no device should.
 *
 *   mdns_peer LOCAL NAME plain|hostile ADDRESS...
 *
 * Answers questions for NAME's IPv4 address that arrive on the interface which
 * has LOCAL.  plain: with every ADDRESS.  hostile: first with everything that
 * must not be believed, all of which says LIE, and 300 ms later with ADDRESS.
 * An ADDRESS behind the first, when hostile, is one of this machine that is
 * not on the link: a lie is told from there, too.  Prints "ready" when it is.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "wire/mdns.h"

#define LIE "10.77.0.66"

enum { PAUSE_MS = 300 };

struct peer {
    int fd, wrong_port, off_link; /* -1: none */
    struct in_addr local;
    struct mdns_name name;
    struct sockaddr_in to; /* who asked */
    uint16_t id;
};

static struct in_addr address(const char *text)
{
    struct in_addr a;

    if (inet_pton(AF_INET, text, &a) != 1) {
        fprintf(stderr, "mdns_peer: \"%s\" is no address\n", text);
        exit(2);
    }
    return a;
}

static int bound(struct in_addr local, uint16_t port)
{
    const struct sockaddr_in sa = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = local};
    const int fd = socket(AF_INET, SOCK_DGRAM, 0), on = 1;

    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&sa, sizeof sa) != 0) {
        perror("mdns_peer: bind");
        exit(1);
    }
    return fd;
}

static void say(const struct peer *p, int fd, const uint8_t *bytes, size_t len)
{
    if (fd >= 0 && sendto(fd, bytes, len, 0, (const struct sockaddr *)&p->to,
                          sizeof p->to) < 0)
        perror("mdns_peer: sendto");
}

static size_t answer(const struct peer *p, uint8_t *space, size_t cap,
                     const struct mdns_name *name, const char *addr,
                     uint32_t ttl)
{
    const struct in_addr a = address(addr);
    const struct mdns_record rec = {
        .section = MDNS_ANSWER,
        .name = *name,
        .type = MDNS_A,
        .ttl = ttl,
        .data = (const uint8_t *)&a,
        .len = 4,
    };
    struct mdns_writer w;

    eo_mdns_begin(&w, space, cap, p->id, MDNS_REPLY | MDNS_AUTHORITATIVE);
    eo_mdns_put(&w, &rec);
    return eo_mdns_len(&w);
}

static void lie(const struct peer *p)
{
    static const uint8_t LOOP[] = {0, 0, 0x84, 0,    0,    0,    0, 2,   0,
                                   0, 0, 0,    1,    'a',  0xc0, 16, 0, 0xc0,
                                   12};
    uint8_t bytes[512];
    struct mdns_name other;
    size_t len;

    say(p, p->fd, LOOP, sizeof LOOP);
    len = answer(p, bytes, sizeof bytes, &p->name, LIE, 120);
    for (size_t cut = 0; cut < len; cut++)
        say(p, p->fd, bytes, cut);
    say(p, p->wrong_port, bytes, len);
    say(p, p->off_link, bytes, len);
    bytes[2] &= 0x7f; /* a question */
    say(p, p->fd, bytes, len);
    bytes[2] |= 0x80;
    bytes[3] = 3; /* "no such name" */
    say(p, p->fd, bytes, len);
    bytes[3] = 0;
    bytes[0] ^= 0x55; /* an answer to somebody else */
    say(p, p->fd, bytes, len);
    bytes[0] = bytes[1] = 0; /* no guess, with a hop limit that routers leave */
    say(p, p->fd, bytes, len);
    len = answer(p, bytes, sizeof bytes, &p->name, LIE, 0);
    say(p, p->fd, bytes, len);
    eo_mdns_name(&other, "another.local");
    len = answer(p, bytes, sizeof bytes, &other, LIE, 120);
    say(p, p->fd, bytes, len);
    len = answer(p, bytes, sizeof bytes, &p->name, "0.0.0.0", 120);
    say(p, p->fd, bytes, len);
}

static bool asks_for(struct peer *p, const uint8_t *bytes, size_t len)
{
    struct mdns_packet packet;
    struct mdns_record rec;

    if (eo_mdns_open(&packet, bytes, len) != 0 ||
        (packet.flags & MDNS_REPLY) != 0)
        return false;
    p->id = packet.id;
    while (eo_mdns_next(&packet, &rec) == 1)
        if (rec.section == MDNS_QUESTION && rec.type == MDNS_A &&
            eo_mdns_same(&rec.name, &p->name))
            return true;
    return false;
}

int main(int argc, char **argv)
{
    const bool hostile = argc > 4 && strcmp(argv[3], "hostile") == 0;
    struct peer p = {.wrong_port = -1, .off_link = -1};
    struct ip_mreq m;
    uint8_t bytes[MDNS_PACKET_MAX];

    if (argc < 5 || eo_mdns_name(&p.name, argv[2]) != 0) {
        fputs("usage: mdns_peer LOCAL NAME plain|hostile ADDRESS...\n", stderr);
        return 2;
    }
    p.local = address(argv[1]);
    p.fd = bound((struct in_addr){0}, MDNS_PORT);
    m = (struct ip_mreq){address("224.0.0.251"), p.local};
    if (setsockopt(p.fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, sizeof m) != 0) {
        perror("mdns_peer: join");
        return 1;
    }
#ifdef IP_MULTICAST_ALL /* on this interface, not wherever anybody joined */
    setsockopt(p.fd, IPPROTO_IP, IP_MULTICAST_ALL, &(int){0}, sizeof(int));
#endif
    if (hostile)
        p.wrong_port = bound(p.local, 0);
    if (hostile && argc > 5)
        p.off_link = bound(address(argv[5]), MDNS_PORT);
    puts("ready");
    fflush(stdout);
    for (;;) {
        socklen_t to = sizeof p.to;
        const ssize_t n = recvfrom(p.fd, bytes, sizeof bytes, 0,
                                   (struct sockaddr *)&p.to, &to);

        if (n < 0 || !asks_for(&p, bytes, (size_t)n) ||
            ntohs(p.to.sin_port) == MDNS_PORT)
            continue;
        if (hostile) {
            lie(&p);
            nanosleep(&(struct timespec){0, PAUSE_MS * 1000000L}, NULL);
        }
        for (int i = 4; i < (hostile ? 5 : argc); i++)
            say(&p, p.fd, bytes,
                answer(&p, bytes, sizeof bytes, &p.name, argv[i], 120));
    }
}
