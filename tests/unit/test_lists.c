/* test_lists.c -- our own tables: nothing twice, nothing empty, one style. */
#include "support/test.h"

#include <ctype.h>

#include <espota/espota.h>

#include "fleet/protocol.h"
#include "names/resolve.h"
#include "web/page.h"
#include "wire/announce.h"
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
        enum espota_advice advice;
    } ROWS[] = {
#define X(code, name, category, text, next) {code, #name, text, .hint = next},
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
    const struct protocol *p;
    struct espota_protocol public;
    size_t i, built_in = 0;

    (void)state;
    for (i = 0; (p = eo_protocol_at(i)) != NULL; i++) {
        check_word(p->name);
        assert_true(strlen(p->summary) > 10);
        assert_true(strlen(p->summary) < 60); /* one line of --help */
        assert_int_not_equal(p->port, 0);
        assert_non_null(p->start);
        assert_ptr_equal(eo_protocol_find(p->name), p);
        if (p->machine != NULL) {
            assert_in_range(p->machine->size, sizeof(struct proto), 64 * 1024);
            assert_non_null(p->machine->init);
            assert_non_null(p->machine->step);
            assert_non_null(p->machine->want);
        }
        if (eo_protocol_is_built_in(p)) {
            assert_true(espota_protocol_at(built_in++, &public));
            assert_string_equal(public.name, p->name);
        }
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(eo_protocol_at(k)->name, p->name);
    }
    assert_true(i >= 1);
    assert_false(espota_protocol_at(built_in, &public));
    assert_null(eo_protocol_find("no-such-protocol"));
}

/* What a device announces, and what is made of its silence, is in the list. */
static void test_who_announces_speaks_a_protocol(void **state)
{
    static const uint16_t PORTS[] = {80, 3232, 8266, 65280};
    struct announced a;

    (void)state;
    for (int i = 0; i < ANNOUNCE_SERVICE_COUNT; i++)
        for (size_t k = 0; k < sizeof PORTS / sizeof *PORTS; k++) {
            eo_announce_read(&a, (enum announce_service)i, PORTS[k],
                             (const uint8_t *)"\x0d" "board=arduino", 14);
            if (a.protocol != NULL)
                assert_non_null(eo_protocol_find(a.protocol));
            if (a.profile != NULL)
                assert_non_null(eo_web_profile(a.profile));
        }
    assert_non_null(eo_protocol_find("esphome"));
    assert_non_null(eo_protocol_find("arduino"));
}

/* Where only one can do what is wanted, nothing has to be found out. */
static void test_the_only_choice(void **state)
{
    static const struct {
        struct espota_target t;
        bool key;
        const char *only;
    } ROWS[] = {
        {{.host = "x"}, false, NULL},
        {{.host = "x"}, true, "esphome"},
        {{.host = "x", .how.require_encryption = true}, false, "esphome"},
        {{.host = "x", .how.type = ESPOTA_TYPE_PARTITION_TABLE},
         false,
         "esphome"},
        {{.host = "x",
          .how.type = ESPOTA_TYPE_BOOTLOADER,
          .how.md5_stored = true},
         false,
         "esphome"},
        {{.host = "x", .how.type = ESPOTA_TYPE_FILESYSTEM}, false, "arduino"},
        {{.host = "x", .how.md5_stored = true}, false, "arduino"},
        {{.host = "x", .how.md5_stored = true}, true, "esphome"},
        /* Nobody can: which of them says so is told by the key. */
        {{.host = "x", .how.type = ESPOTA_TYPE_FILESYSTEM}, true, "esphome"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        const struct target t = {.pub = ROWS[i].t, .has_key = ROWS[i].key};
        const struct protocol *only = eo_protocol_only(&t);

        if (only != (ROWS[i].only != NULL ? eo_protocol_find(ROWS[i].only)
                                          : NULL))
            fail_msg("row %zu: %s", i, only != NULL ? only->name : "several");
    }
}

/* What a protocol cannot do is refused before a word is sent. */
static void test_what_a_protocol_refuses(void **state)
{
    static const uint8_t KEY[32];
    static const struct {
        const char *protocol;
        struct proto_job job;
        enum espota_category category;
        const char *message;
    } ROWS[] = {
        {"esphome",
         {.how.type = ESPOTA_TYPE_APP, .key = KEY},
         ESPOTA_E_OK,
         NULL},
        {"esphome",
         {.how.type = ESPOTA_TYPE_FILESYSTEM},
         ESPOTA_E_USAGE,
         "the protocol \"esphome\" carries no filesystem images"},
        {"arduino", {.how.type = ESPOTA_TYPE_FILESYSTEM}, ESPOTA_E_OK, NULL},
        {"arduino",
         {.how.type = ESPOTA_TYPE_BOOTLOADER},
         ESPOTA_E_USAGE,
         "the protocol \"arduino\" carries no bootloader images"},
        {"web",
         {.how.type = ESPOTA_TYPE_PARTITION_TABLE},
         ESPOTA_E_USAGE,
         "the protocol \"web\" carries no partition-table images"},
        {"arduino",
         {.key = KEY},
         ESPOTA_E_POLICY,
         "the protocol \"arduino\" has no encryption"},
        {"web",
         {.how.require_encryption = true},
         ESPOTA_E_POLICY,
         "the protocol \"web\" has no encryption"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct espota_error err = {.category = ESPOTA_E_OK};

        assert_int_equal(eo_protocol_check(eo_protocol_find(ROWS[i].protocol),
                                           &ROWS[i].job, &err),
                         ROWS[i].message != NULL ? -1 : 0);
        assert_int_equal(err.category, ROWS[i].category);
        if (ROWS[i].message != NULL)
            assert_string_equal(err.message, ROWS[i].message);
    }
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
    const struct protocol *row;
    struct espota_image *img;
    struct proto_job job = {.answer_ms = 1000, .stall_ms = 5000};

    (void)state;
    assert_int_equal(espota_image_wrap(&img, BYTES, sizeof BYTES,
                                       ESPOTA_COMPRESS_NEVER, NULL),
                     0);
    job.image = img;
    for (size_t i = 0; (row = eo_protocol_at(i)) != NULL; i++) {
        const struct proto_ops *ops = row->machine;
        struct proto *p = ops != NULL ? calloc(1, ops->size) : NULL;
        struct proto_want w;
        unsigned opened;

        if (ops == NULL)
            continue;
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

static size_t count_protocols(void)
{
    size_t n = 0;

    while (eo_protocol_at(n) != NULL)
        n++;
    return n;
}

static size_t count_pages(void)
{
    size_t n = 0;

    while (eo_web_profile_at(n) != NULL)
        n++;
    return n;
}

/* The words that a program reads from people: one list each, and every one that
 * is in another list, too, is the same there. */
static void test_words_for_people(void **state)
{
    const struct {
        const char *(*at)(size_t);
        size_t n;
    } LISTS[] = {
        {espota_type_at, ESPOTA_TYPE_BOOTLOADER + 1},
        {espota_compress_at, ESPOTA_COMPRESS_NEVER + 1},
        {espota_verify_at, ESPOTA_VERIFY_VERSION + 1},
        {espota_min_auth_at, ESPOTA_AUTH_SHA256 + 1},
        {espota_resolver_at, 5},
        {espota_protocol_word_at, 1 + count_protocols()}, /* and "auto" */
        {espota_web_profile_at, count_pages()},
    };
    const struct protocol *p;

    (void)state;
    for (size_t i = 0; i < sizeof LISTS / sizeof *LISTS; i++) {
        for (size_t k = 0; k < LISTS[i].n; k++) {
            assert_non_null(LISTS[i].at(k));
            check_word(LISTS[i].at(k));
        }
        assert_null(LISTS[i].at(LISTS[i].n));
    }
    for (int i = 0; i <= ESPOTA_TYPE_BOOTLOADER; i++)
        assert_string_equal(espota_type_name((enum espota_type)i),
                            espota_type_at((size_t)i));
    assert_string_equal(espota_type_name((enum espota_type)99), "?");
    for (size_t i = 0; (p = eo_protocol_at(i)) != NULL; i++)
        assert_string_equal(espota_protocol_word_at(i + 1), p->name);
    for (size_t i = 0; espota_resolver_at(i) != NULL; i++)
        assert_true(eo_resolver_known(espota_resolver_at(i)));
    assert_false(eo_resolver_known("nobody"));
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
        cmocka_unit_test(test_who_announces_speaks_a_protocol),
        cmocka_unit_test(test_the_only_choice),
        cmocka_unit_test(test_what_a_protocol_refuses),
        cmocka_unit_test(test_machines_against_silence),
        cmocka_unit_test(test_words_for_people),
        cmocka_unit_test(test_libraries),
    };

    return cmocka_run_group_tests_name("lists", tests, NULL, NULL);
}
