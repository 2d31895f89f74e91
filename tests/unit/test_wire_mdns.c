/* test_wire_mdns.c -- packets as devices send them, and as attackers do. */
#include "support/test.h"

#include "wire/mdns.h"

static struct mdns_name name(const char *text)
{
    struct mdns_name n;

    assert_int_equal(eo_mdns_name(&n, text), 0);
    return n;
}

static const char *text_of(const struct mdns_name *n)
{
    static char space[MDNS_NAME_TEXT];
    struct text t;

    eo_text_init(&t, space, sizeof space);
    eo_mdns_add_text(&t, n);
    return space;
}

/* ---- names -------------------------------------------------------------- */

#define L63 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff123"

static const struct {
    const char *text;
    int len; /* on the wire; -1: refused */
    const char *back;
} NAMES[] = {
    {"kitchen.local", 15, "kitchen.local"},
    {"kitchen.local.", 15, "kitchen.local"},
    {"Kitchen", 9, "Kitchen"},
    {"my\\.lamp.local", 15, "my\\.lamp.local"},
    {"", -1, NULL},
    {".", -1, NULL},
    {".local", -1, NULL},
    {"a..local", -1, NULL},
    {L63 ".local", 71, L63 ".local"},
    {L63 "x.local", -1, NULL},
    {L63 "." L63 "." L63 "." L63, -1, NULL},
    {"tab\there", 10, "tab\\x09here"},
};

static void test_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        struct mdns_name n;
        const int rc = eo_mdns_name(&n, NAMES[i].text);

        assert_int_equal(rc == 0 ? n.len : -1, NAMES[i].len);
        if (rc == 0)
            assert_string_equal(text_of(&n), NAMES[i].back);
    }
}

static void test_names_compare_without_case(void **state)
{
    const struct mdns_name a = name("Kitchen.LOCAL"), b = name("kitchen.local"),
                           c = name("kitchen.locak"), s = name("_http._tcp");
    struct mdns_name lamp;
    size_t len;

    (void)state;
    assert_true(eo_mdns_same(&a, &b));
    assert_false(eo_mdns_same(&a, &c));
    assert_int_equal(eo_mdns_hash(&a), eo_mdns_hash(&b));
    assert_int_not_equal(eo_mdns_hash(&a), eo_mdns_hash(&c));
    assert_int_equal(eo_mdns_prefix(&lamp, "My. Lamp", 8, &s), 0);
    assert_true(eo_mdns_child(&lamp, &s));
    assert_false(eo_mdns_child(&s, &s));
    assert_false(eo_mdns_child(&lamp, &a));
    assert_string_equal(text_of(&lamp), "My\\. Lamp._http._tcp");
    assert_memory_equal(eo_mdns_first(&lamp, &len), "My. Lamp", 8);
    assert_int_equal(len, 8);
    assert_int_equal(eo_mdns_prefix(&lamp, L63 "x", 64, &s), -1);
    assert_int_equal(eo_mdns_prefix(&lamp, "", 0, &s), -1);
}

/* ---- reading ------------------------------------------------------------ */

#define ESPDEV "\x06" "espdev\x05local\x00"
#define REPLY1 "\x00\x00\x84\x00\x00\x00\x00\x01\x00\x00\x00\x00"

/* got: how many records come before the end; minus: before it is malformed. */
static const struct packet {
    const char *what;
    size_t len;
    const char *bytes;
    int got;
} PACKETS[] = {
#define P(what, bytes, got) {what, sizeof bytes - 1, bytes, got}
    P("one A",
      REPLY1 ESPDEV "\x00\x01\x80\x01\x00\x00\x00\x78\x00\x04\x0a\x4d\x00\x02",
      1),
    P("cut inside the address",
      REPLY1 ESPDEV "\x00\x01\x80\x01\x00\x00\x00\x78\x00\x04\x0a\x4d\x00", -1),
    P("an A of five bytes",
      REPLY1 ESPDEV "\x00\x01\x80\x01\x00\x00\x00\x78\x00\x05\x0a\x4d\x00\x02!",
      -1),
    P("an AAAA of four bytes",
      REPLY1 ESPDEV "\x00\x1c\x80\x01\x00\x00\x00\x78\x00\x04\x0a\x4d\x00\x02",
      -1),
    P("a name that points at itself", REPLY1 "\xc0\x0c\x00\x01\x00\x01", -1),
    P("a name that points forward", REPLY1 "\xc0\x20\x00\x01\x00\x01", -1),
    P("a name that points into the header", REPLY1 "\xc0\x04\x00\x01\x00\x01",
      -1),
    P("a pointer cut in half", REPLY1 "\xc0", -1),
    P("two names that point at each other",
      "\x00\x00\x84\x00\x00\x00\x00\x02\x00\x00\x00\x00"
      "\x01" "a\xc0\x10\x00" "\xc0\x0c",
      -1),
    P("a label with a reserved length", REPLY1 "\x40" ESPDEV, -1),
    P("a name without an end", REPLY1 "\x06" "espdev", -1),
    P("no records at all, whatever the counts say",
      "\x00\x00\x84\x00\xff\xff\xff\xff\xff\xff\xff\xff", -1),
    P("another class is passed over",
      "\x00\x00\x84\x00\x00\x00\x00\x02\x00\x00\x00\x00" ESPDEV
      "\x00\x01\x00\x03\x00\x00\x00\x78\x00\x01!" ESPDEV
      "\x00\x01\x00\x01\x00\x00\x00\x78\x00\x04\x0a\x4d\x00\x02",
      1),
    P("a record that is good, then one that is not",
      "\x00\x00\x84\x00\x00\x00\x00\x02\x00\x00\x00\x00" ESPDEV
      "\x00\x01\x00\x01\x00\x00\x00\x78\x00\x04\x0a\x4d\x00\x02\xc0",
      -2),
    P("a PTR whose name leaves its data",
      REPLY1 ESPDEV "\x00\x0c\x00\x01\x00\x00\x00\x78\x00\x03\x06" "espdev\x00",
      -1),
    P("a PTR with something behind its name",
      REPLY1 ESPDEV "\x00\x0c\x00\x01\x00\x00\x00\x78\x00\x03\xc0\x0c!", -1),
    P("an SRV too short for a port",
      REPLY1 ESPDEV "\x00\x21\x00\x01\x00\x00\x00\x78\x00\x05\x00\x00\x00\x00!",
      -1),
    P("a question and no answer",
      "\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00" ESPDEV
      "\x00\x01\x80\x01",
      1),
#undef P
};

static void test_packets(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof PACKETS / sizeof *PACKETS; i++) {
        uint8_t *bytes = exact(PACKETS[i].bytes, PACKETS[i].len);
        struct mdns_packet p;
        struct mdns_record rec;
        int n = 0, rc;

        assert_int_equal(eo_mdns_open(&p, bytes, PACKETS[i].len), 0);
        while ((rc = eo_mdns_next(&p, &rec)) == 1)
            n++;
        if ((rc < 0 ? -n - 1 : n) != PACKETS[i].got)
            fail_msg("%s: %d records, then %d", PACKETS[i].what, n, rc);
        assert_int_equal(eo_mdns_next(&p, &rec), 0);
        free(bytes);
    }
}

static void test_headers_that_are_none_of_ours(void **state)
{
    static const struct {
        size_t len;
        const char *bytes;
        int rc;
    } HEADERS[] = {
        {12, REPLY1, 0},
        {11, REPLY1, -1},
        {0, "", -1},
        {12, "\x00\x00\x88\x00\0\0\0\0\0\0\0\0", -1}, /* operation 1 */
        {12, "\x00\x00\x84\x03\0\0\0\0\0\0\0\0", -1}, /* "no such name" */
    };

    (void)state;
    for (size_t i = 0; i < sizeof HEADERS / sizeof *HEADERS; i++) {
        uint8_t *bytes = exact(HEADERS[i].bytes, HEADERS[i].len);
        struct mdns_packet p;

        assert_int_equal(eo_mdns_open(&p, bytes, HEADERS[i].len),
                         HEADERS[i].rc);
        free(bytes);
    }
}

/* Every prefix of a full answer is either read in part or refused. */
static void test_cut_anywhere(void **state)
{
    uint8_t space[512], data[64];
    struct mdns_writer w;
    struct mdns_record rec = {.section = MDNS_ANSWER, .type = MDNS_PTR};

    (void)state;
    rec.name = name("_arduino._tcp.local");
    rec.target = name("espdev._arduino._tcp.local");
    eo_mdns_begin(&w, space, sizeof space, 7, MDNS_REPLY);
    assert_true(eo_mdns_put(&w, &rec));
    rec = (struct mdns_record){.section = MDNS_ADDITIONAL, .type = MDNS_TXT};
    rec.name = name("espdev._arduino._tcp.local");
    rec.data = data;
    assert_true(eo_mdns_put_pair(data, &rec.len, sizeof data, "board=esp32"));
    assert_true(eo_mdns_put(&w, &rec));
    for (size_t len = 12; len <= eo_mdns_len(&w); len++) {
        uint8_t *bytes = exact(space, len);
        struct mdns_packet p;
        int n = 0, rc;

        assert_int_equal(eo_mdns_open(&p, bytes, len), 0);
        while ((rc = eo_mdns_next(&p, &rec)) == 1)
            n++;
        assert_true(len == eo_mdns_len(&w) ? n == 2 && rc == 0 : rc == -1);
        free(bytes);
    }
}

/* ---- writing ------------------------------------------------------------ */

/* What the test below has written. */
static void read_all(const uint8_t *space, size_t len, const uint8_t *txt,
                     const uint8_t v4[4])
{
    struct mdns_packet p;
    struct mdns_record got;

    assert_int_equal(eo_mdns_open(&p, space, len), 0);
    assert_int_equal(p.id, 0x1234);
    assert_int_equal(p.flags, MDNS_REPLY);
    assert_int_equal(eo_mdns_next(&p, &got), 1);
    assert_int_equal(got.section, MDNS_QUESTION);
    assert_true(got.top);
    assert_int_equal(eo_mdns_next(&p, &got), 1);
    assert_int_equal(got.ttl, 4500);
    assert_string_equal(text_of(&got.target), "kitchen._esphomelib._tcp.local");
    assert_int_equal(eo_mdns_next(&p, &got), 1);
    assert_int_equal(got.port, 6053);
    assert_string_equal(text_of(&got.target), "kitchen.local");
    assert_int_equal(eo_mdns_next(&p, &got), 1);
    assert_int_equal(got.type, MDNS_TXT);
    assert_memory_equal(got.data, txt, got.len);
    assert_int_equal(eo_mdns_next(&p, &got), 1);
    assert_string_equal(text_of(&got.name), "kitchen.local");
    assert_memory_equal(got.data, v4, 4);
    assert_int_equal(eo_mdns_next(&p, &got), 0);
}

static void test_what_is_written_is_read(void **state)
{
    static const uint8_t V4[4] = {10, 77, 0, 2};
    uint8_t space[512], data[64];
    struct mdns_writer w;
    struct mdns_record rec;
    size_t plain;

    (void)state;
    eo_mdns_begin(&w, space, sizeof space, 0x1234, MDNS_REPLY);
    rec = (struct mdns_record){
        .section = MDNS_QUESTION, .type = MDNS_PTR, .top = true};
    rec.name = name("_esphomelib._tcp.local");
    assert_true(eo_mdns_put(&w, &rec));
    rec.section = MDNS_ANSWER;
    rec.top = false;
    rec.ttl = 4500;
    rec.target = name("kitchen._esphomelib._tcp.local");
    plain = eo_mdns_len(&w);
    assert_true(eo_mdns_put(&w, &rec));
    /* a pointer, the ten fixed bytes, one label and a pointer */
    assert_int_equal(eo_mdns_len(&w) - plain, 2 + 10 + 8 + 2);

    rec = (struct mdns_record){.section = MDNS_ADDITIONAL,
                               .type = MDNS_SRV,
                               .top = true,
                               .ttl = 120,
                               .port = 6053};
    rec.name = name("kitchen._esphomelib._tcp.local");
    rec.target = name("kitchen.local");
    assert_true(eo_mdns_put(&w, &rec));
    rec.type = MDNS_TXT;
    rec.data = data;
    assert_true(eo_mdns_put_pair(data, &rec.len, sizeof data, "mac=02770a"));
    assert_true(eo_mdns_put_pair(data, &rec.len, sizeof data, "empty="));
    assert_true(eo_mdns_put_pair(data, &rec.len, sizeof data, "alone"));
    assert_true(eo_mdns_put(&w, &rec));
    rec.type = MDNS_A;
    rec.name = name("kitchen.local");
    rec.data = V4;
    rec.len = sizeof V4;
    assert_true(eo_mdns_put(&w, &rec));
    read_all(space, eo_mdns_len(&w), data, V4);
}

static void test_a_record_is_written_whole_or_not(void **state)
{
    struct mdns_record rec = {.section = MDNS_ANSWER, .type = MDNS_PTR};
    size_t whole;

    (void)state;
    rec.name = name("_arduino._tcp.local");
    rec.target = name("espdev._arduino._tcp.local");
    for (size_t cap = 12;; cap++) {
        uint8_t *space = malloc(cap);
        struct mdns_writer w;
        struct mdns_packet p;
        struct mdns_record got;
        bool done;

        assert_non_null(space);
        eo_mdns_begin(&w, space, cap, 0, MDNS_REPLY);
        done = eo_mdns_put(&w, &rec);
        whole = eo_mdns_len(&w);
        assert_int_equal(eo_mdns_open(&p, space, whole), 0);
        assert_int_equal(eo_mdns_next(&p, &got), done ? 1 : 0);
        assert_int_equal(whole, done ? cap : 12);
        free(space);
        if (done)
            break;
    }
}

static void test_pairs(void **state)
{
    static const char DATA[] = "\x00" "\x05" "board" "\x02=x" "\x04" "a=b="
                               "\x02" "e=" "\x09" "cut";
    uint8_t *bytes = exact(DATA, sizeof DATA - 1);
    struct reader r = eo_reader(bytes, sizeof DATA - 1);
    struct mdns_pair pair;

    (void)state;
    assert_true(eo_mdns_pair(&r, &pair));
    assert_int_equal(pair.key_len, 5);
    assert_null(pair.value);
    assert_true(eo_mdns_pair(&r, &pair));
    assert_int_equal(pair.key_len, 1);
    assert_int_equal(pair.value_len, 2);
    assert_memory_equal(pair.value, "b=", 2);
    assert_true(eo_mdns_pair(&r, &pair));
    assert_non_null(pair.value);
    assert_int_equal(pair.value_len, 0);
    assert_false(eo_mdns_pair(&r, &pair));
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_names_compare_without_case),
        cmocka_unit_test(test_packets),
        cmocka_unit_test(test_headers_that_are_none_of_ours),
        cmocka_unit_test(test_cut_anywhere),
        cmocka_unit_test(test_what_is_written_is_read),
        cmocka_unit_test(test_a_record_is_written_whole_or_not),
        cmocka_unit_test(test_pairs),
    };

    return cmocka_run_group_tests_name("wire/mdns", tests, NULL, NULL);
}
