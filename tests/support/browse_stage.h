/* browse_stage.h -- a search on a link made up by the test, and what it tells.
 */
#ifndef TEST_SUPPORT_BROWSE_STAGE_H
#define TEST_SUPPORT_BROWSE_STAGE_H

#include "support/fake_link.h"

#include "support/clock.h"

#include "names/browse.h"

#define ESPHOME "_esphomelib._tcp.local"
#define ARDUINO "_arduino._tcp.local"
#define KITCHEN "kitchen." ESPHOME
#define HOST "kitchen.local"

enum { LIMIT_MS = 10000, ALL = (1u << ANNOUNCE_SERVICE_COUNT) - 1 };

static const char *const TXT[] = {"platform=ESP32", "version=2026.9.0", NULL};

struct told {
    enum browse_news news;
    char host[MDNS_NAME_TEXT];
    uint16_t port;
    size_t n_addresses;
    char address[ADDR_TEXT]; /* the first */
};

struct stage {
    struct espota_loop *loop;
    struct browse *b;
    struct told told[64];
    size_t n;
};

static inline void on_news(void *ctx, enum browse_news news,
                    const struct browse_entry *e)
{
    struct stage *s = ctx;
    struct told *t = &s->told[s->n++];
    struct text text;

    assert_true(s->n < sizeof s->told / sizeof *s->told);
    *t = (struct told){
        .news = news, .port = e->port, .n_addresses = e->addresses.n};
    eo_text_init(&text, t->host, sizeof t->host);
    eo_mdns_add_text(&text, &e->host);
    if (e->addresses.n > 0)
        eo_addr_text(&e->addresses.at[0].addr, false, t->address);
}

static inline void open_stage(struct stage *s, struct browse_config c)
{
    struct espota_error err = {0};

    memset(s, 0, sizeof *s);
    fake.n_asked = 0;
    s->loop = eo_loop_new();
    c.news = on_news;
    c.ctx = s;
    if (eo_browse_new(&s->b, s->loop, &c, &err) != 0)
        fail_msg("%s", err.message);
}

static inline void close_stage(struct stage *s)
{
    eo_browse_free(s->b);
    eo_loop_free(s->loop);
}

struct wanted {
    const struct stage *stage;
    size_t n;
    const char *name;
    uint16_t type;
    enum mdns_from from;
};

static inline bool is_told(void *ctx)
{
    const struct wanted *w = ctx;

    return w->stage->n >= w->n;
}

static inline bool is_asked(void *ctx)
{
    const struct wanted *w = ctx;

    return fake_count(w->name, w->type, w->from) >= w->n;
}

/* Turns until so much news was told. */
static inline void until_news(struct stage *s, size_t n)
{
    clock_pass(s->loop, LIMIT_MS, is_told,
               &(struct wanted){.stage = s, .n = n});
    assert_int_equal(s->n, n);
}

/* Turns until a question was asked so often. */
static inline void until_asked(struct stage *s, const char *name, uint16_t type,
                        enum mdns_from from, size_t n)
{
    struct wanted w = {s, n, name, type, from};

    if (!clock_pass(s->loop, LIMIT_MS, is_asked, &w))
        fail_msg("%s was not asked for", name);
}

static inline void turn_for(struct stage *s, uint64_t ms)
{
    clock_pass(s->loop, ms, NULL, NULL);
}

static inline void say_all(uint16_t port, const char *address, uint32_t ttl)
{
    struct voice v;

    voice_begin(&v);
    voice_ptr(&v, ESPHOME, KITCHEN, ttl);
    voice_srv(&v, KITCHEN, HOST, port, ttl);
    voice_txt(&v, KITCHEN, TXT, ttl);
    voice_a(&v, HOST, address, ttl);
    voice_end(&v);
}

#endif
