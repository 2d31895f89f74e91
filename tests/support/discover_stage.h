/* discover_stage.h -- discovery on a link made up by the test, and what is told
 * of whom. */
#ifndef TEST_SUPPORT_DISCOVER_STAGE_H
#define TEST_SUPPORT_DISCOVER_STAGE_H

#include "support/fake_link.h"

#include "support/clock.h"

#include <stdio.h>

#include <espota/discover.h>

#include "net/loop.h"

#define ESPHOME "_esphomelib._tcp.local"
#define ARDUINO "_arduino._tcp.local"
#define HTTP "_http._tcp.local"
#define SAFE_MODE \
    "answers to its name but announces no service: it may be in safe mode"

/* All that was told, a line each: "+ kitchen esphome 3232" and so on. */
struct stage {
    struct espota_loop *loop;
    struct espota_discover *d;
    char told[8192];
    struct text text;
};

static inline void on_device(void *ctx, enum espota_device_news news,
                      const struct espota_device *d)
{
    struct stage *s = ctx;

    eo_text_add(&s->text, "%c %s %s %u", "+*-"[news], d->name,
                d->protocol != NULL ? d->protocol : "?", d->port);
    for (size_t i = 0; i < d->n_addresses; i++)
        eo_text_add(&s->text, " %s", d->addresses[i]);
    if (d->remark != NULL)
        eo_text_add(&s->text, " (%s)",
                    strcmp(d->remark, SAFE_MODE) == 0 ? "safe" : d->remark);
    eo_text_add(&s->text, "\n");
    assert_false(s->text.cut);
}

static inline void open_stage(struct stage *s, struct espota_discover_config c)
{
    struct espota_error err = {0};

    memset(s, 0, sizeof *s);
    eo_text_init(&s->text, s->told, sizeof s->told);
    fake.n_asked = 0;
    if (c.on_device == NULL)
        c.on_device = on_device;
    c.on_device_ctx = s;
    s->loop = eo_loop_new();
    assert_non_null(s->loop);
    if (espota_discover_new(&s->d, s->loop, &c, &err) != 0)
        fail_msg("%s", err.message);
}

static inline void pass(struct stage *s, uint64_t ms)
{
    for (const uint64_t end = clock_ms + ms; clock_ms < end; clock_ms += 5)
        espota_loop_process(s->loop, NULL, 0);
    espota_loop_process(s->loop, NULL, 0);
}

/* What was told since the last time. */
static inline void expect(struct stage *s, const char *told)
{
    if (strcmp(s->told, told) != 0)
        fail_msg("told:\n%s-- and not:\n%s", s->told, told);
    eo_text_init(&s->text, s->told, sizeof s->told);
}

static inline void close_stage(struct stage *s)
{
    espota_discover_free(s->d);
    espota_loop_free(s->loop);
    for (size_t i = 0; i < FAKE_LINKS; i++)
        assert_null(fake.open[i]);
}

struct device {
    const char *name, *service;
    uint16_t port;
    const char *address;
    const char *txt[4];
};

static const struct device KITCHEN = {
    "kitchen", ESPHOME, 6053, "10.77.0.2",
    {"platform=ESP32", "version=2026.9.0", NULL}};
static const struct device ATTIC = {
    "attic", ARDUINO, 8266, "10.77.0.3", {"auth_upload=yes", NULL}};

static inline void say(const struct device *d, uint32_t ttl, uint32_t host_ttl)
{
    char instance[200], host[100];
    struct voice v;

    snprintf(instance, sizeof instance, "%s.%s", d->name, d->service);
    snprintf(host, sizeof host, "%s.local", d->name);
    voice_begin(&v);
    voice_ptr(&v, d->service, instance, ttl);
    voice_srv(&v, instance, host, d->port, ttl);
    voice_txt(&v, instance, d->txt, ttl);
    voice_a(&v, host, d->address, host_ttl);
    voice_end(&v);
}

static inline void say_name(const char *host, const char *address, uint32_t ttl)
{
    struct voice v;

    voice_begin(&v);
    voice_a(&v, host, address, ttl);
    voice_end(&v);
}

#endif
