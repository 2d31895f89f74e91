/* test_lists.c -- our own tables: nothing twice, nothing empty, one style. */
#include "support/test.h"

#include <ctype.h>

#include <espota/espota.h>

#include "proto/proto.h"
#include "web/push.h"
#include "wire/esphome.h"

/* For people, behind "host: ": no full stop, no newline, and lower case unless
 * the contract with users fixes the words. */
static void check_message(const char *text)
{
    const size_t n = strlen(text);

    assert_true(n > 0);
    if (text[n - 1] == '.' || strchr(text, '\n') != NULL ||
        (isupper((unsigned char)text[0]) &&
         strncmp(text, "Invalid bootstrapping", 21) != 0))
        fail_msg("not in our style: %s", text);
}

static void check_word(const char *text)
{
    assert_true(text[0] != '\0');
    for (; *text != '\0'; text++)
        assert_true(islower((unsigned char)*text) ||
                    isdigit((unsigned char)*text) || *text == '-');
}

static void test_error_categories(void **state)
{
    (void)state;
    for (int i = 0; i < ESPOTA_E_COUNT; i++) {
        const enum espota_category c = (enum espota_category)i;
        const int status = espota_category_status(c);

        check_word(espota_category_name(c));
        check_message(espota_category_summary(c));
        assert_in_range(status, 0, 128);
        assert_int_equal(status == 0, c == ESPOTA_E_OK);
        for (int k = 0; k < i; k++) {
            const enum espota_category other = (enum espota_category)k;

            assert_string_not_equal(espota_category_name(c),
                                    espota_category_name(other));
            assert_int_not_equal(status, espota_category_status(other));
        }
        /* What was accepted or refused for good is not tried again. */
        if (espota_category_retryable(c))
            assert_int_equal(espota_category_outcome(c), ESPOTA_FAILED);
    }
}

/* The exit statuses are the contract with users: they never move. */
static void test_exit_statuses_stay(void **state)
{
    static const struct {
        const char *name;
        int status;
        bool retry;
    } ROWS[] = {
        {"ok", 0, false},          {"internal", 1, false},
        {"usage", 2, false},       {"image", 3, false},
        {"secret", 4, false},      {"resolve", 10, true},
        {"connect", 11, true},     {"no-answer", 12, true},
        {"no-callback", 13, true}, {"broken", 14, true},
        {"busy", 15, true},        {"auth", 20, false},
        {"refused", 21, false},    {"device", 22, false},
        {"checksum", 23, true},    {"policy", 24, false},
        {"protocol", 25, false},   {"unknown", 30, false},
        {"not-back", 31, false},   {"other-version", 32, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        const enum espota_category c = (enum espota_category)i;

        assert_string_equal(espota_category_name(c), ROWS[i].name);
        assert_int_equal(espota_category_status(c), ROWS[i].status);
        assert_int_equal(espota_category_retryable(c), ROWS[i].retry);
    }
}

static void test_outcomes(void **state)
{
    (void)state;
    for (int i = ESPOTA_UPDATED; i <= ESPOTA_SKIPPED; i++)
        check_word(espota_outcome_name((enum espota_outcome)i));
}

static void test_phases(void **state)
{
    (void)state;
    for (int i = 0; i < ESPOTA_PHASE_COUNT; i++) {
        check_word(espota_phase_name((enum espota_phase)i));
        for (int k = 0; k < i; k++)
            assert_string_not_equal(espota_phase_name((enum espota_phase)i),
                                    espota_phase_name((enum espota_phase)k));
    }
    assert_string_equal(espota_phase_name((enum espota_phase)-1), "?");
    assert_string_equal(espota_phase_name(ESPOTA_PHASE_COUNT), "?");
}

static void test_esphome_refusals(void **state)
{
    static const struct {
        uint8_t code;
        const char *name, *text, *hint;
    } ROWS[] = {
#define X(code, name, category, text, hint) {code, #name, text, hint},
        ESPHOME_REFUSALS(X)
#undef X
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        assert_true(ROWS[i].code >= ESPHOME_FIRST_ERROR);
        check_message(ROWS[i].text);
        assert_true(strlen(ROWS[i].hint) > 10);
        assert_null(strchr(ROWS[i].hint, '\n'));
        for (size_t k = 0; k < i; k++) {
            assert_true(ROWS[k].code < ROWS[i].code); /* unique, in order */
            assert_string_not_equal(ROWS[k].name, ROWS[i].name);
            assert_string_not_equal(ROWS[k].text, ROWS[i].text);
        }
    }
}

static void test_protocols(void **state)
{
    const struct proto_ops *ops;
    struct espota_protocol public;
    size_t i, built_in = 0;

    (void)state;
    for (i = 0; (ops = eo_proto_at(i)) != NULL; i++) {
        check_word(ops->name);
        assert_true(strlen(ops->summary) > 10);
        assert_true(strlen(ops->summary) < 60); /* one line of --help */
        assert_int_not_equal(ops->port, 0);
        assert_in_range(ops->size, sizeof(struct proto), 64 * 1024);
        assert_non_null(ops->init);
        assert_non_null(ops->step);
        assert_non_null(ops->want);
        assert_non_null(ops->port_for);
        assert_ptr_equal(eo_proto_find(ops->name), ops);
        if (ops != &eo_proto_web || eo_http_push_library() != NULL) {
            assert_true(espota_protocol_at(built_in++, &public));
            assert_string_equal(public.name, ops->name);
        }
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(eo_proto_at(k)->name, ops->name);
    }
    assert_true(i >= 1);
    assert_false(espota_protocol_at(built_in, &public));
    assert_null(eo_proto_find("no-such-protocol"));
}

/* What is wanted and not yet open is opened, as the session would. */
static unsigned open_wanted(struct proto *p, unsigned opened)
{
    struct proto_want w;

    p->ops->want(p, &w);
    for (int i = 0; i < PROTO_CHANNELS; i++)
        if (w.open & ~opened & 1u << i)
            p->ops->step(p, &(struct proto_event){
                                .kind = PROTO_OPENED,
                                .channel = (enum proto_channel)i,
                                .port = 50000});
    return w.open;
}

/* A machine whose device says nothing wants nothing odd, and ends when its
 * patience does. */
static void test_machines_against_silence(void **state)
{
    static const uint8_t BYTES[] = {0xe9, 0, 0, 0};
    const struct proto_ops *ops;
    struct espota_image *img;
    struct proto_job job = {.answer_ms = 1000, .stall_ms = 5000};

    (void)state;
    assert_int_equal(espota_image_wrap(&img, BYTES, sizeof BYTES,
                                       ESPOTA_COMPRESS_NEVER, NULL),
                     0);
    job.image = img;
    for (size_t i = 0; (ops = eo_proto_at(i)) != NULL; i++) {
        struct proto *p = calloc(1, ops->size);
        struct proto_want w;
        unsigned opened;

        assert_non_null(p);
        eo_proto_start(p, ops, &job);
        ops->want(p, &w);
        assert_int_equal(p->status, PROTO_RUNNING);
        assert_int_not_equal(w.open, 0);
        opened = open_wanted(p, 0);
        for (int n = 0; n < 100 && p->status == PROTO_RUNNING; n++) {
            ops->want(p, &w);
            assert_non_null(w.doing);
            assert_true(w.done <= w.total);
            assert_int_not_equal(w.timeout_ms, 0);
            ops->step(p, &(struct proto_event){.kind = PROTO_TIMEOUT});
            opened = open_wanted(p, opened);
        }
        assert_int_equal(p->status, PROTO_FAILED);
        assert_int_not_equal(p->error.category, ESPOTA_E_OK);
        check_message(p->error.message);
        ops->want(p, &w);
        assert_int_equal(w.open, 0);
        free(p);
    }
    espota_image_free(img);
}

static void test_libraries(void **state)
{
    size_t n = 0, out = 0;

    (void)state;
    for (; espota_library_at(n) != NULL; n++)
        assert_true(espota_library_at(n)[0] != '\0');
    for (; espota_left_out_at(out) != NULL; out++)
        assert_true(espota_left_out_at(out)[0] != '\0');
    assert_true(n >= 1); /* OpenSSL */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_error_categories),
        cmocka_unit_test(test_exit_statuses_stay),
        cmocka_unit_test(test_outcomes),
        cmocka_unit_test(test_phases),
        cmocka_unit_test(test_esphome_refusals),
        cmocka_unit_test(test_protocols),
        cmocka_unit_test(test_machines_against_silence),
        cmocka_unit_test(test_libraries),
    };

    return cmocka_run_group_tests_name("lists", tests, NULL, NULL);
}
