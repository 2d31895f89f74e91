/* test_fleet_verify.c -- does it run what is expected, and does it stay so?
 * In a time and on a link that the test makes up. */
#include "support/browse_stage.h"

#include <stdio.h>

#include "fleet/verify.h"

static const struct row {
    const char *name, *version, *hash;        /* expected */
    const char *says, *says_project, *says_hash; /* announced */
    enum verify_match match;
    const char *shown;
} ROWS[] = {
    {"the same version", "2026.9.0", NULL, "2026.9.0", "", "", VERIFY_SAME,
     "2026.9.0"},
    {"the version of its project", "1.2.3", NULL, "2026.9.0", "1.2.3", "",
     VERIFY_SAME, "1.2.3"},
    {"another version", "1.2.3", NULL, "2026.9.0", "1.2.2", "", VERIFY_OTHER,
     "1.2.2"},
    {"no version", "1.2.3", NULL, "", "", "abc", VERIFY_CANNOT_TELL, ""},
    {"nothing expected", NULL, NULL, "2026.9.0", "", "", VERIFY_CANNOT_TELL,
     "2026.9.0"},
    {"the same hash", NULL, "abcd", "", "", "abcd", VERIFY_SAME, ""},
    {"another hash", NULL, "abcd", "", "", "abce", VERIFY_OTHER, ""},
    {"no hash", NULL, "abcd", "2026.9.0", "", "", VERIFY_CANNOT_TELL,
     "2026.9.0"},
    {"the same version, another hash", "1", "abcd", "1", "", "abce",
     VERIFY_OTHER, "1"},
    {"the same hash, another version", "1", "abcd", "2", "", "abcd",
     VERIFY_OTHER, "2"},
    {"the same hash, no version", "1", "abcd", "", "", "abcd", VERIFY_SAME,
     ""},
    {"both", "1", "abcd", "1", "", "abcd", VERIFY_SAME, "1"},
};

static void test_row(void **state)
{
    const struct row *r = *state;
    const struct verify_expect want = {r->version, r->hash};
    struct look_facts says = {.version = ""};

    strcpy(says.version, r->says);
    strcpy(says.project_version, r->says_project);
    strcpy(says.config_hash, r->says_hash);
    assert_int_equal(eo_verify_match(&want, &says), r->match);
    assert_string_equal(eo_verify_version(&says), r->shown);
}

static void test_who_may_roll_back(void **state)
{
    static const struct {
        const char *platform, *version;
        bool may;
    } WHO[] = {
        {"ESP32", "2026.1.0", true},   {"ESP32", "2027.3.1", true},
        {"ESP32", "2025.12.5", false}, {"ESP32", "", false},
        {"ESP8266", "2026.9.0", false}, {"", "2026.9.0", false},
        {"bk72xx", "2026.9.0", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof WHO / sizeof *WHO; i++) {
        struct look_facts f = {.version = ""};

        strcpy(f.platform, WHO[i].platform);
        strcpy(f.version, WHO[i].version);
        assert_int_equal(eo_verify_may_roll_back(&f), WHO[i].may);
    }
}

/* ---- watching it ----------------------------------------------------------- */

/* From that second on it announces that version; NULL: it is silent. */
struct act {
    unsigned at_s;
    const char *version;
};

static const struct play {
    const char *name;
    const char *platform;
    enum espota_verify mode;
    unsigned limit_s;
    struct act acts[6];
    enum espota_category ends;
    unsigned from_s, to_s; /* when */
    unsigned watched;      /* on_watch calls */
    const char *says;      /* a part of the message; NULL: none */
} PLAYS[] = {
    {"it stays", "ESP32", ESPOTA_VERIFY_VERSION, 90,
     {{5, "2026.9.1"}}, ESPOTA_E_OK, 79, 89, 1, NULL},
    {"it is rolled back after half a minute", "ESP32", ESPOTA_VERIFY_VERSION,
     90, {{5, "2026.9.1"}, {35, NULL}, {40, "2026.9.0"}},
     ESPOTA_E_OTHER_VERSION, 40, 50, 1, "was rolled back to 2026.9.0"},
    {"it is rolled back at the last moment", "ESP32", ESPOTA_VERIFY_VERSION,
     90, {{5, "2026.9.1"}, {64, NULL}, {72, "2026.9.0"}},
     ESPOTA_E_OTHER_VERSION, 72, 82, 1, "was rolled back to 2026.9.0"},
    {"it is rolled back before it says a word", "ESP32",
     ESPOTA_VERIFY_VERSION, 90, {{9, "2026.9.0"}}, ESPOTA_E_OTHER_VERSION, 12,
     18, 0, "it is back and runs 2026.9.0, not 2026.9.1"},
    {"it never gets up again", "ESP32", ESPOTA_VERIFY_VERSION, 90,
     {{5, "2026.9.1"}, {20, NULL}}, ESPOTA_E_NOT_BACK, 79, 91, 1,
     "came back with 2026.9.1, and has fallen silent"},
    {"answers get lost now and then", "ESP32", ESPOTA_VERIFY_VERSION, 90,
     {{5, "2026.9.1"}, {20, NULL}, {35, "2026.9.1"}, {70, NULL}},
     ESPOTA_E_OK, 79, 89, 1, NULL},
    {"the time that was given is shorter", "ESP32", ESPOTA_VERIFY_VERSION, 20,
     {{5, "2026.9.1"}}, ESPOTA_E_OK, 19, 21, 1, NULL},
    {"back is enough: nobody watches", "ESP32", ESPOTA_VERIFY_BACK, 90,
     {{5, "2026.9.1"}}, ESPOTA_E_OK, 5, 10, 0, NULL},
    {"an ESP8266 cannot go back", "ESP8266", ESPOTA_VERIFY_VERSION, 90,
     {{5, "2026.9.1"}}, ESPOTA_E_OK, 5, 10, 0, NULL},
    {"nobody is there", "ESP32", ESPOTA_VERIFY_VERSION, 30, {{0, NULL}},
     ESPOTA_E_NOT_BACK, 29, 31, 0, "did not come back within 30 s"},
};

struct verdict {
    bool ended;
    enum espota_category category;
    char message[400];
    unsigned watched;
};

static void watched(void *ctx)
{
    struct verdict *v = ctx;

    v->watched++;
}

static void ended(void *ctx, const struct verify_result *r)
{
    struct verdict *v = ctx;

    assert_false(v->ended);
    v->ended = true;
    v->category = r->category;
    snprintf(v->message, sizeof v->message, "%s", r->error.message);
}

static bool is_over(void *ctx)
{
    const struct verdict *v = ctx;

    return v->ended;
}

static void announce(const char *platform, const char *version)
{
    char a[80], b[80];
    const char *const txt[] = {a, b, NULL};
    struct voice v;

    snprintf(a, sizeof a, "platform=%s", platform);
    snprintf(b, sizeof b, "version=%s", version);
    voice_begin(&v);
    voice_ptr(&v, ESPHOME, KITCHEN, 120);
    voice_srv(&v, KITCHEN, HOST, 6053, 120);
    voice_txt(&v, KITCHEN, txt, 120);
    voice_a(&v, HOST, "10.77.0.2", 120);
    voice_end(&v);
}

static const char *version_at(const struct play *p, uint64_t ms)
{
    const char *version = NULL;

    for (size_t i = 0; i < sizeof p->acts / sizeof *p->acts; i++)
        if (p->acts[i].at_s * 1000u <= ms && (i == 0 || p->acts[i].at_s > 0))
            version = p->acts[i].version;
    return version;
}

static void test_play(void **state)
{
    const struct play *p = *state;
    const uint64_t begin = clock_ms;
    struct loop *loop = eo_loop_new();
    struct verdict verdict = {.ended = false};
    struct addr addr;
    struct verify *v;

    assert_int_equal(eo_addr_parse(&addr, "10.77.0.2"), 0);
    v = eo_verify_start(
        loop, &(struct verify_config){.host = HOST,
                                      .addr = &addr,
                                      .mode = p->mode,
                                      .expect = {.version = "2026.9.1"},
                                      .timeout_ms = p->limit_s * 1000,
                                      .on_watch = watched,
                                      .on_end = ended,
                                      .ctx = &verdict});
    assert_non_null(v);
    while (!verdict.ended && clock_ms - begin < 120000) {
        const char *version = version_at(p, clock_ms - begin);

        if (version != NULL)
            announce(p->platform, version);
        clock_pass(loop, 200, is_over, &verdict);
    }
    eo_verify_free(v);
    eo_loop_free(loop);
    assert_true(verdict.ended);
    assert_int_equal(verdict.category, p->ends);
    assert_in_range(clock_ms - begin, p->from_s * 1000, p->to_s * 1000);
    assert_int_equal(verdict.watched, p->watched);
    if (p->says != NULL && strstr(verdict.message, p->says) == NULL)
        fail_msg("it says: %s", verdict.message);
}

int main(void)
{
    enum { N = sizeof ROWS / sizeof *ROWS, M = sizeof PLAYS / sizeof *PLAYS };
    struct CMUnitTest tests[N + M + 1];

    for (size_t i = 0; i < N; i++)
        tests[i] = (struct CMUnitTest){.name = ROWS[i].name,
                                       .test_func = test_row,
                                       .initial_state = (void *)&ROWS[i]};
    for (size_t i = 0; i < M; i++)
        tests[N + i] = (struct CMUnitTest){.name = PLAYS[i].name,
                                           .test_func = test_play,
                                           .initial_state = (void *)&PLAYS[i]};
    tests[N + M] =
        (struct CMUnitTest)cmocka_unit_test(test_who_may_roll_back);
    return cmocka_run_group_tests_name("fleet/verify", tests, NULL, NULL);
}
