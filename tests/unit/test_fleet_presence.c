/* test_fleet_presence.c -- what has been seen of a device, a sight a second, and
 * where it has been then. */
#include "support/test.h"

#include "fleet/presence.h"

static const struct row {
    /* a second each: announced, goodbye, connected, refused, silent, nothing */
    const char *seen;
    bool listens, loopback;
    enum presence_is is;
    bool away, there;
} ROWS[] = {
    {".", 1, 0, PRESENCE_OPEN, 0, 0},

    /* Who is there all the time stays, but not in the first ten seconds. */
    {"c.........", 1, 0, PRESENCE_OPEN, 0, 1},
    {"c..........", 1, 0, PRESENCE_STAYED, 0, 1},
    {"a..........", 1, 0, PRESENCE_STAYED, 0, 1},
    {"rrrrrrrrrrr", 0, 0, PRESENCE_STAYED, 0, 1},
    {"cs.........", 1, 0, PRESENCE_OPEN, 1, 0},

    /* Its port closes, or nobody listens there in the first place. */
    {"cr", 1, 0, PRESENCE_OPEN, 1, 0},
    {"crc", 1, 0, PRESENCE_BACK, 1, 1},
    {"rr", 1, 0, PRESENCE_OPEN, 1, 0},
    {"rrc", 1, 0, PRESENCE_BACK, 1, 1},
    {"r", 0, 0, PRESENCE_OPEN, 0, 1},

    /* Silence is that of a device if it answers by TCP, before or behind. */
    {"s..........", 1, 0, PRESENCE_OPEN, 0, 0},
    {"as.........", 1, 0, PRESENCE_STAYED, 0, 1},
    {"sa.........", 1, 0, PRESENCE_OPEN, 0, 1},
    {"sa..........", 1, 0, PRESENCE_STAYED, 0, 1},
    {"cs", 1, 0, PRESENCE_OPEN, 1, 0},
    {"csc", 1, 0, PRESENCE_BACK, 1, 1},
    {"csa", 1, 0, PRESENCE_BACK, 1, 1},
    {"rs", 0, 0, PRESENCE_OPEN, 1, 0},
    {"rsr", 0, 0, PRESENCE_BACK, 1, 1},
    {"sr", 0, 0, PRESENCE_BACK, 1, 1},
    {"sc", 1, 0, PRESENCE_BACK, 1, 1},

    /* Behind a silence a refusal is a word of the device's. */
    {"csr", 1, 0, PRESENCE_BACK, 1, 1},

    {"g", 1, 0, PRESENCE_OPEN, 1, 0},
    {"ag", 1, 0, PRESENCE_OPEN, 1, 0},
    {"aga", 1, 0, PRESENCE_BACK, 1, 1},
    {"agr", 0, 0, PRESENCE_BACK, 1, 1},

    /* What comes when it is back: it does not go a second time by a refusal,
     * and by silence it is back, and away. */
    {"agar", 1, 0, PRESENCE_BACK, 1, 1},
    {"crcs", 1, 0, PRESENCE_BACK, 1, 0},
    {"crcg", 1, 0, PRESENCE_BACK, 1, 0},

    /* Here the machine refuses for everybody: that is nobody's word. */
    {"cr", 1, 1, PRESENCE_OPEN, 1, 0},
    {"crrrr", 1, 1, PRESENCE_OPEN, 1, 0},
    {"crc", 1, 1, PRESENCE_BACK, 1, 1},
    {"rc", 1, 1, PRESENCE_BACK, 1, 1},
    {"crcr", 1, 1, PRESENCE_BACK, 1, 1},
    {"csr", 1, 1, PRESENCE_OPEN, 1, 0},
    {"rrrrrrrrrrrr", 0, 1, PRESENCE_OPEN, 0, 0},
    {"rs", 0, 1, PRESENCE_OPEN, 0, 0},
};

static void see(struct presence *p, char what, uint64_t now)
{
    static const struct {
        char what;
        enum sight sight;
    } SIGHTS[] = {{'a', SIGHT_ANNOUNCED}, {'g', SIGHT_GOODBYE},
                  {'c', SIGHT_ACCEPTED},  {'r', SIGHT_REFUSED},
                  {'s', SIGHT_SILENT}};

    for (size_t i = 0; i < sizeof SIGHTS / sizeof *SIGHTS; i++)
        if (SIGHTS[i].what == what)
            eo_presence_see(p, SIGHTS[i].sight, now);
}

static void test_what_was_seen_and_no_more(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        const struct row *r = &ROWS[i];
        struct presence p = {.listens = r->listens, .loopback = r->loopback};
        uint64_t now = 0;

        for (const char *c = r->seen; *c != '\0'; c++)
            see(&p, *c, now += 1000);
        if (eo_presence_is(&p, now) != r->is || p.away != r->away ||
            p.there != r->there)
            fail_msg("\"%s\"%s%s: it is %d, %saway, %sthere", r->seen,
                     r->listens ? ", listens" : "", r->loopback ? ", here" : "",
                     eo_presence_is(&p, now), p.away ? "" : "not ",
                     p.there ? "" : "not ");
    }
}

/* When it came back: what it announced before that was said by the old one. */
static void test_when_it_came_back(void **state)
{
    struct presence p = {.listens = true};

    (void)state;
    eo_presence_see(&p, SIGHT_ACCEPTED, 1000);
    eo_presence_see(&p, SIGHT_SILENT, 2000);
    eo_presence_see(&p, SIGHT_ANNOUNCED, 7000);
    eo_presence_see(&p, SIGHT_ACCEPTED, 9000);
    assert_int_equal(p.alive_ms, 1000);
    assert_int_equal(p.back_ms, 7000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_seen_and_no_more),
        cmocka_unit_test(test_when_it_came_back),
    };

    return cmocka_run_group_tests_name("fleet/presence", tests, NULL, NULL);
}
