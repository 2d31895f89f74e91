/* fake_link.h -- a network of one link, on which the test is everybody else.
 *
 * Included by one file of a program, it takes the place of names/mdns_link.c: what
 * is asked is kept in a list, and what the test says is heard by all.
 */
#ifndef TEST_SUPPORT_FAKE_LINK_H
#define TEST_SUPPORT_FAKE_LINK_H

#include "support/test.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "names/mdns_link.h"

enum { FAKE_LINKS = 24, FAKE_ASKED = 4096, FAKE_IFACE = 7 };

struct fake_question {
    enum mdns_from from;
    uint16_t type;
    bool alone; /* QU: "answer me alone" */
    char name[MDNS_NAME_TEXT];
    unsigned known; /* answers that need not be given again */
    size_t bytes;
};

static struct {
    struct mdns_link *open[FAKE_LINKS];
    struct fake_question asked[FAKE_ASKED];
    size_t n_asked;
    bool none; /* there is no network */
} fake;

struct mdns_link {
    mdns_heard_fn *heard;
    void *ctx;
    struct ifaces ifs;
};

/* ---- what names/mdns_link.h promises --------------------------------------- */

int eo_mdns_link_new(struct mdns_link **out, struct espota_loop *loop,
                     const struct mdns_link_config *c, struct espota_error *err)
{
    static const struct iface ONE = {
        .index = FAKE_IFACE,
        .name = "fake0",
        .net = {{4, 24, {10, 77, 0, 1}}},
        .n_net = 1,
    };
    struct mdns_link *l = eo_calloc(1, sizeof *l);
    size_t i = 0;

    (void)loop;
    if (l == NULL)
        return eo_fail(err, ESPOTA_E_INTERNAL, "out of memory");
    if (fake.none) {
        eo_free(l);
        return eo_fail(err, ESPOTA_E_RESOLVE, "there is no network");
    }
    l->heard = c->heard;
    l->ctx = c->ctx;
    l->ifs.at[0] = ONE;
    l->ifs.n = 1;
    while (i < FAKE_LINKS && fake.open[i] != NULL)
        i++;
    assert_true(i < FAKE_LINKS);
    fake.open[i] = *out = l;
    return 0;
}

void eo_mdns_link_free(struct mdns_link *l)
{
    for (size_t i = 0; l != NULL && i < FAKE_LINKS; i++)
        if (fake.open[i] == l)
            fake.open[i] = NULL;
    eo_free(l);
}

const struct ifaces *eo_mdns_link_ifaces(const struct mdns_link *l)
{
    return &l->ifs;
}

uint16_t eo_mdns_link_id(const struct mdns_link *l)
{
    (void)l;
    return 0x1234;
}

int eo_mdns_link_send(struct mdns_link *l, enum mdns_from from,
                      const uint8_t *bytes, size_t len)
{
    struct mdns_packet packet;
    struct mdns_record rec;
    struct fake_question *q = NULL;
    uint8_t *copy = exact(bytes, len);

    (void)l;
    assert_int_equal(eo_mdns_open(&packet, copy, len), 0);
    assert_int_equal(packet.flags, 0);
    assert_int_equal(packet.id, from == MDNS_FROM_OWN ? 0x1234 : 0);
    while (eo_mdns_next(&packet, &rec) == 1) {
        if (rec.section == MDNS_QUESTION && fake.n_asked < FAKE_ASKED) {
            struct text t;

            q = &fake.asked[fake.n_asked++];
            *q = (struct fake_question){
                .from = from, .type = rec.type, .alone = rec.top, .bytes = len};
            eo_text_init(&t, q->name, sizeof q->name);
            eo_mdns_add_text(&t, &rec.name);
        } else if (q != NULL) {
            q->known++;
        }
    }
    free(copy);
    return 1;
}

void eo_mdns_link_add_names(struct text *t, const struct mdns_link *l)
{
    eo_text_add(t, "%s", l->ifs.at[0].name);
}

/* ---- what the test says ------------------------------------------------- */

struct voice {
    uint8_t space[MDNS_PACKET_MAX];
    struct mdns_writer w;
};

static inline void voice_begin(struct voice *v)
{
    eo_mdns_begin(&v->w, v->space, sizeof v->space, 0,
                  MDNS_REPLY | MDNS_AUTHORITATIVE);
}

static inline void voice_put(struct voice *v, const char *name, uint16_t type,
                             uint32_t ttl, struct mdns_record rec)
{
    assert_int_equal(eo_mdns_name(&rec.name, name), 0);
    rec.section = MDNS_ANSWER;
    rec.type = type;
    rec.ttl = ttl;
    assert_true(eo_mdns_put(&v->w, &rec));
}

static inline void voice_ptr(struct voice *v, const char *type,
                             const char *instance, uint32_t ttl)
{
    struct mdns_record rec = {0};

    assert_int_equal(eo_mdns_name(&rec.target, instance), 0);
    voice_put(v, type, MDNS_PTR, ttl, rec);
}

static inline void voice_srv(struct voice *v, const char *instance,
                             const char *host, uint16_t port, uint32_t ttl)
{
    struct mdns_record rec = {.port = port, .top = true};

    assert_int_equal(eo_mdns_name(&rec.target, host), 0);
    voice_put(v, instance, MDNS_SRV, ttl, rec);
}

/* pairs: "key=value", NULL behind the last. */
static inline void voice_txt(struct voice *v, const char *instance,
                             const char *const *pairs, uint32_t ttl)
{
    uint8_t data[1300];
    struct mdns_record rec = {.data = data, .top = true};

    for (; *pairs != NULL; pairs++)
        assert_true(eo_mdns_put_pair(data, &rec.len, sizeof data, *pairs));
    voice_put(v, instance, MDNS_TXT, ttl, rec);
}

static inline void voice_a(struct voice *v, const char *host,
                           const char *address, uint32_t ttl)
{
    uint8_t bytes[16];
    const bool v6 = strchr(address, ':') != NULL;
    struct mdns_record rec = {
        .data = bytes, .len = v6 ? 16 : 4, .top = true};

    assert_int_equal(inet_pton(v6 ? AF_INET6 : AF_INET, address, bytes), 1);
    voice_put(v, host, v6 ? MDNS_AAAA : MDNS_A, ttl, rec);
}

/* All who listen hear it. */
static inline void voice_end_from(struct voice *v, const char *address)
{
    struct addr from;

    assert_int_equal(eo_addr_parse(&from, address), 0);
    eo_addr_set_port(&from, MDNS_PORT);
    for (size_t i = 0; i < FAKE_LINKS; i++) {
        struct mdns_heard h = {.from = from};
        uint8_t *copy = exact(v->space, eo_mdns_len(&v->w));

        if (fake.open[i] != NULL) {
            h.iface = &fake.open[i]->ifs.at[0];
            assert_int_equal(
                eo_mdns_open(&h.packet, copy, eo_mdns_len(&v->w)), 0);
            fake.open[i]->heard(fake.open[i]->ctx, &h);
        }
        free(copy);
    }
}

static inline void voice_end(struct voice *v)
{
    voice_end_from(v, "10.77.0.2");
}

/* ---- what was asked ----------------------------------------------------- */

static inline size_t fake_count(const char *name, uint16_t type,
                                enum mdns_from from)
{
    size_t n = 0;

    for (size_t i = 0; i < fake.n_asked; i++)
        n += fake.asked[i].type == type && fake.asked[i].from == from &&
             strcmp(fake.asked[i].name, name) == 0;
    return n;
}

#endif
