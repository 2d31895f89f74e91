/* test_proto_esphome_words.c -- what the conversations of test_proto_esphome.c
 * are told in: hints, warnings, ports. */
#include "support/esphome_talk.h"
#include "support/test.h"

/* Who offers encryption offers another way in, and is told of no secret. */
static void test_hints(void **state)
{
    static const struct {
        unsigned how;
        struct talk_line line[16];
        uint32_t rtt_ms; /* then it closes */
        const char *says, *not;
    } ROWS[] = {
        {0, {HELLO, {'d', "4804"}, {'d', "02"}, {'D', NONCE64},
             {'s', CNONCE64}, {'s', empty64}, {'d', "82"}},
         0, "api key of its YAML", "runs now"},
        {0, {PLAIN, {'d', "02"}, {'D', NONCE64}, {'s', CNONCE64},
             {'s', empty64}, {'d', "82"}},
         0, "give its password", "key"},
        {PW, {HELLO, {'d', "4804"}, {'d', "02"}, {'D', NONCE64},
              {'s', CNONCE64}, {'s', proof64}, {'d', "82"}},
         0, "key (usually", "give its password"},
        {PW, {HELLO, {'d', "4800"}, {'d', "02"}, {'D', NONCE64},
              {'s', CNONCE64}, {'s', proof64}, {'d', "82"}},
         0, "it runs now", "key"},
        {ESP32, {READY, {'t', "1"}, {'d', "83"}}, 0, "worn", "uf2"},
        {0, {READY, {'t', "1"}, {'d', "83"}}, 0, "uf2", NULL},
        /* Who closes, and when. */
        {0, {{'h', MAGIC "07"}}, 5, "of a web page", "firewall"},
        {0, {PLAIN}, 5, "firewall", "1 s only"},
        {0, {PLAIN}, 1400, "1 s only", "firewall"},
        {ESP32, {PLAIN}, 1400, "firewall", "1 s only"},
        {0, {HELLO, {'d', "4800"}}, 1400, "firewall", "1 s only"},
        {0, {READY, {'b', "8192"}, {'d', "47"}}, 1400, "Wi-Fi", "firewall"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct espota_image *img = esphome_talk_image(ROWS[i].how);
        const struct proto_job job = esphome_talk_job(ROWS[i].how, img);
        struct proto *p = talk_start(&eo_proto_esphome, &job);

        talk_play(p, ROWS[i].line, SIZE_MAX);
        if (ROWS[i].rtt_ms != 0)
            p->ops->step(p, &(struct proto_event){.kind = PROTO_CLOSED,
                                                  .rtt_ms = ROWS[i].rtt_ms});
        assert_int_equal(p->status, PROTO_FAILED);
        if (strstr(p->error.hint, ROWS[i].says) == NULL ||
            (ROWS[i].not != NULL && strstr(p->error.hint, ROWS[i].not) != NULL))
            fail_msg("row %zu: %s", i, p->error.hint);
        assert_int_equal(strstr(p->error.message, "takes 1.4 s") != NULL,
                         strstr(p->error.hint, "1 s only") != NULL);
        free(p);
        espota_image_free(img);
    }
}

/* That an image goes in the clear is told as soon as it does, and not before:
 * with a wrong password it does not. */
static void test_cleartext_is_told_where_it_need_not_be(void **state)
{
    static const struct {
        const char *flags;
        bool told;
    } ROWS[] = {{"4804", true}, {"4807", true}, {"4800", false},
                {"4803", false}, {"40", false}};

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct espota_image *img = esphome_talk_image(0);
        const struct proto_job job = esphome_talk_job(0, img);
        struct proto *p = talk_start(&eo_proto_esphome, &job);
        struct proto_want w;

        talk_play(p, (struct talk_line[]){HELLO, {'d', ROWS[i].flags}, {0, 0}},
                  1);
        p->ops->want(p, &w);
        assert_null(w.cleartext);
        talk_play(p, (struct talk_line[]){OPEN, {0, 0}}, 1);
        p->ops->want(p, &w);
        assert_int_equal(w.cleartext != NULL, ROWS[i].told);
        assert_false(w.password_sent);
        free(p);
        espota_image_free(img);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hints),
        cmocka_unit_test(test_cleartext_is_told_where_it_need_not_be),
    };

    esphome_talk_prepare();
    return cmocka_run_group_tests_name("proto/esphome in words", tests, NULL,
                                       NULL);
}
