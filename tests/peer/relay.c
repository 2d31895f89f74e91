/* relay.c -- a link between two network namespaces: frames in, frames out, and
 * what a bad network does to them in between.
 *
 *   relay HOSTNS DEVNS IFNAME CONF
 *
 * Makes a TAP device of that name in each namespace and carries frames from
 * one to the other.  CONF has a line "NAME VALUE" for each of KNOBS that is not
 * zero; SIGHUP reads it again, SIGUSR1 prints the counters.  Every decision
 * comes from the seed: the same frames meet the same fate.
 */
#ifdef __linux__
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum {
    SLOTS = 4096,
    FRAME = 2048,
    READS_PER_TURN = 64,
    ETHERNET = 14,
    STREAMS = 16,
    TCP_SYN = 0x02,
    TCP_RST = 0x04,
    ICMP_UNREACHABLE = 3
};

enum way_of { TO_DEVICE, TO_HOST };

enum protocol { ICMP = 1, TCP = 6 };

struct slot {
    int64_t due;
    unsigned len;
    unsigned char bytes[FRAME];
};

/* In the order in which they are due. */
struct queue {
    struct slot slot[SLOTS];
    unsigned head, n;
    int64_t last; /* when the latest is due */
};

/* A TCP connection, one way: what was said again is not counted. */
struct stream {
    uint32_t ports, next;
};

struct way {
    struct queue straight, late;
    struct stream stream[STREAMS];
    unsigned n_streams;
    int64_t wire; /* when the link has sent what it has */
    uint64_t dice;
    unsigned long in, out, lost, full, reordered, doubled;
    unsigned long payload; /* TCP bytes that came in for the first time */
};

static struct {
    double delay_ms, jitter_ms, loss_pct, rate_kbit, queue_ms, seed;
    double reorder_pct, double_pct, late_ms; /* late: held back that long */
    double cut_at, cut_ms; /* once so many TCP bytes went to the device */
    double off_ms; /* the device is off from its first reset on */
} knob;

static const struct {
    const char *name;
    double *value;
} KNOBS[] = {
    {"delay-ms", &knob.delay_ms},     {"jitter-ms", &knob.jitter_ms},
    {"loss-pct", &knob.loss_pct},     {"rate-kbit", &knob.rate_kbit},
    {"queue-ms", &knob.queue_ms},     {"seed", &knob.seed},
    {"reorder-pct", &knob.reorder_pct}, {"double-pct", &knob.double_pct},
    {"late-ms", &knob.late_ms},       {"cut-at", &knob.cut_at},
    {"cut-ms", &knob.cut_ms},         {"off-ms", &knob.off_ms},
};

static struct way ways[2];
static int taps[2];
static const char *conf;
static int64_t began, down_until;
static bool was_cut, was_off, is_down;
static volatile sig_atomic_t reload, dump;

static void on_hup(int number)
{
    (void)number;
    reload = 1;
}

static void on_usr1(int number)
{
    (void)number;
    dump = 1;
}

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static int64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t ns(double ms)
{
    return (int64_t)(ms * 1e6);
}

/* ---- chance -------------------------------------------------------------- */

/* From 0 to 1. */
static double roll(struct way *w)
{
    w->dice ^= w->dice << 13;
    w->dice ^= w->dice >> 7;
    w->dice ^= w->dice << 17;
    return (double)(w->dice >> 11) / 9007199254740992.0;
}

static bool happens(struct way *w, double pct)
{
    return pct > 0 && roll(w) * 100 < pct;
}

/* splitmix64: seeds that are close give sequences that are not alike. */
static void seed(void)
{
    for (unsigned i = 0; i < 2; i++) {
        uint64_t z = (uint64_t)knob.seed * 2 + i + 0x9e3779b97f4a7c15;

        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        ways[i].dice = (z ^ (z >> 31)) | 1;
    }
}

/* ---- the outside --------------------------------------------------------- */

static void load(void)
{
    FILE *f = fopen(conf, "r");
    char name[32];
    double value;

    if (f == NULL)
        die(conf);
    memset(&knob, 0, sizeof knob);
    while (fscanf(f, "%31s %lf", name, &value) == 2)
        for (size_t i = 0; i < sizeof KNOBS / sizeof *KNOBS; i++)
            if (strcmp(KNOBS[i].name, name) == 0)
                *KNOBS[i].value = value;
    fclose(f);
    seed();
}

static int open_tap(const char *namespace, const char *name)
{
    const int there = open(namespace, O_RDONLY | O_CLOEXEC);
    struct ifreq r;
    int fd;

    if (there < 0 || setns(there, CLONE_NEWNET) != 0)
        die(namespace);
    close(there);
    fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    memset(&r, 0, sizeof r);
    snprintf(r.ifr_name, sizeof r.ifr_name, "%s", name);
    r.ifr_flags = IFF_TAP | IFF_NO_PI;
    if (fd < 0 || ioctl(fd, TUNSETIFF, &r) != 0)
        die("/dev/net/tun");
    return fd;
}

static void tell(const char *what)
{
    printf("%s at %lld ms, %lu bytes sent to the device\n", what,
           (long long)((now_ns() - began) / 1000000), ways[TO_DEVICE].payload);
    fflush(stdout);
}

static void tell_counters(void)
{
    for (int i = 0; i < 2; i++) {
        const struct way *w = &ways[i];

        printf("%s in=%lu out=%lu lost=%lu full=%lu reordered=%lu "
               "doubled=%lu payload=%lu\n",
               i == TO_DEVICE ? "host->dev" : "dev->host", w->in, w->out,
               w->lost, w->full, w->reordered, w->doubled, w->payload);
    }
    fflush(stdout);
}

/* ---- what is in a frame -------------------------------------------------- */

/* The IPv4 packet's payload if it is of that protocol, or NULL. */
static const unsigned char *inside(const unsigned char *frame, size_t len,
                                   enum protocol protocol, size_t *out_len)
{
    const unsigned char *ip = frame + ETHERNET;
    size_t head, total;

    if (len < ETHERNET + 20 || frame[12] != 0x08 || frame[13] != 0x00 ||
        ip[9] != protocol)
        return NULL;
    head = (size_t)(ip[0] & 15) * 4;
    total = (size_t)(ip[2] << 8 | ip[3]);
    if (head < 20 || total < head || total > len - ETHERNET)
        return NULL;
    *out_len = total - head;
    return ip + head;
}

static uint32_t be32(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 |
           p[3];
}

/* The oldest gives way to a new one. */
static struct stream *stream_of(struct way *w, uint32_t ports, bool begins)
{
    const unsigned known = w->n_streams < STREAMS ? w->n_streams : STREAMS;

    for (unsigned i = 0; i < known; i++)
        if (w->stream[i].ports == ports)
            return &w->stream[i];
    return begins ? &w->stream[w->n_streams++ % STREAMS] : NULL;
}

/* TCP bytes that are new. */
static size_t new_payload(struct way *w, const unsigned char *frame,
                          size_t len)
{
    size_t n = 0, head;
    const unsigned char *tcp = inside(frame, len, TCP, &n);
    struct stream *s;
    uint32_t end, more;

    if (tcp == NULL || n < 20)
        return 0;
    head = (size_t)(tcp[12] >> 4) * 4;
    s = stream_of(w, be32(tcp), (tcp[13] & TCP_SYN) != 0);
    if (s == NULL || n < head)
        return 0;
    if ((tcp[13] & TCP_SYN) != 0)
        *s = (struct stream){.ports = be32(tcp), .next = be32(tcp + 4) + 1};
    end = be32(tcp + 4) + (uint32_t)(n - head);
    more = end - s->next;
    if (n == head || more > INT32_MAX)
        return 0;
    s->next = end;
    return more;
}

/* What no device says that has lost its power: its kernel does. */
static bool is_farewell(const unsigned char *frame, size_t len)
{
    size_t n = 0;
    const unsigned char *p = inside(frame, len, TCP, &n);

    if (p != NULL)
        return n >= 20 && (p[13] & TCP_RST) != 0;
    p = inside(frame, len, ICMP, &n);
    return p != NULL && n > 0 && p[0] == ICMP_UNREACHABLE;
}

/* ---- the link ------------------------------------------------------------ */

static void put(struct queue *q, const unsigned char *bytes, size_t len,
                int64_t due)
{
    struct slot *s;

    if (q->n == SLOTS)
        return;
    s = &q->slot[(q->head + q->n++) % SLOTS];
    s->due = q->last = due > q->last ? due : q->last;
    s->len = (unsigned)len;
    memcpy(s->bytes, bytes, len);
}

static void go_down(double ms, const char *why)
{
    down_until = now_ns() + ns(ms);
    is_down = true;
    tell(why);
}

/* True: the frame does not get on the link. */
static bool down(enum way_of way, const unsigned char *bytes, size_t len,
                 int64_t now)
{
    ways[way].payload += new_payload(&ways[way], bytes, len);
    if (is_down && now >= down_until) {
        is_down = false;
        tell("up");
    }
    if (!is_down && !was_cut && knob.cut_ms > 0 && way == TO_DEVICE &&
        (double)ways[way].payload >= knob.cut_at) {
        was_cut = true;
        go_down(knob.cut_ms, "cut");
    }
    if (!is_down && !was_off && knob.off_ms > 0 && way == TO_HOST &&
        is_farewell(bytes, len)) {
        was_off = true;
        go_down(knob.off_ms, "off");
    }
    return is_down;
}

static void carry(enum way_of way, const unsigned char *bytes, size_t len)
{
    struct way *w = &ways[way];
    const int64_t now = now_ns();
    int64_t start = w->wire > now ? w->wire : now, due;
    bool late;

    w->in++;
    if (down(way, bytes, len, now) || happens(w, knob.loss_pct)) {
        w->lost++;
        return;
    }
    if (w->straight.n == SLOTS ||
        (knob.rate_kbit > 0 && start - now > ns(knob.queue_ms))) {
        w->full++;
        return;
    }
    if (knob.rate_kbit > 0)
        start += (int64_t)((double)len * 8e6 / knob.rate_kbit);
    w->wire = start;
    due = start + ns(knob.delay_ms);
    if (knob.jitter_ms > 0)
        due += ns(knob.jitter_ms * (2 * roll(w) - 1));
    late = happens(w, knob.reorder_pct);
    w->reordered += late;
    put(late ? &w->late : &w->straight, bytes, len,
        due + (late ? ns(knob.late_ms) : 0));
    if (happens(w, knob.double_pct)) {
        w->doubled++;
        put(&w->late, bytes, len, due + ns(knob.late_ms));
    }
}

static void take(enum way_of way)
{
    unsigned char bytes[FRAME];
    ssize_t n;

    for (int i = 0; i < READS_PER_TURN; i++) {
        n = read(taps[way], bytes, sizeof bytes);
        if (n <= 0)
            return;
        carry(way, bytes, (size_t)n);
    }
}

static void give(enum way_of way, struct queue *q)
{
    const int64_t now = now_ns();

    for (; q->n > 0 && q->slot[q->head].due <= now; q->n--) {
        const struct slot *s = &q->slot[q->head];

        /* It fails while that end is down. */
        ways[way].out += write(taps[!way], s->bytes, s->len) >= 0;
        q->head = (q->head + 1) % SLOTS;
    }
}

static int64_t earlier(int64_t t, const struct queue *q)
{
    return q->n > 0 && q->slot[q->head].due < t ? q->slot[q->head].due : t;
}

static void wait_for_work(void)
{
    struct pollfd p[2] = {{.fd = taps[0], .events = POLLIN},
                          {.fd = taps[1], .events = POLLIN}};
    const int64_t now = now_ns();
    int64_t next = now + 1000000000, left;
    struct timespec t;

    for (int i = 0; i < 2; i++)
        next = earlier(earlier(next, &ways[i].straight), &ways[i].late);
    left = next > now ? next - now : 0;
    t = (struct timespec){.tv_sec = (time_t)(left / 1000000000),
                          .tv_nsec = (long)(left % 1000000000)};
    if (ppoll(p, 2, &t, NULL) < 0 && errno != EINTR)
        die("ppoll");
}

static void turn(void)
{
    wait_for_work();
    if (reload) {
        reload = 0;
        load();
    }
    if (dump) {
        dump = 0;
        tell_counters();
    }
    for (int i = 0; i < 2; i++) {
        take((enum way_of)i);
        give((enum way_of)i, &ways[i].straight);
        give((enum way_of)i, &ways[i].late);
    }
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: relay HOSTNS DEVNS IFNAME CONF\n");
        return 2;
    }
    conf = argv[4];
    load();
    taps[TO_DEVICE] = open_tap(argv[1], argv[3]);
    taps[TO_HOST] = open_tap(argv[2], argv[3]); /* and stays there */
    began = now_ns();
    signal(SIGHUP, on_hup);
    signal(SIGUSR1, on_usr1);
    puts("ready");
    fflush(stdout);
    for (;;)
        turn();
}

#else
#include <stdio.h>

int main(void)
{
    fprintf(stderr, "relay: there are no network namespaces here\n");
    return 77;
}
#endif
