/* test_base_device.c -- what people write for a device. */
#include "support/test.h"

#include <stdio.h>

#include "base/device.h"

static const struct row {
    const char *text;
    const char *expect; /* name|target|host|port|path, or what is wrong */
} ROWS[] = {
    {"kitchen", "|kitchen|kitchen|0|"},
    {"kitchen.local.", "|kitchen.local.|kitchen.local.|0|"},
    {"k\xc3\xbc" "che.local", "|k\xc3\xbc" "che.local|k\xc3\xbc" "che.local|0|"},
    {"node_7-a:8266", "|node_7-a:8266|node_7-a|8266|"},
    {"192.0.2.7:3232", "|192.0.2.7:3232|192.0.2.7|3232|"},
    {"attic=192.0.2.7", "attic|192.0.2.7|192.0.2.7|0|"},
    {"a:b=c:1", "a:b|c:1|c|1|"},
    {"\"front door\"=10.0.0.7:81", "front door|10.0.0.7:81|10.0.0.7|81|"},
    {"\"a=b\"=c", "a=b|c|c|0|"},
    {"\"kitchen.local\"", "|kitchen.local|kitchen.local|0|"},
    {"attic=\"10.0.0.7\"", "attic|10.0.0.7|10.0.0.7|0|"},
    {"::", "|::|::|0|"},
    {"::1", "|::1|::1|0|"},
    {"2001:db8::7", "|2001:db8::7|2001:db8::7|0|"},
    {"1:2:3:4:5:6:7:8", "|1:2:3:4:5:6:7:8|1:2:3:4:5:6:7:8|0|"},
    {"1::", "|1::|1::|0|"},
    {"::ffff:192.0.2.7", "|::ffff:192.0.2.7|::ffff:192.0.2.7|0|"},
    {"fe80::1%eth0", "|fe80::1%eth0|fe80::1%eth0|0|"},
    {"[fe80::1%wlan-1]:3232", "|[fe80::1%wlan-1]:3232|fe80::1%wlan-1|3232|"},
    {"x=[2001:db8::7]", "x|[2001:db8::7]|2001:db8::7|0|"},
    {"http://lamp", "|http://lamp|lamp|0|"},
    {"http://lamp/", "|http://lamp/|lamp|0|"},
    {"https://lamp:8443/update?a=b",
     "|https://lamp:8443/update?a=b|lamp|8443|/update?a=b"},
    {"shed=http://[::1]:8080/up", "shed|http://[::1]:8080/up|::1|8080|/up"},

    {"", "a device without a host"},
    {"attic=", "a device without a host"},
    {":80", "\":80\" cannot be a host"},
    {"=kitchen", "\"=kitchen\" cannot be a host"},
    {"-f", "\"-f\" cannot be a host"},
    {"--retry", "\"--retry\" cannot be a host"},
    {"kitchen:", "\"kitchen:\" has no valid port after its colon"},
    {"kitchen:0", "\"kitchen:0\" has no valid port after its colon"},
    {"kitchen:65536", "\"kitchen:65536\" has no valid port after its colon"},
    {"kitchen:81x", "\"kitchen:81x\" has no valid port after its colon"},
    {"[::1]:", "\"[::1]:\" has no valid port after its colon"},
    {"[::1]81", "\"[::1]81\" cannot be a host"},
    {"[::1", "\"[::1\" cannot be a host"},
    {"[kitchen]:81", "\"[kitchen]:81\" cannot be a host"},
    {"1:2:3", "\"1:2:3\" cannot be a host"},
    {"1::2::3", "\"1::2::3\" cannot be a host"},
    {":::", "\":::\" cannot be a host"},
    {"1:2:3:4:5:6:7:8:9", "\"1:2:3:4:5:6:7:8:9\" cannot be a host"},
    {"1:2:3:4:5:6:7:", "\"1:2:3:4:5:6:7:\" cannot be a host"},
    {"12345::", "\"12345::\" cannot be a host"},
    {"::ffff:192.0.2.256", "\"::ffff:192.0.2.256\" cannot be a host"},
    {"fe80::1%", "\"fe80::1%\" cannot be a host"},
    {"kitchen%eth0", "\"kitchen%eth0\" cannot be a host"},
    {"aa:bb:cc:dd:ee:ff",
     "\"aa:bb:cc:dd:ee:ff\" is a MAC address, which cannot be connected to"},
    {"a,b", "\"a,b\" cannot be a host"},
    {"192.0.2.1;192.0.2.2", "\"192.0.2.1;192.0.2.2\" cannot be a host"},
    {"the lamp", "\"the lamp\" cannot be a host"},
    {"the lamp=10.0.0.7", "\"the lamp=10.0.0.7\" cannot be a host"},
    {"lamp\x01", "\"lamp\\x01\" cannot be a host"},
    {"192.168.0.0/16", "\"192.168.0.0/16\" cannot be a host"},
    {"a..b", "\"a..b\" cannot be a host"},
    {"lamp-*", "\"lamp-*\" cannot be a host"},
    {"/dev/ttyACM3", "\"/dev/ttyACM3\" is a serial port"},
    {"COM12", "\"COM12\" is a serial port"},
    {"bench=com3", "\"com3\" is a serial port"},
    {"comet", "|comet|comet|0|"},
    {"http:///up", "\"http:///up\" cannot be a host"},
    {"http://lamp:x/", "\"http://lamp:x/\" has no valid port after its colon"},
    {"http://a b/", "\"http://a b/\" cannot be a host"},
    {"ftp://lamp", "\"ftp://lamp\" cannot be a host"},

    /* No word of a password. */
    {"http://me:secret@lamp/up", "user and password do not belong in a URL"},
    {"http://me:7/secret@lamp", "user and password do not belong in a URL"},
    {"ftp://me:secret@lamp", "\"...@lamp\" cannot be a host"},
    {"me:secret@lamp", "\"...@lamp\" cannot be a host"},
    {"lamp --auth=secret", "\"lamp ...\" cannot be a host"},
    {"lamp\t-a secret", "\"lamp ...\" cannot be a host"},
};

static void test_row(void **state)
{
    const struct row *r = *state;
    struct device_words d;
    struct espota_error err = {0};
    char got[400];

    if (eo_device_read(&d, r->text, &err) == 0) {
        snprintf(got, sizeof got, "%.*s|%.*s|%.*s|%u|%.*s", (int)d.name.len,
                 d.name.at, (int)d.target.len, d.target.at, (int)d.host.len,
                 d.host.at, d.port, (int)d.path.len, d.path.at);
        assert_string_equal(got, r->expect);
    } else {
        assert_int_equal(err.category, ESPOTA_E_USAGE);
        assert_string_equal(err.message, r->expect);
    }
}

static void test_length(void **state)
{
    char host[300];
    struct device_words d;
    struct espota_error err;

    (void)state;
    for (size_t len = 250; len < 258; len++) {
        for (size_t i = 0; i < len; i++)
            host[i] = i % 50 == 49 ? '.' : 'x';
        host[len - 1] = 'x';
        host[len] = '\0';
        assert_int_equal(eo_device_read(&d, host, &err), len <= 253 ? 0 : -1);
    }
    memset(host, 'x', 64);
    host[64] = '\0';
    assert_int_equal(eo_device_read(&d, host, &err), -1);
    assert_int_equal(eo_device_read(&d, host + 1, &err), 0);
}

int main(void)
{
    enum { N = sizeof ROWS / sizeof *ROWS };
    struct CMUnitTest tests[N + 1];

    for (size_t i = 0; i < N; i++)
        tests[i] = (struct CMUnitTest){.name = ROWS[i].text,
                                       .test_func = test_row,
                                       .initial_state = (void *)&ROWS[i]};
    tests[N] = (struct CMUnitTest)cmocka_unit_test(test_length);
    return cmocka_run_group_tests_name("base/device", tests, NULL, NULL);
}
