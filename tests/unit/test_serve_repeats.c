/* test_serve_repeats.c -- a device in a circle is told by what it runs, not by how
 * often somebody asks. */
#include "support/test.h"

#include <stdio.h>

#include "base/mem.h"
#include "serve/repeats.h"

#define MD5(c) #c #c #c #c #c #c #c #c #c #c #c #c #c #c #c #c \
               #c #c #c #c #c #c #c #c #c #c #c #c #c #c #c #c

struct asker {
    const char *address, *mac;
    const char *md5, *version, *mode; /* NULL: it does not tell */
};

static const struct asker SELF = {"192.0.2.7", "AA:BB:CC:00:00:01", MD5(1),
                                  NULL, "sketch"};

static void ask(const struct asker *a, struct pull_request *r,
                struct addr *peer)
{
    eo_pull_start(r, "GET", "/");
    eo_pull_header(r, "x-ESP8266-STA-MAC", a->mac);
    if (a->md5 != NULL)
        eo_pull_header(r, "x-ESP8266-sketch-md5", a->md5);
    if (a->version != NULL)
        eo_pull_header(r, "x-ESP8266-version", a->version);
    if (a->mode != NULL)
        eo_pull_header(r, "x-ESP8266-mode", a->mode);
    assert_int_equal(eo_addr_parse(peer, a->address), 0);
    eo_addr_set_port(peer, 1234); /* which differs each time */
}

static void take(struct repeats *t, const struct asker *a, const char *image)
{
    struct pull_request r;
    struct addr peer;

    ask(a, &r, &peer);
    eo_repeats_add(t, &peer, &r, image);
}

static unsigned count(struct repeats *t, const struct asker *a,
                      const char *image)
{
    struct pull_request r;
    struct addr peer;

    ask(a, &r, &peer);
    eo_addr_set_port(&peer, 4321);
    return eo_repeats_count(t, &peer, &r, image);
}

static void test_who_else_asks_does_not_count(void **state)
{
    static const struct asker OTHERS[] = {
        /* in its name, not knowing what it runs; or from elsewhere */
        {"192.0.2.7", "AA:BB:CC:00:00:01", NULL, NULL, "sketch"},
        {"192.0.2.7", "AA:BB:CC:00:00:01", MD5(2), NULL, "sketch"},
        {"192.0.2.7", "AA:BB:CC:00:00:01", MD5(1), "1", "sketch"},
        {"192.0.2.8", "AA:BB:CC:00:00:01", MD5(1), NULL, "sketch"},
        {"192.0.2.7", "AA:BB:CC:00:00:02", MD5(1), NULL, "sketch"},
        {"192.0.2.7", "AA:BB:CC:00:00:01", MD5(1), NULL, "spiffs"},
    };
    struct repeats t = {0};

    (void)state;
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++)
        for (int k = 0; k < 10; k++)
            take(&t, &OTHERS[i], MD5(a));
    assert_int_equal(count(&t, &SELF, MD5(a)), 0);
    for (unsigned k = 1; k <= 3; k++) {
        take(&t, &SELF, MD5(a));
        assert_int_equal(count(&t, &SELF, MD5(a)), k);
    }
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++)
        assert_int_equal(count(&t, &OTHERS[i], MD5(a)), 10);
    eo_repeats_free(&t);
}

/* That it got as far as to run the image once is no end of the circle: it comes
 * back with what it ran before. */
static void test_another_image_ends_the_row(void **state)
{
    struct repeats t = {0};
    struct asker updated = SELF, files = SELF;

    (void)state;
    updated.md5 = MD5(2);
    files.mode = "spiffs";
    take(&t, &SELF, MD5(a));
    take(&t, &updated, MD5(a));
    take(&t, &files, MD5(f));
    take(&t, &SELF, MD5(a));
    assert_int_equal(count(&t, &SELF, MD5(a)), 2);
    take(&t, &updated, MD5(b));
    assert_int_equal(count(&t, &SELF, MD5(a)), 0);
    assert_int_equal(count(&t, &updated, MD5(a)), 0);
    assert_int_equal(count(&t, &updated, MD5(b)), 1);
    assert_int_equal(count(&t, &files, MD5(f)), 1);
    eo_repeats_free(&t);
}

static void test_who_is_nobody_is_not_remembered(void **state)
{
    struct repeats t = {0};
    struct pull_request r;
    struct addr peer;

    (void)state;
    eo_pull_start(&r, "GET", "/");
    assert_int_equal(eo_addr_parse(&peer, "192.0.2.7"), 0);
    eo_repeats_add(&t, &peer, &r, MD5(a));
    assert_int_equal(t.n, 0);
    assert_int_equal(eo_repeats_count(&t, &peer, &r, MD5(a)), 0);
    eo_repeats_free(&t);
}

/* Strangers with ever new names push out each other, and never what was heard
 * last. */
static void test_there_is_an_end_of_memory(void **state)
{
    struct repeats t = {0};
    struct asker stranger = SELF;
    char mac[18];

    (void)state;
    eo_alloc_fail_at(1, 0);
    take(&t, &SELF, MD5(a));
    eo_alloc_fail_at(0, 0);
    assert_int_equal(t.n, 0);
    take(&t, &SELF, MD5(a));
    for (unsigned i = 0; i < REPEATS_MAX + 100; i++) {
        snprintf(mac, sizeof mac, "02:00:00:00:%02X:%02X", i >> 8, i & 255);
        stranger.mac = mac;
        take(&t, &stranger, MD5(a));
        if (i % 1000 == 0)
            take(&t, &SELF, MD5(a));
    }
    assert_int_equal(t.n, REPEATS_MAX);
    assert_int_equal(count(&t, &SELF, MD5(a)), 6);
    assert_int_equal(count(&t, &stranger, MD5(a)), 1);
    for (unsigned i = 0; i < REPEATS_MAX + 100; i++) { /* the last ones stay */
        snprintf(mac, sizeof mac, "02:00:00:00:%02X:%02X", i >> 8, i & 255);
        assert_int_equal(count(&t, &stranger, MD5(a)), i > 100);
    }
    eo_repeats_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_else_asks_does_not_count),
        cmocka_unit_test(test_another_image_ends_the_row),
        cmocka_unit_test(test_who_is_nobody_is_not_remembered),
        cmocka_unit_test(test_there_is_an_end_of_memory),
    };

    return cmocka_run_group_tests_name("serve/repeats", tests, NULL, NULL);
}
