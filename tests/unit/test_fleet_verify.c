/* test_fleet_verify.c -- does it run what is expected? */
#include "support/test.h"

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
    struct look_facts says = {{0}, {0}, {0}};

    strcpy(says.version, r->says);
    strcpy(says.project_version, r->says_project);
    strcpy(says.config_hash, r->says_hash);
    assert_int_equal(eo_verify_match(&want, &says), r->match);
    assert_string_equal(eo_verify_version(&says), r->shown);
}

int main(void)
{
    struct CMUnitTest tests[sizeof ROWS / sizeof *ROWS];

    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
        tests[i] = (struct CMUnitTest){.name = ROWS[i].name,
                                       .test_func = test_row,
                                       .initial_state = (void *)&ROWS[i]};
    return cmocka_run_group_tests_name("fleet/verify", tests, NULL, NULL);
}
