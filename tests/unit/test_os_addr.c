/* test_os_addr.c -- addresses, as people write them and as the system has them. */
#include "support/test.h"

#ifdef _WIN32
#include "os/windows.h"
typedef struct windows_addr system_addr_is;
#define system_addr eo_windows_addr
#else
#include <arpa/inet.h>
#include <netinet/in.h>

#include "os/posix.h"
typedef struct posix_addr system_addr_is;
#define system_addr eo_posix_addr
#endif

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/loopback.h"

static const struct address {
    const char *text;
    int rc;
    const char *shown; /* NULL: as given */
} ADDRESSES[] = {
    {"192.0.2.7", 0, NULL},
    {"255.255.255.255", 0, NULL},
    {"::1", 0, NULL},
    {"[::1]", 0, "::1"},
    {"2001:DB8:0::7", 0, "2001:db8::7"},
    {"::ffff:192.0.2.7", 0, NULL},
    {"fe80::1%lo", 0, NULL},
    {"[fe80::1%lo]", 0, "fe80::1%lo"},
    {"fe80::1%no-such-if", -2, NULL},
    {"fe80::1%", -2, NULL},
    {"fe80::1%0", -2, NULL},
    {"fe80::1%99999999999", -2, NULL},
    {"", -1, NULL},
    {"[]", -1, NULL},
    {"[::1", -1, NULL},
    {"::1]", -1, NULL},
    {"[192.0.2.7]", -1, NULL},
    {"192.0.2", -1, NULL},
    {"192.0.2.256", -1, NULL},
    {"192.0.2.7 ", -1, NULL},
    {"192.0.2.7:80", -1, NULL},
    {"192.0.2.7%lo", -1, NULL},
    {"1", -1, NULL},
    {"kitchen", -1, NULL},
    {"fe80::1%lo%lo", -2, NULL},
    {":::", -1, NULL},
    {"1111:2222:3333:4444:5555:6666:7777:8888:9999", -1, NULL},
    {"111111111111111111111111111111111111111111111111111111111111111111111"
     "111111111111111111111111", -1, NULL},
};

enum { TEXT_MAX = 160 };

/* The text with the loopback interface of this machine in place of the first
 * "%lo": its name, or as systems show it. */
static const char *here(const char *text, bool show, char out[TEXT_MAX])
{
    const char *at = strstr(text, "%lo");
    char name[IFACE_NAME_MAX];

    snprintf(name, sizeof name, "%s", loopback_name());
#ifdef _WIN32
    if (show)
        snprintf(name, sizeof name, "%u", loopback_index());
#endif
    (void)show;
    if (at == NULL)
        snprintf(out, TEXT_MAX, "%s", text);
    else
        snprintf(out, TEXT_MAX, "%.*s%%%s%s", (int)(at - text), text, name,
                 at + 3);
    return out;
}

static int parse_here(struct addr *a, const char *text)
{
    char out[TEXT_MAX];

    return eo_addr_parse(a, here(text, false, out));
}

static void test_literals(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ADDRESSES / sizeof *ADDRESSES; i++) {
        const struct address *row = &ADDRESSES[i];
        char given[TEXT_MAX], wanted[TEXT_MAX], shown[ADDR_TEXT];
        char *text = (char *)exact(here(row->text, false, given),
                                   strlen(here(row->text, false, given)) + 1);
        struct addr a;
        const int rc = eo_addr_parse(&a, text);

        if (rc != row->rc)
            fail_msg("\"%s\" gives %d, not %d", row->text, rc, row->rc);
        free(text);
        if (rc != 0)
            continue;
        assert_int_equal(eo_addr_port(&a), 0);
        eo_addr_text(&a, false, shown);
        assert_string_equal(
            shown,
            here(row->shown != NULL ? row->shown : row->text, true, wanted));
    }
}

static void test_ports(void **state)
{
    char shown[ADDR_TEXT], wanted[TEXT_MAX];
    struct addr a;

    (void)state;
    assert_int_equal(parse_here(&a, "192.0.2.7"), 0);
    eo_addr_set_port(&a, 3232);
    assert_int_equal(eo_addr_port(&a), 3232);
    eo_addr_text(&a, true, shown);
    assert_string_equal(shown, "192.0.2.7:3232");
    assert_int_equal(parse_here(&a, "fe80::1%lo"), 0);
    eo_addr_set_port(&a, 65535);
    eo_addr_text(&a, true, shown);
    assert_string_equal(shown, here("[fe80::1%lo]:65535", true, wanted));
}

static void test_same_host(void **state)
{
    static const struct {
        const char *a, *b;
        bool same;
    } ROWS[] = {
        {"192.0.2.7", "192.0.2.7", true},
        {"192.0.2.7", "192.0.2.8", false},
        {"192.0.2.7", "::ffff:192.0.2.7", false},
        {"::1", "::1", true},
        {"fe80::1%lo", "fe80::1", true}, /* a scope that is not known */
        {"fe80::1%lo", "fe80::1%4242", false},
        {"fe80::1%lo", "fe80::2%lo", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct addr a, b;

        assert_int_equal(parse_here(&a, ROWS[i].a), 0);
        assert_int_equal(parse_here(&b, ROWS[i].b), 0);
        eo_addr_set_port(&a, 1);
        assert_int_equal(eo_addr_same_host(&a, &b), ROWS[i].same);
        assert_int_equal(eo_addr_same_host(&b, &a), ROWS[i].same);
    }
}

static void test_equal_means_everything(void **state)
{
    struct addr a, b;

    (void)state;
    assert_int_equal(parse_here(&a, "fe80::1%lo"), 0);
    b = a;
    assert_true(eo_addr_equal(&a, &b));
    b.scope = 0;
    assert_true(eo_addr_same_host(&a, &b));
    assert_false(eo_addr_equal(&a, &b));
    b = a;
    b.port = 1;
    assert_false(eo_addr_equal(&a, &b));
    b = a;
    b.bytes[15] ^= 1;
    assert_false(eo_addr_equal(&a, &b));
}

static void test_kinds(void **state)
{
    static const struct {
        const char *text;
        bool loopback, link_local;
    } ROWS[] = {
        {"127.9.9.9", true, false},  {"128.0.0.1", false, false},
        {"::1", true, false},        {"::2", false, false},
        {"fe80::1", false, true},    {"febf::1", false, true},
        {"fec0::1", false, false},   {"254.128.0.1", false, false},
        {"7f00::", false, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct addr a;

        assert_int_equal(parse_here(&a, ROWS[i].text), 0);
        assert_int_equal(eo_addr_is_loopback(&a), ROWS[i].loopback);
        assert_int_equal(eo_addr_link_local(&a), ROWS[i].link_local);
    }
}

static void test_to_the_system_and_back(void **state)
{
    static const char *const TEXTS[] = {"192.0.2.7", "2001:db8::7",
                                        "fe80::1%lo"};

    (void)state;
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        struct addr a, b;
        system_addr_is sys;

        assert_int_equal(parse_here(&a, TEXTS[i]), 0);
        a.port = 3232;
        sys = system_addr(&a);
        assert_int_equal(sys.len, a.family == 6 ? sizeof(struct sockaddr_in6)
                                                : sizeof(struct sockaddr_in));
        eo_addr_from_system(&b, &sys.sa);
        assert_true(eo_addr_equal(&a, &b));
    }
    assert_int_equal(system_addr(&(struct addr){.family = 0}).len, 0);
}

static void test_ipv4_in_ipv6_is_ipv4(void **state)
{
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6,
                               .sin6_port = htons(80)};
    struct addr a, four;

    (void)state;
    assert_int_equal(inet_pton(AF_INET6, "::ffff:192.0.2.7", &in6.sin6_addr),
                     1);
    assert_int_equal(parse_here(&four, "192.0.2.7"), 0);
    four.port = 80;
    eo_addr_from_system(&a, &in6);
    assert_true(eo_addr_equal(&a, &four));
    eo_addr_from_system(&a, NULL);
    assert_int_equal(a.family, 0);
    eo_addr_from_system(&a, &(struct sockaddr){.sa_family = AF_UNIX});
    assert_int_equal(a.family, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_literals),
        cmocka_unit_test(test_ports),
        cmocka_unit_test(test_same_host),
        cmocka_unit_test(test_equal_means_everything),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_to_the_system_and_back),
        cmocka_unit_test(test_ipv4_in_ipv6_is_ipv4),
    };

    return cmocka_run_group_tests_name("os/addr", tests, NULL, NULL);
}
