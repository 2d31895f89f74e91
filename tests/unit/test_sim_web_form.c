/* test_sim_web_form.c -- what the web servers in devices can read, and what
 * they cannot. */
#include "support/test.h"

#include <stdio.h>

#include "sim_web/form.h"

/* ---- heads --------------------------------------------------------------- */

static const struct {
    const char *bytes;
    size_t end;
} ENDS[] = {
    {"", 0},
    {"\r\n\r", 0},
    {"\r\n\r\n", 4},
    {"GET / HTTP/1.1\r\n", 0},
    {"GET / HTTP/1.1\r\n\r\n", 18},
    {"GET / HTTP/1.1\n\n", 0}, /* bare line feeds end nothing */
    {"a: b\r\n\r\nbody\r\n\r\n", 8},
};

static void test_where_a_head_ends(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS; i++) {
        const size_t len = strlen(ENDS[i].bytes);
        uint8_t *bytes = exact(ENDS[i].bytes, len);

        assert_int_equal(eo_sim_web_head_end(bytes, len), ENDS[i].end);
        free(bytes);
    }
}

static int read_head(struct web_head *h, const void *text, size_t len,
                     bool exactly)
{
    uint8_t *bytes = exact(text, len);
    const int rc = eo_sim_web_head_read(h, bytes, len, exactly);

    free(bytes);
    return rc;
}

#define START "POST /update HTTP/1.1\r\n"

static void test_a_head_of_ours(void **state)
{
    static const char HEAD[] = START "Host: lamp.local:80\r\n"
                                     "Origin: http://lamp.local\r\n"
                                     "Authorization: Basic eDp5\r\n"
                                     "Content-Length: 1234\r\n"
                                     "Content-Type: text/plain\r\n\r\n";

    (void)state;
    for (int exactly = 0; exactly < 2; exactly++) {
        struct web_head h;

        assert_int_equal(read_head(&h, HEAD, sizeof HEAD - 1, exactly), 0);
        assert_int_equal(h.len, sizeof HEAD - 1);
        assert_string_equal(h.method, "POST");
        assert_string_equal(h.target, "/update");
        assert_string_equal(h.version, "HTTP/1.1");
        assert_string_equal(h.host, "lamp.local:80");
        assert_string_equal(h.origin, "http://lamp.local");
        assert_string_equal(h.authorization, "Basic eDp5");
        assert_string_equal(h.content_type, "text/plain");
        assert_true(h.has_length);
        assert_int_equal(h.length, 1234);
        assert_false(h.expect);
        assert_false(h.chunked);
    }
}

/* One header each, read by a server that knows HTTP and by one that compares
 * letter by letter. */
static const struct {
    const char *header;
    const char *host, *host_exact;
    long long length, length_exact; /* -1: none */
} HEADERS[] = {
    {"Host: a", "a", "a", -1, -1},
    {"host: a", "a", "", -1, -1},
    {"HOST:a", "a", "", -1, -1},
    {"Host:a", "a", "", -1, -1},
    {"Host:   a", "a", "a", -1, -1},
    {"Host", "", "", -1, -1},
    {"Hosts: a", "", "", -1, -1},
    {"Content-Length: 0", "", "", 0, 0},
    {"content-length: 7", "", "", 7, -1},
    {"Content-Length: 4294967295", "", "", 4294967295, 4294967295},
    {"Content-Length: 4294967296", "", "", -1, -1},
    {"Content-Length: -1", "", "", -1, -1},
    {"Content-Length: 12 ", "", "", -1, -1},
    {"Content-Length: ", "", "", -1, -1},
};

static void test_how_a_header_is_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof HEADERS / sizeof *HEADERS; i++)
        for (int exactly = 0; exactly < 2; exactly++) {
            const long long length =
                exactly ? HEADERS[i].length_exact : HEADERS[i].length;
            struct web_head h;
            char text[200];

            snprintf(text, sizeof text, START "%s\r\n\r\n", HEADERS[i].header);
            assert_int_equal(read_head(&h, text, strlen(text), exactly), 0);
            assert_string_equal(h.host, exactly ? HEADERS[i].host_exact
                                                : HEADERS[i].host);
            assert_int_equal(h.has_length, length >= 0);
            if (length >= 0)
                assert_int_equal(h.length, length);
        }
}

static void test_what_a_small_server_cannot_do_is_noticed(void **state)
{
    struct web_head h;
    static const char BOTH[] = START "Expect: 100-continue\r\n"
                                     "transfer-encoding: chunked\r\n\r\n";

    (void)state;
    assert_int_equal(read_head(&h, BOTH, sizeof BOTH - 1, false), 0);
    assert_true(h.expect);
    assert_true(h.chunked);
}

static void test_no_request(void **state)
{
    static const char *const NONE[] = {
        "",
        "\r\n\r\n",
        "POST\r\n\r\n",
        "POST /update\r\n\r\n",
        "POST /update HTTP/2\r\n\r\n",
        "POST /update FTP/1.1\r\n\r\n",
        "POST  /update HTTP/1.1\r\n\r\n",
    };
    static const char NUL[] = "GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n";
    char big[WEB_HEAD_MAX + 1];
    struct web_head h;

    (void)state;
    for (size_t i = 0; i < sizeof NONE / sizeof *NONE; i++)
        assert_int_equal(read_head(&h, NONE[i], strlen(NONE[i]), false), -1);
    assert_int_equal(read_head(&h, NUL, sizeof NUL - 1, false), -1);

    memset(big, 'a', sizeof big);
    memcpy(big, START "x: ", strlen(START "x: "));
    memcpy(big + WEB_HEAD_MAX - 4, "\r\n\r\n", 4);
    assert_int_equal(read_head(&h, big, WEB_HEAD_MAX, false), 0);
    assert_int_equal(read_head(&h, big, sizeof big, false), -1);
}

/* ---- boundaries ---------------------------------------------------------- */

#define FORM "multipart/form-data; boundary="
#define LONG70 \
    "0123456789012345678901234567890123456789012345678901234567890123456789"

static const struct {
    const char *type, *boundary, *why; /* why NULL: read */
} BOUNDARIES[] = {
    {FORM "----espota-1a2B", "----espota-1a2B", NULL},
    {FORM LONG70, LONG70, NULL},
    {FORM LONG70 "x", NULL, "the boundary is too long"},
    {FORM, NULL, "the boundary is empty"},
    {FORM "\"quoted\"", NULL,
     "the boundary has more than letters, digits and dashes"},
    {FORM "a; charset=utf-8", NULL,
     "the boundary has more than letters, digits and dashes"},
    {FORM "a_b", NULL, "the boundary has more than letters, digits and dashes"},
    {"multipart/form-data", NULL, "the form has no boundary"},
    {"application/octet-stream", NULL, "the Content-Type is not a form's"},
    {"", NULL, "the Content-Type is not a form's"},
};

static void test_boundaries(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof BOUNDARIES / sizeof *BOUNDARIES; i++) {
        struct web_form f = {0};
        const char *why = eo_sim_web_form_boundary(&f, BOUNDARIES[i].type);
        char tail[96], wanted[96];

        if (BOUNDARIES[i].why != NULL) {
            assert_non_null(why);
            assert_string_equal(why, BOUNDARIES[i].why);
            continue;
        }
        assert_null(why);
        assert_string_equal(f.boundary, BOUNDARIES[i].boundary);
        snprintf(wanted, sizeof wanted, "\r\n--%s--\r\n", f.boundary);
        assert_int_equal(eo_sim_web_form_tail(&f, tail), strlen(wanted));
        assert_string_equal(tail, wanted);
    }
}

/* ---- parts --------------------------------------------------------------- */

#define CD "Content-Disposition: form-data; "
#define CT "Content-Type: application/octet-stream\r\n"
#define LONG64 \
    "0123456789012345678901234567890123456789012345678901234567890123"

static const struct {
    const char *body;
    const char *name; /* NULL: not read */
    bool file;
    const char *why;
} PARTS[] = {
    {"--b\r\n" CD "name=\"update\"; filename=\"a.bin\"\r\n" CT "\r\n",
     "update", true, NULL},
    {"--b\r\n" CD "name=\"update\"; filename=\"a.bin\"\r\n\r\n", "update",
     true, NULL},
    {"--b\r\n" CD "name=\"update\"; filename=\"\"\r\n\r\n", "update", false,
     NULL},
    {"--b\r\n" CD "name=\"v\"\r\n\r\n", "v", false, NULL},
    {"--c\r\n" CD "name=\"v\"\r\n\r\n", NULL, false,
     "the body does not begin with its boundary"},
    {"b\r\n" CD "name=\"v\"\r\n\r\n", NULL, false,
     "the body does not begin with its boundary"},
    {"preamble\r\n--b\r\n" CD "name=\"v\"\r\n\r\n", NULL, false,
     "the body does not begin with its boundary"},
    {"--b\r\n" CT CD "name=\"v\"\r\n\r\n", NULL, false,
     "Content-Disposition is not the first line of the part"},
    {"--b\r\ncontent-disposition: form-data; name=\"v\"\r\n\r\n", NULL, false,
     "Content-Disposition is not the first line of the part"},
    {"--b\r\n" CD "filename=\"a\"; name=\"v\"\r\n\r\n", NULL, false,
     "the part has no name where it belongs"},
    {"--b\r\n" CD "name=v\r\n\r\n", NULL, false,
     "the part has no name where it belongs"},
    {"--b\r\n" CD "name:\"v\"\r\n\r\n", NULL, false,
     "the part has no name where it belongs"},
    {"--b\r\n" CD "name=\"v\r\n\r\n", NULL, false,
     "the part has no name where it belongs"},
    {"--b\r\n" CD "name=\"" LONG64 "\"\r\n\r\n", NULL, false,
     "the part has no name where it belongs"},
    {"--b\r\n" CD "name=\"v\"; filename=a\r\n\r\n", NULL, false,
     "the file name is not where it belongs"},
    {"--b\r\n" CD "name=\"v\"; filename=\"" LONG64 "\"\r\n\r\n", NULL, false,
     "the file name is not where it belongs"},
    {"--b\r\n" CD "name=\"v\";filename=\"a\"\r\n\r\n", NULL, false,
     "there is more behind the file name"},
    {"--b\r\n" CD "name=\"v\"; filename=\"a\"; x=\"y\"\r\n\r\n", NULL, false,
     "there is more behind the file name"},
    {"--b\r\n" CD "name=\"v\"\r\nX-Note: a\r\n\r\n", NULL, false,
     "the second line of the part is not a Content-Type"},
    {"--b\r\n" CD "name=\"v\"\r\nContent-Type:a/b\r\n\r\n", NULL, false,
     "the second line of the part is not a Content-Type"},
    {"--b\r\n" CD "name=\"v\"\r\nContent-Type:  a/b\r\n\r\n", NULL, false,
     "the second line of the part is not a Content-Type"},
    {"--b\r\n" CD "name=\"v\"\r\n" CT "X-Note: a\r\n\r\n", NULL, false,
     "the part has too many lines"},
};

/* Where it ends is known at the last byte of the head and not before; what
 * follows is the file's. */
static void test_parts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof PARTS / sizeof *PARTS; i++) {
        const size_t len = strlen(PARTS[i].body);
        const char *why;

        for (size_t n = 0; n <= len; n++) {
            struct web_form f = {.boundary = "b"};
            uint8_t *bytes = exact(PARTS[i].body, n);
            const int rc = eo_sim_web_form_read(&f, bytes, n, &why);

            free(bytes);
            if (n < len) {
                assert_int_equal(rc, 0);
                assert_null(why);
            } else if (PARTS[i].why != NULL) {
                assert_int_equal(rc, -1);
                assert_string_equal(why, PARTS[i].why);
            } else {
                assert_int_equal(rc, 1);
                assert_null(why);
                assert_string_equal(f.name, PARTS[i].name);
                assert_int_equal(f.file, PARTS[i].file);
                assert_int_equal(f.head_len, len);
            }
        }
    }
}

static void test_a_part_without_an_end(void **state)
{
    struct web_form f = {.boundary = "b"};
    const char *why;
    uint8_t big[WEB_HEAD_MAX + 64];

    (void)state;
    memset(big, 'x', sizeof big);
    assert_int_equal(eo_sim_web_form_read(&f, big, WEB_HEAD_MAX / 2 - 1, &why),
                     0);
    assert_null(why);
    assert_int_equal(eo_sim_web_form_read(&f, big, WEB_HEAD_MAX / 2, &why), -1);
    assert_string_equal(why, "the part has no end of its head");
    memcpy(big + sizeof big - 4, "\r\n\r\n", 4); /* an end, and too far */
    assert_int_equal(eo_sim_web_form_read(&f, big, sizeof big, &why), -1);
    assert_string_equal(why, "the part has no end of its head");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_where_a_head_ends),
        cmocka_unit_test(test_a_head_of_ours),
        cmocka_unit_test(test_how_a_header_is_written),
        cmocka_unit_test(test_what_a_small_server_cannot_do_is_noticed),
        cmocka_unit_test(test_no_request),
        cmocka_unit_test(test_boundaries),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_a_part_without_an_end),
    };

    return cmocka_run_group_tests_name("sim_web/form", tests, NULL, NULL);
}
