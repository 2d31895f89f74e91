/* test_sim_pull_ask.c -- what a simulated device that fetches is told to fetch.
 */
#include "support/test.h"

#include "sim_pull/ask.h"

static const struct row {
    const char *url;
    const char *addr, *host, *path; /* addr NULL: refused */
} URLS[] = {
    {"http://192.0.2.7:8080/a/fw.bin", "192.0.2.7:8080", "192.0.2.7:8080",
     "/a/fw.bin"},
    {"http://192.0.2.7", "192.0.2.7:80", "192.0.2.7", "/"},
    {"http://localhost:1/x", "127.0.0.1:1", "localhost:1", "/x"},
    {"http://[2001:db8::1]:8080/x", "[2001:db8::1]:8080",
     "[2001:db8::1]:8080", "/x"},
    {"http://[2001:db8::1]", "[2001:db8::1]:80", "[2001:db8::1]", "/"},
    {"http://[2001:db8::1/x]:80", NULL, NULL, NULL}, /* ends in the path */
    {"http://[/x]", NULL, NULL, NULL},
    {"http://[", NULL, NULL, NULL},
    {"http://:80/", NULL, NULL, NULL},
    {"http://192.0.2.7:/", NULL, NULL, NULL},
    {"http://192.0.2.7:65536/", NULL, NULL, NULL},
    {"http://kitchen.local/", NULL, NULL, NULL},
    {"ftp://192.0.2.7/", NULL, NULL, NULL},
    {"", NULL, NULL, NULL},
};

static void test_urls(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof URLS / sizeof *URLS; i++) {
        char *url = (char *)exact(URLS[i].url, strlen(URLS[i].url) + 1);
        struct pull_config c = {.url = url};
        struct espota_error err = {0};
        char addr[ADDR_TEXT];

        if (URLS[i].addr == NULL) {
            assert_int_equal(eo_sim_pull_url(&c, &err), -1);
            assert_int_equal(err.category, ESPOTA_E_USAGE);
        } else {
            assert_int_equal(eo_sim_pull_url(&c, &err), 0);
            eo_addr_text(&c.addr, true, addr);
            assert_string_equal(addr, URLS[i].addr);
            assert_string_equal(c.host, URLS[i].host);
            assert_string_equal(c.path, URLS[i].path);
        }
        free(url);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_urls),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
