/* test_names_candidates.c -- which address is tried first, and when to wait. */
#include "support/test.h"

#include <stdio.h>

#include "base/str.h"
#include "names/candidates.h"

/* lab0 (2): 10.77.0.1/24, fe80::1/64; lab1 (3): 10.78.0.1/25 */
static struct ifaces two(void)
{
    struct ifaces ifs = {.n = 2};

    ifs.at[0] = (struct iface){.index = 2, .name = "lab0", .n_net = 2};
    ifs.at[0].net[0] = (struct iface_net){4, 24, {10, 77, 0, 1}};
    ifs.at[0].net[1] =
        (struct iface_net){6, 64, {0xfe, 0x80, [15] = 1}};
    ifs.at[1] = (struct iface){.index = 3, .name = "lab1", .n_net = 1};
    ifs.at[1].net[0] = (struct iface_net){4, 25, {10, 78, 0, 1}};
    return ifs;
}

static struct addr addr(const char *text)
{
    struct addr a;

    assert_int_equal(eo_addr_parse(&a, text), 0);
    return a;
}

/* heard: "ADDRESS@INTERFACE-INDEX ...", behind which "/TELLER" may stand;
 * tried: the order that follows. */
static const struct row {
    const char *what, *heard, *tried;
    int wait;
} ROWS[] = {
    {"nothing", "", "", -1},
    {"IPv4 at home leaves a namesake a moment", "10.77.0.2@2", "10.77.0.2",
     CANDIDATES_GRACE_MS},
    {"what the system says goes at once", "10.77.0.2@0", "10.77.0.2", 0},
    {"IPv4 before IPv6, whoever came first", "fe80::2@2 fd77::2@2 10.77.0.2@2",
     "10.77.0.2 fd77::2 fe80::2%2", CANDIDATES_GRACE_MS},
    {"a neighbour before a stranger", "192.0.2.7@2 10.77.0.2@2",
     "10.77.0.2 192.0.2.7", CANDIDATES_GRACE_MS},
    {"at home on another link is a stranger", "10.78.0.2@2 10.77.0.2@2",
     "10.77.0.2 10.78.0.2", CANDIDATES_GRACE_MS},
    {"of an unknown link, at home on any", "192.0.2.7@0 10.78.0.2@0",
     "10.78.0.2 192.0.2.7", 0},
    {"the far half of a /25 is not at home",
     "10.78.0.200@3 192.0.2.1@3 10.78.0.3@3",
     "10.78.0.3 10.78.0.200 192.0.2.1", CANDIDATES_GRACE_MS},
    {"IPv6 alone waits for IPv4", "fd77::2@2", "fd77::2",
     CANDIDATES_WAIT_MS},
    {"a self-given IPv4 comes last and waits", "169.254.1.1@2 fe80::2@2",
     "fe80::2%2 169.254.1.1", CANDIDATES_WAIT_MS},
    {"each address once, each scope apart",
     "fe80::2@2 fe80::2@2 fe80::2@3 10.77.0.2@2 10.77.0.2@3",
     "10.77.0.2 fe80::2%2 fe80::2%3", CANDIDATES_GRACE_MS},
    {"link-local of no known link is left out", "fe80::2@0", "", -1},
    {"no address of a host", "0.0.0.0@2 ::@2 224.0.0.251@2 ff02::fb@2 "
     "255.255.255.255@2", "", -1},
    {"the first come first within a rank", "192.0.2.9@2 192.0.2.7@2",
     "192.0.2.9 192.0.2.7", CANDIDATES_GRACE_MS},
};

static void hear(struct candidates *c, const char *heard,
                 const struct ifaces *ifs)
{
    char copy[256], *save = NULL;

    strcpy(copy, heard);
    for (char *w = strtok_r(copy, " ", &save); w != NULL;
         w = strtok_r(NULL, " ", &save)) {
        char *at = strchr(w, '@'), *slash;
        struct addr a;

        *at = '\0';
        a = addr(w);
        slash = strchr(at + 1, '/');
        eo_candidates_add(c, &a, (unsigned)atoi(at + 1),
                          slash != NULL ? (uint32_t)atoi(slash + 1) : 0, ifs);
    }
}

static void test_order(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        const struct ifaces ifs = two();
        struct candidates c = {0};
        char got[512] = "", one[ADDR_TEXT];
        struct text t;

        hear(&c, ROWS[i].heard, &ifs);
        eo_text_init(&t, got, sizeof got);
        for (size_t k = 0; k < c.n; k++) {
            eo_addr_text(&c.at[k].addr, false, one);
            /* this machine may have a name for the index */
            if (strchr(one, '%') != NULL)
                strcpy(strchr(one, '%') + 1,
                       c.at[k].arrival == 2 ? "2" : "3");
            eo_text_add(&t, "%s%s", k > 0 ? " " : "", one);
        }
        if (strcmp(got, ROWS[i].tried) != 0)
            fail_msg("%s: %s", ROWS[i].what, got);
        if (eo_candidates_wait(&c) != ROWS[i].wait)
            fail_msg("%s: waits %d", ROWS[i].what, eo_candidates_wait(&c));
    }
}

static void test_namesakes(void **state)
{
    static const struct {
        const char *heard;
        bool ambiguous;
    } NAMESAKES[] = {
        {"10.77.0.2@2 10.78.0.2@3", true},
        {"10.77.0.2@2 10.77.0.3@2", false}, /* one device, two addresses */
        {"10.77.0.2@2 10.77.0.2@3", false}, /* one device, heard twice */
        {"10.77.0.2@2 10.78.0.2@2", false}, /* it tells both on one link */
        {"fe80::2@2 fe80::2@3", false},
        {"10.77.0.2@2/1 10.77.0.3@2/2", true},
        {"10.77.0.2@2/1 192.0.2.3@2/2", true}, /* at home or not */
        {"10.77.0.2@2/1 10.77.0.3@2/1", false},
        /* The second tells what the first does, too. */
        {"10.77.0.2@2/1 10.77.0.3@2/2 10.77.0.2@2/2", false},
        {"10.77.0.2@2/1 10.77.0.3@2/2 10.77.0.3@2/3", true},
        {"10.77.0.2@2/1 10.77.0.3@2", false}, /* nobody knows who said so */
        {"10.77.0.2@2/1 fd77::2@2/2", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof NAMESAKES / sizeof *NAMESAKES; i++) {
        const struct ifaces ifs = two();
        const struct candidate *one, *other;
        struct candidates c = {0};

        hear(&c, NAMESAKES[i].heard, &ifs);
        assert_int_equal(eo_candidates_ambiguous(&c, &one, &other),
                         NAMESAKES[i].ambiguous);
    }
}

static void test_one_link_needs_no_telling(void **state)
{
    struct ifaces ifs = two();
    struct candidates c = {0};

    (void)state;
    ifs.n = 1;
    hear(&c, "fe80::2@0", &ifs);
    assert_int_equal(c.n, 1);
    ifs.n = 2;
    hear(&c, "fe80::3@0", &ifs);
    assert_int_equal(c.n, 1);
    assert_int_not_equal(c.unscoped.family, 0);
}

static void test_a_flood_is_bounded(void **state)
{
    const struct ifaces ifs = two();
    struct candidates c = {0};

    (void)state;
    for (int i = 1; i < 200; i++) {
        char text[32];
        struct addr a;

        snprintf(text, sizeof text, "192.0.2.%d", i);
        a = addr(text);
        eo_candidates_add(&c, &a, 2, 0, &ifs);
    }
    assert_int_equal(c.n, CANDIDATES_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_namesakes),
        cmocka_unit_test(test_one_link_needs_no_telling),
        cmocka_unit_test(test_a_flood_is_bounded),
    };

    return cmocka_run_group_tests_name("names/candidates", tests, NULL, NULL);
}
