/* test_session_machine.c -- a machine, its channels and its timer, against scripted
 * devices on loopback. */
#include "support/test.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/peer.h"

#include "base/mem.h"
#include "proto/machines.h"
#include "session/machine.h"

enum { IMAGE_LEN = 40000 };

static uint8_t image_bytes[IMAGE_LEN];
static struct espota_image *image;

#define HELLO {'r', "6"}, {'w', "000240"}
#define OPEN {'w', "41"}
#define PREPARE {'r', "4"}, {'w', "42"}, {'r', "32"}, {'w', "43"}
#define GOODBYE {'r', "1"}, {'e', NULL}
#define END {0, NULL}
#define NONCE                                                                 \
    "3031323334353637383961626364656630313233343536373839616263646566"

struct run {
    struct espota_loop *loop;
    struct session *session;
    unsigned changes, commits, ended;
    size_t done_at_commit;
    uint64_t sent_at_commit;
    char shown[65536]; /* what on_bytes was told we said */
    size_t n_shown;
    bool forbids; /* the last byte */
};

static void on_change(void *ctx)
{
    struct run *r = ctx;

    r->changes++;
    assert_int_equal(r->ended, 0);
    r->ended += eo_session_status(r->session) != PROTO_RUNNING;
}

static bool on_commit(void *ctx)
{
    struct run *r = ctx;
    struct proto_want w;

    eo_session_want(r->session, &w);
    r->commits++;
    r->done_at_commit = w.done;
    r->sent_at_commit = eo_session_bytes_out(r->session);
    assert_false(eo_session_committed(r->session));
    return !r->forbids;
}

static void on_bytes(void *ctx, bool out, const uint8_t *bytes, size_t len)
{
    struct run *r = ctx;

    if (out && r->n_shown + len <= sizeof r->shown) {
        memcpy(r->shown + r->n_shown, bytes, len);
        r->n_shown += len;
    }
}

static struct session *start(struct run *r, const struct addr *addr,
                             const char *password, uint32_t answer_ms)
{
    const struct proto_job job = {.image = image,
                                  .password = password,
                                  .answer_ms = answer_ms,
                                  .stall_ms = answer_ms};

    r->session = eo_machine_start(&eo_proto_esphome, &(struct session_config){
        .loop = r->loop,
        .job = &job,
        .addr = addr,
        .n_addr = 1,
        .connect_ms = 60000,
        .on_change = on_change,
        .on_commit = on_commit,
        .on_bytes = on_bytes,
        .ctx = r,
    });
    return r->session;
}

static void finish(struct run *r)
{
    const uint64_t end = eo_loop_now(r->loop) + 60000;

    while (r->ended == 0 && eo_loop_now(r->loop) < end)
        assert_int_equal(eo_loop_turn(r->loop, 1000), 0);
    assert_int_equal(r->ended, 1);
}

/* Starts, and plays to the end; what was is in *r and *seen. */
static void play(struct run *r, const struct peer_line *script,
                 const char *password, uint32_t answer_ms, struct peer *seen,
                 enum proto_status status, struct espota_error *err)
{
    struct peer *p = peer_start("127.0.0.1", script);
    const struct addr addr = p->addr; /* the session copies it */

    *r = (struct run){.loop = eo_loop_new()};
    assert_non_null(start(r, &addr, password, answer_ms));
    assert_true(eo_session_connecting(r->session));
    assert_int_equal(r->changes, 0);
    finish(r);
    assert_int_equal(eo_session_status(r->session), status);
    *err = *eo_session_error(r->session);
    /* Everything is closed already, and nothing is waited for. */
    assert_int_equal(eo_loop_fds(r->loop, NULL, 0), 0);
    assert_int_equal(eo_loop_timeout(r->loop), -1);
    eo_session_free(r->session);
    eo_session_free(NULL);
    eo_loop_free(r->loop);
    assert_true(peer_stop(p, seen));
}

static void test_an_upload(void **state)
{
    static const struct peer_line SCRIPT[] = {
        HELLO, OPEN, PREPARE, {'i', "40000"}, {'w', "4445"}, GOODBYE, END};
    struct run *r = malloc(sizeof *r);
    struct peer *seen = malloc(sizeof *seen);
    struct espota_error err;

    (void)state;
    play(r, SCRIPT, NULL, 60000, seen, PROTO_DONE, &err);
    assert_int_equal(seen->n_got, 6 + 4 + 32 + IMAGE_LEN + 1);
    assert_memory_equal(seen->got + 42, image_bytes, IMAGE_LEN);
    assert_int_equal(seen->end, PEER_FIN);
    assert_int_equal(seen->n_extra, 0);
    /* Told once, before the last byte was given away. */
    assert_int_equal(r->commits, 1);
    assert_true(r->sent_at_commit < 42 + IMAGE_LEN);
    assert_memory_equal(r->shown, seen->got, seen->n_got);
    free(seen);
    free(r);
}

/* Who cannot write it down forbids it: the device never has all of it. */
static void test_the_last_byte_is_kept_back(void **state)
{
    static const struct peer_line SCRIPT[] = {
        {'r', "6"}, {'w', "000140"}, OPEN, PREPARE, {'e', NULL}, END};
    struct peer *p = peer_start("127.0.0.1", SCRIPT),
                *seen = malloc(sizeof *seen);
    struct run *r = malloc(sizeof *r);
    const struct addr addr = p->addr;

    (void)state;
    *r = (struct run){.loop = eo_loop_new(), .forbids = true};
    assert_non_null(start(r, &addr, NULL, 60000));
    finish(r);
    assert_int_equal(eo_session_status(r->session), PROTO_FAILED);
    assert_int_equal(eo_session_error(r->session)->category,
                     ESPOTA_E_INTERNAL);
    assert_false(eo_session_committed(r->session));
    assert_int_equal(r->commits, 1);
    eo_session_free(r->session);
    eo_loop_free(r->loop);
    assert_true(peer_stop(p, seen));
    assert_true(seen->n_extra < IMAGE_LEN);
    free(seen);
    free(r);
}

/* Version 1 acknowledges nothing: progress is what the peer's TCP has. */
static void test_an_upload_by_version_1(void **state)
{
    static const struct peer_line SCRIPT[] = {
        {'r', "6"}, {'w', "000140"}, OPEN, PREPARE, {'I', "40000"},
        {'w', "4445"}, GOODBYE, END};
    struct run *r = malloc(sizeof *r);
    struct peer *seen = malloc(sizeof *seen);
    struct espota_error err;

    (void)state;
    play(r, SCRIPT, NULL, 60000, seen, PROTO_DONE, &err);
    assert_memory_equal(seen->got + 42, image_bytes, IMAGE_LEN);
    assert_int_equal(r->commits, 1);
    assert_true(r->done_at_commit > 0); /* somebody told of confirmations */
    free(seen);
    free(r);
}

/* A device that says no resets the line while we are still talking: the word
 * that came before the reset is what the user must see. */
static void test_a_refusal_behind_a_reset_is_read(void **state)
{
    static const struct peer_line SCRIPT[] = {
        HELLO, OPEN, PREPARE, {'r', "1"}, {'w', "83"}, {'R', NULL}, END};

    (void)state;
    for (int i = 0; i < 20; i++) {
        struct run *r = malloc(sizeof *r);
        struct espota_error err;

        play(r, SCRIPT, NULL, 60000, NULL, PROTO_FAILED, &err);
        assert_int_equal(err.category, ESPOTA_E_DEVICE);
        assert_string_equal(err.device, "0x83");
        free(r);
    }
}

static void test_a_reset_alone(void **state)
{
    static const struct peer_line SCRIPT[] = {HELLO, {'R', NULL}, END};
    struct run *r = malloc(sizeof *r);
    struct espota_error err;

    (void)state;
    play(r, SCRIPT, NULL, 60000, NULL, PROTO_FAILED, &err);
    assert_int_equal(err.category, ESPOTA_E_BROKEN);
    free(r);
}

static void test_silence_ends_with_patience(void **state)
{
    static const struct peer_line SCRIPT[] = {{'e', NULL}, END};
    struct run *r = malloc(sizeof *r);
    struct peer *seen = malloc(sizeof *seen);
    struct espota_error err;

    (void)state;
    play(r, SCRIPT, NULL, 150, seen, PROTO_FAILED, &err);
    assert_int_equal(err.category, ESPOTA_E_NO_ANSWER);
    assert_int_equal(seen->end, PEER_FIN);
    free(seen);
    free(r);
}

/* One byte now and then is no answer: the whole has a deadline. */
static void test_a_drip_keeps_nothing_alive(void **state)
{
    static const struct peer_line SCRIPT[] = {
        {'r', "6"}, {'w', "000240"}, {'w', "01"}, {'d', "800"}, END};
    struct run *r = malloc(sizeof *r);
    struct espota_error err;

    (void)state;
    play(r, SCRIPT, "secret", 2000, NULL, PROTO_FAILED, &err);
    assert_int_equal(err.category, ESPOTA_E_BROKEN);
    free(r);
}

static void test_proofs_are_masked(void **state)
{
    static const struct peer_line SCRIPT[] = {
        HELLO, {'w', "01" NONCE}, {'r', "64"}, {'w', "82"}, {'e', NULL}, END};
    struct run *r = malloc(sizeof *r);
    struct peer *seen = malloc(sizeof *seen);
    struct espota_error err;

    (void)state;
    play(r, SCRIPT, "hunter2", 60000, seen, PROTO_FAILED, &err);
    assert_int_equal(err.category, ESPOTA_E_AUTH);
    assert_int_equal(seen->n_got, 6 + 64);
    r->shown[r->n_shown] = '\0';
    assert_memory_equal(r->shown + 6, "(secret)", r->n_shown - 6);
    free(seen);
    free(r);
}

/* Freed in the middle of the data: the device sees an orderly end, for a reset
 * could overtake what it has not read yet. */
static void test_freed_in_the_middle(void **state)
{
    static const struct peer_line SCRIPT[] = {
        HELLO, OPEN, PREPARE, {'s', "50"}, {'e', NULL}, END};
    struct peer *p = peer_start("127.0.0.1", SCRIPT),
                *seen = malloc(sizeof *seen);
    struct run *r = calloc(1, sizeof *r);
    struct proto_want w;

    (void)state;
    r->loop = eo_loop_new();
    start(r, &p->addr, NULL, 60000);
    do {
        eo_loop_turn(r->loop, 1000);
        eo_session_want(r->session, &w);
    } while (eo_session_bytes_out(r->session) < 1000);
    assert_int_equal(r->ended, 0);
    eo_session_free(r->session);
    eo_loop_free(r->loop);
    assert_true(peer_stop(p, seen));
    assert_int_equal(seen->end, PEER_FIN);
    free(seen);
    free(r);
}

/* Whatever allocation fails, the end is one, and documented. */
static void test_out_of_memory(void **state)
{
    static const struct peer_line SCRIPT[] = {
        HELLO, OPEN, PREPARE, {'i', "40000"}, {'w', "4445"}, GOODBYE, END};
    unsigned starved = 0;

    (void)state;
    for (unsigned long n = 1, more = 1; more; n++) {
        struct peer *p = peer_start("127.0.0.1", SCRIPT);
        struct run *r = calloc(1, sizeof *r);
        const struct addr addr = p->addr;
        bool called = false;

        r->loop = eo_loop_new();
        eo_alloc_fail_at(n, 0);
        if (start(r, &addr, NULL, 60000) != NULL) {
            finish(r);
            called = eo_session_peer(r->session) != NULL;
            if (eo_session_status(r->session) == PROTO_FAILED) {
                const enum espota_category c =
                    eo_session_error(r->session)->category;

                starved++;
                assert_true(c == ESPOTA_E_INTERNAL || c == ESPOTA_E_CONNECT);
            }
            eo_session_free(r->session);
        } else {
            starved++;
        }
        more = eo_alloc_count() >= n;
        eo_alloc_fail_at(0, 0);
        eo_loop_free(r->loop);
        if (!called) /* let the device's thread go */
            close(eo_tcp_connect(&addr, NULL));
        peer_stop(p, NULL);
        free(r);
    }
    assert_true(starved >= 5);
}

static int prepare(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof image_bytes; i++)
        image_bytes[i] = (uint8_t)(i * 7 + i / 256);
    return espota_image_wrap(&image, image_bytes, sizeof image_bytes,
                             ESPOTA_COMPRESS_NEVER, NULL);
}

static int clean_up(void **state)
{
    (void)state;
    espota_image_free(image);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_upload),
        cmocka_unit_test(test_an_upload_by_version_1),
        cmocka_unit_test(test_the_last_byte_is_kept_back),
        cmocka_unit_test(test_a_refusal_behind_a_reset_is_read),
        cmocka_unit_test(test_a_reset_alone),
        cmocka_unit_test(test_silence_ends_with_patience),
        cmocka_unit_test(test_a_drip_keeps_nothing_alive),
        cmocka_unit_test(test_proofs_are_masked),
        cmocka_unit_test(test_freed_in_the_middle),
        cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests_name("session/machine", tests, prepare,
                                       clean_up);
}
