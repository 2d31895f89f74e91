/* sight.c -- running tables of images. */
#include "support/test.h"

#include "support/sight.h"

static void do_damage(struct forged *f, const struct sight *s)
{
    switch (s->damage) {
    case WHOLE:
        break;
    case FLIP:
        f->bytes[s->at] ^= 0xff;
        break;
    case SET8:
        f->bytes[s->at] = (uint8_t)s->value;
        break;
    case SET32:
        forge_set_le32(f, s->at, s->value);
        break;
    case CUT:
        f->len = s->at;
        break;
    case APPEND:
        forge_fill(f, (uint8_t)s->value, f->len + s->at);
        break;
    }
}

static const struct espota_image_problem *worst(const struct findings *f)
{
    for (int s = ESPOTA_ERROR; s >= ESPOTA_NOTE; s--) {
        const struct espota_image_problem *p =
            eo_first_problem(f, (enum espota_severity)s);

        if (p != NULL)
            return p;
    }
    return NULL;
}

static void check_problem(const struct sight *s,
                          const struct espota_image_problem *p)
{
    if (s->problem == NULL && p != NULL)
        fail_msg("unexpected: %s", p->text);
    if (s->problem == NULL)
        return;
    assert_non_null(p);
    if (strstr(p->text, s->problem) == NULL)
        fail_msg("expected \"%s\", got \"%s\"", s->problem, p->text);
    assert_int_equal(p->located, s->place != NOWHERE);
    if (p->located)
        assert_int_equal(p->at, s->place);
}

static void test_sight(void **state)
{
    const struct sight *s = *state;
    struct forged *f = malloc(sizeof *f);
    struct findings *found = malloc(sizeof *found);
    uint8_t *bytes;

    assert_non_null(f);
    assert_non_null(found);
    s->make(f);
    do_damage(f, s);
    bytes = exact(f->bytes, f->len);
    eo_identify(found, bytes, f->len);
    assert_string_equal(found->kind->name, s->kind);
    if (s->chip == NULL)
        assert_null(found->chip);
    else
        assert_string_equal(found->chip, s->chip);
    if (s->fact != NULL) {
        assert_non_null(eo_find_fact(found, s->fact));
        assert_string_equal(eo_find_fact(found, s->fact), s->text);
    }
    check_problem(s, worst(found));
    assert_int_equal(eo_flashable(found), s->ok);
    free(bytes);
    free(found);
    free(f);
}

/* What a caller relies on, whatever the bytes. */
static void check_sane(const struct findings *f, size_t len)
{
    assert_non_null(f->kind);
    assert_true(f->n_facts <= FACTS_MAX && f->n_problems <= PROBLEMS_MAX);
    assert_true(f->used <= sizeof f->words);
    for (size_t i = 0; i < f->n_facts; i++)
        assert_true(strlen(f->facts[i].text) < sizeof f->words);
    for (size_t i = 0; i < f->n_problems; i++) {
        assert_true(strlen(f->problems[i].text) > 0);
        assert_true(!f->problems[i].located || f->problems[i].at <= len);
    }
    if (f->role != ROLE_APP && f->role != ROLE_FILESYSTEM)
        assert_false(eo_flashable(f));
}

/* The short ones all, as that is where headers are; the long ones in steps,
 * the last again all. */
static void test_cut(void **state)
{
    const struct sight *s = *state;
    struct forged *f = malloc(sizeof *f);
    struct findings *found = malloc(sizeof *found);

    assert_non_null(f);
    assert_non_null(found);
    s->make(f);
    for (size_t len = 0; len < f->len;
         len += len < 600 || len + 100 > f->len ? 1 : 61) {
        uint8_t *bytes = exact(f->bytes, len);

        eo_identify(found, bytes, len);
        check_sane(found, len);
        free(bytes);
    }
    free(found);
    free(f);
}

int sight_all(const char *group, const struct sight *s, size_t n)
{
    struct CMUnitTest *tests = calloc(2 * n, sizeof *tests);
    size_t count = 0;
    int rc;

    if (tests == NULL)
        return 1;
    for (size_t i = 0; i < n; i++)
        tests[count++] = (struct CMUnitTest){
            .name = s[i].name,
            .test_func = test_sight,
            .initial_state = (void *)&s[i],
        };
    for (size_t i = 0; i < n; i++)
        if (s[i].damage == WHOLE)
            tests[count++] = (struct CMUnitTest){
                .name = "cut at every length",
                .test_func = test_cut,
                .initial_state = (void *)&s[i],
            };
    rc = _cmocka_run_group_tests(group, tests, count, NULL, NULL);
    free(tests);
    return rc;
}
