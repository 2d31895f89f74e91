/* test_proto_proto.c -- what holds for every machine: a device is believed of
 * what has arrived at it.  Played with ESPHome's; test_proto_arduino.c has the
 * other's.
 */
#include "support/talk.h"
#include "support/test.h"

/* Two whole blocks and a tail. */
enum { IMAGE_LEN = 16387 };

static uint8_t image_bytes[IMAGE_LEN];

#define READY(version)                                                       \
    {'h', "6c26f75c4507"}, {'d', "00" version "4041"}, {'h', "00004003"},    \
        {'d', "42"}, {'t', "32"}, {'d', "43"}
#define BLOCKS {'b', "8192"}, {'d', "47"}, {'b', "8192"}
#define ON_ITS_WAY(n)                                                         \
    "the device said that it has the image while " n " bytes were still on "  \
    "their way to it: whether it took it is not known"

static const struct {
    const char *name;
    struct talk_line line[20];
    enum espota_category category;
    const char *message; /* NULL: not looked at */
    bool confirmed;
} CASES[] = {
    {"a verdict on what it cannot have",
     {READY("02"), BLOCKS, {'u', "5000"}, {'d', "47"}, {'b', "3"}, {'d', "47"},
      {'d', "4445"}},
     ESPOTA_E_UNKNOWN, ON_ITS_WAY("5000"), false},
    {"version 1, and it lacks the last byte",
     {READY("01"), {'b', "16384"}, {'a', "16426"}, {'b', "3"}, {'u', "1"},
      {'d', "4445"}},
     ESPOTA_E_UNKNOWN, ON_ITS_WAY("1"), false},
    {"... which arrives before the last word",
     {READY("01"), {'b', "16384"}, {'a', "16426"}, {'b', "3"}, {'u', "1"},
      {'d', "44"}, {'u', "0"}, {'d', "45"}, {'h', "00"}, {'x', ""}},
     ESPOTA_E_OK, NULL, true},
    {"closed before it had the last bytes",
     {READY("02"), BLOCKS, {'d', "47"}, {'b', "3"}, {'u', "2"}, {'x', ""}},
     ESPOTA_E_UNKNOWN,
     "the device closed the connection after the last byte was sent, but not "
     "confirmed: whether it took the image is not known", false},
    {"reset when it had them",
     {READY("02"), BLOCKS, {'d', "47"}, {'b', "3"}, {'r', ""}},
     ESPOTA_E_UNKNOWN,
     "the connection broke after it had every byte: whether it took the image "
     "is not known", true},
};

static void test_row(void **state)
{
    struct espota_image *image;
    struct proto_job job = {.answer_ms = 1000, .stall_ms = 5000};

    (void)state;
    assert_int_equal(espota_image_wrap(&image, image_bytes, IMAGE_LEN,
                                       ESPOTA_COMPRESS_NEVER, NULL), 0);
    job.image = image;
    for (size_t i = 0; i < 3 * (sizeof CASES / sizeof *CASES); i++) {
        struct proto *p = talk_start(&eo_proto_esphome, &job);

        talk_play(p, CASES[i / 3].line, TALK_PIECES[i % 3]);
        talk_ended(p, CASES[i / 3].category, "", CASES[i / 3].message);
        assert_int_equal(p->accepted, p->status == PROTO_DONE);
        if (p->status != PROTO_DONE) /* else there was a goodbye */
            assert_int_equal(eo_proto_confirmed(p), CASES[i / 3].confirmed);
        free(p);
    }
    espota_image_free(image);
}

/* Where nobody can tell, a device is believed, and no byte is vouched for. */
static void test_what_cannot_be_known_is_not_claimed(void **state)
{
    struct proto p = {.sent = 100, .acked = 40};

    (void)state;
    assert_false(eo_proto_confirmed(&p));
    assert_int_equal(eo_proto_accept(&p), -1);
    assert_int_equal(p.error.category, ESPOTA_E_UNKNOWN);
    assert_false(p.accepted);
    p.guessed = true;
    assert_false(eo_proto_confirmed(&p));
    assert_int_equal(eo_proto_accept(&p), 0);
    assert_true(p.accepted);
    p = (struct proto){.sent = 100, .acked = 100};
    assert_true(eo_proto_confirmed(&p));
}

/* ---- a machine that only listens ------------------------------------------ */

static void no_init(struct proto *p, const struct proto_job *job)
{
    (void)p;
    (void)job;
}

/* One that says it is done when it is told to. */
static enum proto_status obey(struct proto *p, const struct proto_event *ev)
{
    if (ev->kind == PROTO_TIMEOUT)
        p->status = PROTO_DONE;
    return p->status;
}

static const struct proto_ops LISTENER = {
    .init = no_init, .step = obey};

static void happens(struct proto *p, enum proto_event_kind kind,
                    enum proto_channel channel, size_t len)
{
    eo_proto_step(p, &(struct proto_event){
                         .kind = kind, .channel = channel, .len = len});
}

/* Of the stream alone, of what left by this connection, and no more of it. */
static void test_what_has_arrived_is_counted(void **state)
{
    struct proto p = {.accepted = false};
    struct proto_job job = {.answer_ms = 1000};

    (void)state;
    eo_proto_start(&p, &LISTENER, &job);
    happens(&p, PROTO_OPENED, PROTO_STREAM, 0);
    happens(&p, PROTO_SENT, PROTO_STREAM, 10);
    happens(&p, PROTO_ACKED, PROTO_STREAM, 15);
    assert_true(eo_proto_confirmed(&p));
    happens(&p, PROTO_SENT, PROTO_STREAM, 5);
    assert_int_equal(p.sent - p.acked, 5);
    happens(&p, PROTO_ACKED, PROTO_STREAM, 12);
    happens(&p, PROTO_ACKED, PROTO_STREAM, 11); /* an older one */
    happens(&p, PROTO_SENT, PROTO_DATAGRAM, 7);
    happens(&p, PROTO_ACKED, PROTO_DATAGRAM, 100);
    assert_int_equal(p.sent - p.acked, 3);
    happens(&p, PROTO_OPENED, PROTO_DATAGRAM, 0);
    assert_int_equal(p.sent, 15);
    happens(&p, PROTO_OPENED, PROTO_STREAM, 0);
    assert_true(eo_proto_confirmed(&p));
    happens(&p, PROTO_SENT, PROTO_STREAM, 4);
    assert_int_equal(p.sent - p.acked, 4);
}

/* Whatever a machine thinks of its end: there is one way to success. */
static void test_nobody_is_done_without_a_verdict(void **state)
{
    struct proto p = {.accepted = false};
    struct proto_job job = {.answer_ms = 1000};

    (void)state;
    eo_proto_start(&p, &LISTENER, &job);
    happens(&p, PROTO_TIMEOUT, PROTO_STREAM, 0);
    assert_int_equal(p.status, PROTO_FAILED);
    assert_int_equal(p.error.category, ESPOTA_E_INTERNAL);

    p = (struct proto){.accepted = false};
    eo_proto_start(&p, &LISTENER, &job);
    assert_int_equal(eo_proto_accept(&p), 0);
    happens(&p, PROTO_TIMEOUT, PROTO_STREAM, 0);
    assert_int_equal(p.status, PROTO_DONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_row),
        cmocka_unit_test(test_what_has_arrived_is_counted),
        cmocka_unit_test(test_nobody_is_done_without_a_verdict),
        cmocka_unit_test(test_what_cannot_be_known_is_not_claimed),
    };

    return cmocka_run_group_tests_name("proto/proto", tests, NULL, NULL);
}
