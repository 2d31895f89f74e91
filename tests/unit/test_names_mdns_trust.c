/* test_names_mdns_trust.c -- whose answers are a neighbour's: what devices send is
 * believed, what a router may have handed on is not. */
#include "support/test.h"

#include "names/mdns_trust.h"

enum { ID = 0x1234, OTHER = 0x4321 };

static const struct row {
    const char *what;
    struct mdns_arrival a;
    bool trusted;
} ROWS[] = {
    /* from port, to the group, to the asker, hops, id, asked id */
    {"to all, as it should be", {5353, true, false, 255, 0, ID}, true},
    {"to all, by an old ESP8266", {5353, true, false, 1, 0, ID}, true},
    {"to all, with any id", {5353, true, false, 255, OTHER, ID}, true},
    {"to all, one router away", {5353, true, false, 254, 0, ID}, false},
    {"to all, from somewhere", {5353, true, false, 64, 0, ID}, false},
    {"to us, by Avahi", {5353, false, true, 255, ID, ID}, true},
    {"to us, by an ESP-IDF device", {5353, false, true, 64, ID, ID}, true},
    {"to us, with a limit of 128", {5353, false, true, 128, ID, ID}, true},
    {"to us, without an id", {5353, false, true, 255, 0, ID}, true},
    {"to us, from anywhere, without an id",
     {5353, false, true, 64, 0, ID}, false},
    {"to us, one router away, without an id",
     {5353, false, true, 254, 0, ID}, false},
    {"to us, another's id", {5353, false, true, 255, OTHER, ID}, false},
    {"to us, a guess", {5353, false, true, 64, OTHER, ID}, false},
    {"to us alone, but to the port of all",
     {5353, false, false, 64, ID, ID}, false},
    {"to us alone, to the port of all, by a neighbour",
     {5353, false, false, 255, 0, ID}, true},
    {"from another port", {5354, false, true, 255, ID, ID}, false},
    {"to all, from another port", {53, true, false, 255, 0, ID}, false},
    {"where the system tells no hops", {5353, true, false, -1, 0, ID}, true},
    {"where it tells none, another's id",
     {5353, false, true, -1, OTHER, ID}, false},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
        if (eo_mdns_trusts(&ROWS[i].a) != ROWS[i].trusted)
            fail_msg("%s", ROWS[i].what);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
    };

    return cmocka_run_group_tests_name("names/mdns_trust", tests, NULL, NULL);
}
