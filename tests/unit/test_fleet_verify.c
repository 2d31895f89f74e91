/* test_fleet_verify.c -- does it run what is expected, and does it stay so?
 * In a time and on a link that the test makes up. */
#include "support/browse_stage.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "fleet/verify.h"
#include "net/race.h"

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
    struct identity_facts says = {.version = ""};

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
        struct identity_facts f = {.version = ""};

        strcpy(f.platform, WHO[i].platform);
        strcpy(f.version, WHO[i].version);
        assert_int_equal(eo_verify_may_roll_back(&f), WHO[i].may);
    }
}

/* ---- knocking ------------------------------------------------------------- */

/* What net/race.h promises: connections are as the play says at that moment. */
struct race {
    struct espota_loop *loop;
    struct timer timer;
    race_fn *fn;
    void *ctx;
    struct addr addr;
    int says;
};

static struct {
    int says; /* an errno, 0: it takes the connection */
    uint16_t port;
    unsigned n;
} door;

static void on_door(void *ctx)
{
    struct race *r = ctx;
    struct espota_error err = {.category = ESPOTA_E_CONNECT,
                               .sys_errno = r->says};

    r->fn(r->ctx, r->says == 0 ? dup(STDIN_FILENO) : -1, &r->addr, &err);
}

struct race *eo_race_start(struct espota_loop *loop, const struct addr *addr,
                           size_t n, const char *bind, uint32_t timeout_ms,
                           race_fn *fn, void *ctx)
{
    struct race *r = calloc(1, sizeof *r);

    (void)bind;
    assert_int_equal(n, 1);
    *r = (struct race){loop, {.due = 0}, fn, ctx, *addr, door.says};
    door.port = eo_addr_port(addr);
    door.n++;
    eo_timer_start(loop, &r->timer,
                   door.says == ETIMEDOUT ? timeout_ms : 1, on_door, r);
    return r;
}

void eo_race_free(struct race *r)
{
    if (r != NULL)
        eo_timer_stop(r->loop, &r->timer);
    free(r);
}

/* ---- watching it ----------------------------------------------------------- */

/* From that second on it announces that version; NULL: it is silent. */
struct act {
    unsigned at_s;
    const char *version;
};

/* From that tenth of a second on knocks are answered so. */
struct knock {
    unsigned at_ds;
    int says;
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
    {"an ESP8266 cannot go back", "ESP8266", ESPOTA_VERIFY_VERSION, 90,
     {{5, "2026.9.1"}}, ESPOTA_E_OK, 5, 10, 0, NULL},
    {"nobody is there", "ESP32", ESPOTA_VERIFY_VERSION, 30, {{0, NULL}},
     ESPOTA_E_NOT_BACK, 29, 31, 0, "did not come back within 30 s"},
};

/* Seen by knocks, announcements and a goodbye. */
static const struct sights {
    const char *name, *address;
    uint16_t port; /* 0: it does not listen */
    enum espota_verify mode;
    bool open, unprovable;
    unsigned limit_s;
    struct knock knocks[6];
    struct act acts[4];
    unsigned goodbye_ds; /* 0: none */
    enum espota_category ends;
    bool verified;
    unsigned from_s, to_s;
    const char *says;
} SIGHTS[] = {
    {"it refuses, is silent, and refuses again", "10.77.0.2", 0,
     ESPOTA_VERIFY_BACK, false, false, 90,
     {{0, ECONNREFUSED}, {5, ETIMEDOUT}, {45, ECONNREFUSED}}, {{0, NULL}}, 0,
     ESPOTA_E_OK, true, 4, 8, NULL},
    {"it is silent from the first knock on, and back", "10.77.0.2", 0,
     ESPOTA_VERIFY_BACK, false, false, 90,
     {{0, ETIMEDOUT}, {30, ECONNREFUSED}}, {{0, NULL}}, 0, ESPOTA_E_OK, true,
     3, 7, NULL},
    {"its neighbours cannot find it for a while", "10.77.0.2", 0,
     ESPOTA_VERIFY_BACK, false, false, 90,
     {{0, ECONNREFUSED}, {5, EHOSTUNREACH}, {45, ECONNREFUSED}}, {{0, NULL}}, 0,
     ESPOTA_E_OK, true, 4, 7, NULL},
    {"it never goes away", "10.77.0.2", 0, ESPOTA_VERIFY_BACK, false, false,
     90, {{0, ECONNREFUSED}}, {{0, NULL}}, 0, ESPOTA_E_OK, false, 10, 12,
     NULL},
    {"nor is its port ever closed", "10.77.0.2", 3232, ESPOTA_VERIFY_BACK,
     false, false, 90, {{0, 0}}, {{0, NULL}}, 0, ESPOTA_E_OK, false, 10, 12,
     NULL},
    {"its port closes and opens", "10.77.0.2", 3232, ESPOTA_VERIFY_BACK, false,
     false, 90, {{0, 0}, {10, ECONNREFUSED}, {30, 0}}, {{0, NULL}}, 0,
     ESPOTA_E_OK, true, 3, 5, NULL},
    {"its port closes for good", "10.77.0.2", 3232, ESPOTA_VERIFY_BACK, false,
     false, 20, {{0, 0}, {10, ECONNREFUSED}}, {{0, NULL}}, 0,
     ESPOTA_E_NOT_BACK, false, 19, 21, "went away"},
    {"silent, and then it refuses before it listens", "10.77.0.2", 3232,
     ESPOTA_VERIFY_BACK, false, false, 90,
     {{0, 0}, {10, ETIMEDOUT}, {30, ECONNREFUSED}}, {{0, NULL}}, 0,
     ESPOTA_E_OK, true, 3, 6, NULL},
    {"here a refusal is nobody's word", "127.0.0.1", 3232, ESPOTA_VERIFY_BACK,
     false, false, 20, {{0, ECONNREFUSED}}, {{0, NULL}}, 0, ESPOTA_E_NOT_BACK,
     false, 19, 21, "did not come back within 20 s"},
    {"here it opens its port again", "127.0.0.1", 8080, ESPOTA_VERIFY_BACK,
     false, false, 20, {{0, ECONNREFUSED}, {20, 0}}, {{0, NULL}}, 0,
     ESPOTA_E_OK, true, 2, 3, NULL},
    {"behind a firewall, it says goodbye and announces itself", "10.77.0.2", 0,
     ESPOTA_VERIFY_BACK, false, false, 90, {{0, ETIMEDOUT}},
     {{0, "2026.9.0"}, {1, NULL}, {5, "2026.9.1"}}, 10, ESPOTA_E_OK, true, 5,
     12, NULL},
    {"behind a firewall, it only announces itself", "10.77.0.2", 0,
     ESPOTA_VERIFY_BACK, false, false, 90, {{0, ETIMEDOUT}}, {{0, "2026.9.1"}},
     0, ESPOTA_E_OK, false, 10, 18, NULL},
    {"it cannot be reached from here any more", "10.77.0.2", 0,
     ESPOTA_VERIFY_BACK, false, false, 20, {{0, ECONNREFUSED}, {5, ENETUNREACH}},
     {{0, NULL}}, 0, ESPOTA_E_OK, false, 9, 21, NULL},
    {"no descriptors here: it was not seen", "10.77.0.2", 0,
     ESPOTA_VERIFY_BACK, false, false, 20, {{0, EMFILE}}, {{0, NULL}}, 0,
     ESPOTA_E_NOT_BACK, false, 19, 21, "did not come back"},
    {"the same version as before proves nothing", "10.77.0.2", 3232,
     ESPOTA_VERIFY_VERSION, false, true, 90,
     {{0, 0}, {10, ETIMEDOUT}, {40, 0}}, {{0, "2026.9.1"}}, 0, ESPOTA_E_OK,
     false, 3, 12, NULL},
    {"nor where it never goes", "10.77.0.2", 3232, ESPOTA_VERIFY_VERSION,
     false, true, 90, {{0, 0}}, {{0, "2026.9.1"}}, 0, ESPOTA_E_OK, false, 10,
     16, NULL},
    {"nor does it settle a lost verdict", "10.77.0.2", 3232,
     ESPOTA_VERIFY_VERSION, true, true, 90,
     {{0, 0}, {10, ETIMEDOUT}, {40, 0}}, {{0, "2026.9.1"}}, 0,
     ESPOTA_E_UNKNOWN, false, 3, 12, "as it did before"},
    {"another version does", "10.77.0.2", 3232, ESPOTA_VERIFY_VERSION, true,
     false, 30, {{0, 0}, {10, ETIMEDOUT}, {40, 0}}, {{5, "2026.9.1"}}, 0,
     ESPOTA_E_OK, true, 29, 31, NULL},
    {"it is back, and mute", "10.77.0.2", 3232, ESPOTA_VERIFY_VERSION, false,
     false, 90, {{0, 0}, {10, ETIMEDOUT}, {40, 0}}, {{0, NULL}}, 0,
     ESPOTA_E_UNKNOWN, false, 23, 30, "does not say what it runs"},
    {"here nobody announces anything", "127.0.0.1", 3232,
     ESPOTA_VERIFY_VERSION, false, false, 90,
     {{0, 0}, {10, ECONNREFUSED}, {20, 0}}, {{0, NULL}}, 0, ESPOTA_E_UNKNOWN,
     false, 2, 4, "does not say what it runs"},
};

struct verdict {
    bool ended;
    enum espota_category category;
    bool verified;
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
    v->verified = r->verified;
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

static const char *version_at(const struct act *acts, size_t n, uint64_t ms)
{
    const char *version = NULL;

    for (size_t i = 0; i < n; i++)
        if (acts[i].at_s * 1000u <= ms && (i == 0 || acts[i].at_s > 0))
            version = acts[i].version;
    return version;
}

static int says_at(const struct sights *s, uint64_t ms)
{
    int says = 0;

    for (size_t i = 0; i < sizeof s->knocks / sizeof *s->knocks; i++)
        if (s->knocks[i].at_ds * 100u <= ms &&
            (i == 0 || s->knocks[i].at_ds > 0))
            says = s->knocks[i].says;
    return says;
}

static void say_goodbye(void)
{
    struct voice v;

    voice_begin(&v);
    voice_ptr(&v, ESPHOME, KITCHEN, 0);
    voice_srv(&v, KITCHEN, HOST, 6053, 0);
    voice_a(&v, HOST, "10.77.0.2", 0);
    voice_end(&v);
}

static void test_sights(void **state)
{
    const struct sights *s = *state;
    const uint64_t begin = clock_ms;
    struct espota_loop *loop = eo_loop_new();
    struct verdict verdict = {.ended = false};
    struct addr addr;
    struct verify *v;

    assert_int_equal(eo_addr_parse(&addr, s->address), 0);
    door.says = says_at(s, 0);
    door.n = 0;
    v = eo_verify_start(
        loop, &(struct verify_config){.host = HOST,
                                      .addr = &addr,
                                      .port = s->port,
                                      .mode = s->mode,
                                      .expect = {.version = "2026.9.1"},
                                      .provable = !s->unprovable,
                                      .outcome_is_open = s->open,
                                      .timeout_ms = s->limit_s * 1000,
                                      .on_end = ended,
                                      .ctx = &verdict});
    assert_non_null(v);
    while (!verdict.ended && clock_ms - begin < 120000) {
        const uint64_t at = clock_ms - begin;
        const char *version =
            version_at(s->acts, sizeof s->acts / sizeof *s->acts, at);

        door.says = says_at(s, at);
        if (s->goodbye_ds != 0 && at / 100 == s->goodbye_ds)
            say_goodbye();
        else if (version != NULL)
            announce("ESP32", version);
        clock_pass(loop, 100, is_over, &verdict);
    }
    eo_verify_free(v);
    eo_loop_free(loop);
    assert_true(verdict.ended);
    if (verdict.category != s->ends || verdict.verified != s->verified)
        fail_msg("it ends as %d, %sverified: %s", verdict.category,
                 verdict.verified ? "" : "not ", verdict.message);
    assert_in_range(clock_ms - begin, s->from_s * 1000, s->to_s * 1000);
    if (s->says != NULL && strstr(verdict.message, s->says) == NULL)
        fail_msg("it says: %s", verdict.message);
    assert_true(door.n > 0);
    assert_int_equal(door.port, s->port != 0 ? s->port : 9);
}

static void test_play(void **state)
{
    const struct play *p = *state;
    const uint64_t begin = clock_ms;
    struct espota_loop *loop = eo_loop_new();
    struct verdict verdict = {.ended = false};
    struct addr addr;
    struct verify *v;

    assert_int_equal(eo_addr_parse(&addr, "10.77.0.2"), 0);
    door.says = ETIMEDOUT;
    v = eo_verify_start(
        loop, &(struct verify_config){.host = HOST,
                                      .addr = &addr,
                                      .mode = p->mode,
                                      .expect = {.version = "2026.9.1"},
                                      .provable = true,
                                      .timeout_ms = p->limit_s * 1000,
                                      .on_watch = watched,
                                      .on_end = ended,
                                      .ctx = &verdict});
    assert_non_null(v);
    while (!verdict.ended && clock_ms - begin < 120000) {
        const char *version = version_at(
            p->acts, sizeof p->acts / sizeof *p->acts, clock_ms - begin);

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
    enum {
        N = sizeof ROWS / sizeof *ROWS,
        M = sizeof PLAYS / sizeof *PLAYS,
        K = sizeof SIGHTS / sizeof *SIGHTS
    };
    struct CMUnitTest tests[N + M + K + 1];

    for (size_t i = 0; i < N; i++)
        tests[i] = (struct CMUnitTest){.name = ROWS[i].name,
                                       .test_func = test_row,
                                       .initial_state = (void *)&ROWS[i]};
    for (size_t i = 0; i < M; i++)
        tests[N + i] = (struct CMUnitTest){.name = PLAYS[i].name,
                                           .test_func = test_play,
                                           .initial_state = (void *)&PLAYS[i]};
    for (size_t i = 0; i < K; i++)
        tests[N + M + i] =
            (struct CMUnitTest){.name = SIGHTS[i].name,
                                .test_func = test_sights,
                                .initial_state = (void *)&SIGHTS[i]};
    tests[N + M + K] =
        (struct CMUnitTest)cmocka_unit_test(test_who_may_roll_back);
    return cmocka_run_group_tests_name("fleet/verify", tests, NULL, NULL);
}
