/* test_api_serve.c -- one status per answer: what is sent, what is told of it, and
 * what is counted are the same, whatever memory there is. */
#include "support/test.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <espota/serve.h>

#include "support/forge.h"

#include "base/mem.h"
#include "base/str.h"
#include "net/loop.h"
#include "os/clock.h"
#include "os/sock.h"
#include "serve/httpd.h"

#ifdef EO_WITH_HTTP_SERVE

enum { SIZE = 20000, LIMIT_MS = 20000 };

static char app[] = "/tmp/espota-app-XXXXXX", files[] = "/tmp/espota-fs-XXXXXX";

/* What was told last. */
static struct told {
    int status;         /* of the request; 0: nothing */
    char file[100];
    bool image, ended, complete;
    size_t total, offset, size;
} told;

static void on_event(void *ctx, const struct espota_serve_event *ev)
{
    (void)ctx;
    if (ev->kind == ESPOTA_SERVE_REQUEST) {
        told = (struct told){.status = ev->status,
                             .image = ev->image,
                             .total = ev->total,
                             .offset = ev->offset,
                             .size = ev->size};
        snprintf(told.file, sizeof told.file, "%s",
                 ev->file != NULL ? ev->file : "");
    }
    if (ev->kind == ESPOTA_SERVE_END) {
        assert_int_equal(ev->status, told.status);
        assert_string_equal(ev->file, told.file);
        assert_int_equal(ev->total, told.total);
        told.ended = true;
        told.complete = ev->complete;
    }
}

static struct espota_loop *loop;

static struct espota_server *open_server(const char *const *paths, size_t n)
{
    struct espota_server *s = NULL;
    struct espota_error err;

    loop = eo_loop_new();
    assert_non_null(loop);
    if (espota_server_new(
            &s, loop,
            &ESPOTA_SERVE_CONFIG(.bind = "127.0.0.1", .files = paths,
                                 .n_files = n, .version = "7", .user = "u",
                                 .password = "p", .max_repeats = 3,
                                 .on_event = on_event),
            &err) != 0)
        fail_msg("%s", err.message);
    return s;
}

static void close_server(struct espota_server *s)
{
    espota_server_free(s);
    espota_loop_free(loop);
}

static void turn(void)
{
    struct espota_fd fds[64];
    struct pollfd polls[64];
    size_t n = espota_loop_fds(loop, fds, 64);

    assert_true(n <= 64);
    for (size_t i = 0; i < n; i++)
        polls[i] = (struct pollfd){
            .fd = fds[i].fd,
            .events = (short)((fds[i].want & ESPOTA_READ ? POLLIN : 0) |
                              (fds[i].want & ESPOTA_WRITE ? POLLOUT : 0))};
    poll(polls, (nfds_t)n, 5);
    for (size_t i = 0; i < n; i++)
        fds[i].ready =
            (uint8_t)((polls[i].revents & ~POLLOUT ? ESPOTA_READ : 0) |
                      (polls[i].revents & POLLOUT ? ESPOTA_WRITE : 0));
    espota_loop_process(loop, fds, n);
}

/* All that is sent in answer until the connection ends; allocation number
 * fails (0: none) fails meanwhile.  Gives the status, 0: none came. */
static int get(struct espota_server *s, const char *request,
               unsigned long fails, char answer[4096], size_t *body)
{
    const uint64_t end = eo_monotonic_ms() + LIMIT_MS;
    struct addr at;
    char bytes[8192];
    size_t n = 0, sent = 0;
    ssize_t got = -1;
    const char *head;
    int fd, status = 0;

    assert_int_equal(eo_addr_parse(&at, "127.0.0.1"), 0);
    eo_addr_set_port(&at, espota_server_port(s));
    fd = eo_tcp_connect(&at, NULL);
    assert_true(fd >= 0);
    told = (struct told){.status = 0};
    memset(answer, 0, 4096);
    eo_alloc_fail_at(fails, 0);
    while (got != 0 && eo_monotonic_ms() < end) {
        turn();
        if (sent < strlen(request)) {
            const ssize_t k =
                eo_send(fd, request + sent, strlen(request) - sent);

            sent += k > 0 ? (size_t)k : 0;
        }
        while ((got = eo_recv(fd, bytes, sizeof bytes)) > 0)
            for (ssize_t i = 0; i < got; i++, n++)
                if (n < 4095)
                    answer[n] = bytes[i];
        if (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK &&
            errno != ENOTCONN)
            break; /* reset */
    }
    eo_alloc_fail_at(0, 0);
    close(fd);
    while (espota_server_busy(s) > 0 && eo_monotonic_ms() < end)
        turn();
    assert_int_equal(espota_server_busy(s), 0);
    head = strstr(answer, "\r\n\r\n");
    *body = head != NULL ? n - (size_t)(head - answer) - 4 : 0;
    if (head != NULL)
        assert_int_equal(sscanf(answer, "HTTP/1.1 %d", &status), 1);
    return status;
}

#define BASIC "Connection: close\r\nAuthorization: "
#define LOGIN BASIC "Basic dTpw\r\n"
#define GET(headers) "GET / HTTP/1.1\r\nHost: a\r\n" headers "\r\n"
#define MAC "x-ESP8266-STA-MAC: AA:BB:CC:00:00:01\r\n"

/* ---- what is told is what is sent --------------------------------------------- */

static const char *base(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

static void test_what_is_told_is_what_is_sent(void **state)
{
    const struct {
        const char *request;
        int status;
        const char *file; /* "": none */
        size_t body, offset;
        unsigned taken;
    } ROWS[] = {
        {GET(LOGIN), 200, app, SIZE, 0, 1},
        {GET(LOGIN "x-ESP8266-mode: spiffs\r\n"), 200, files, 12288, 0, 1},
        {GET(LOGIN "x-ESP8266-mode: version\r\n"), 200, app, 0, 0, 0},
        {"HEAD / HTTP/1.1\r\nHost: a\r\n" LOGIN "\r\n", 200, app, 0, 0, 0},
        {GET(LOGIN "Range: bytes=19000-\r\n"), 206, app, 1000, 19000, 1},
        {GET(LOGIN "Range: bytes=0-999\r\n"), 206, app, 1000, 0, 0},
        {GET(LOGIN "Range: bytes=20000-\r\n"), 416, app, 0, 0, 0},
        {GET(LOGIN "If-None-Match: *\r\n"), 304, app, 0, 0, 0},
        {GET(LOGIN "x-ESP8266-version: 7\r\n"), 304, app, 0, 0, 0},
        {GET(LOGIN "x-ESP8266-mode: spiffs\r\nx-ESP8266-version: 7\r\n"), 304,
         files, 0, 0, 0},
        {GET(LOGIN "x-ESP8266-free-space: 1\r\n"), 404, app, 0, 0, 0},
        {GET(LOGIN "x-ESP8266-mode: x\r\n"), 404, "", 0, 0, 0},
        {GET(LOGIN "x-ESP8266-chip-size: x\r\n"), 400, "", 0, 0, 0},
        {GET(BASIC "Basic dTpx\r\n"), 401, "", 0, 0, 0},
        {GET(BASIC "bASIC  dTpw\r\n"), 200, app, SIZE, 0, 1},
        {GET(BASIC "Bearer dTpw\r\n"), 401, "", 0, 0, 0},
    };
    const char *const paths[] = {app, files};
    struct espota_server *s = open_server(paths, 2);
    unsigned taken = 0;

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        char answer[4096];
        size_t body;
        const int status = get(s, ROWS[i].request, 0, answer, &body);

        if (status != ROWS[i].status || told.status != status ||
            body != ROWS[i].body ||
            strcmp(base(told.file), base(ROWS[i].file)) != 0 ||
            told.offset != ROWS[i].offset || told.image != (body > 0))
            fail_msg("row %zu: sent %d and %zu bytes, told %d of \"%s\"", i,
                     status, body, told.status, told.file);
        assert_int_equal(told.ended, body > 0);
        assert_int_equal(told.complete, body > 0);
        taken += ROWS[i].taken;
        assert_int_equal(espota_server_taken(s), taken);
        if (status == 206)
            assert_int_equal(told.size, SIZE);
    }
    close_server(s);
}

/* Only a filesystem: it is told when that is given, and firmware is not. */
static void test_a_filesystem_alone(void **state)
{
    const char *const paths[] = {files};
    struct espota_server *s = open_server(paths, 1);
    char answer[4096];
    size_t body;

    (void)state;
    if (get(s, GET(LOGIN "x-ESP8266-mode: spiffs\r\n"), 0, answer, &body) != 200)
        fail_msg("%s", answer);
    assert_string_equal(told.file, files);
    assert_int_equal(
        get(s, GET(LOGIN "x-ESP8266-mode: sketch\r\n"), 0, answer, &body), 404);
    assert_string_equal(told.file, "");
    close_server(s);
}

/* ---- out of memory -------------------------------------------------------------- */

static void test_never_200_with_nothing(void **state)
{
    static const char *const TARGETS[] = {"/", "/x.bin.md5", "/x.json"};
    const char *const paths[] = {app};
    unsigned refused = 0;

    (void)state;
    for (size_t i = 0; i < sizeof TARGETS / sizeof *TARGETS; i++)
        for (unsigned long n = 1; n < 20; n++) {
            struct espota_server *s = open_server(paths, 1);
            char answer[4096], request[200];
            size_t body;
            int status;

            snprintf(request, sizeof request,
                     "GET %s HTTP/1.1\r\nHost: a\r\n" LOGIN MAC "\r\n",
                     TARGETS[i]);
            status = get(s, request, n, answer, &body);
            if (status == 200 && body != told.total &&
                body != strlen("d41d8cd98f00b204e9800998ecf8427e") &&
                strstr(answer, "\"builds\"") == NULL)
                fail_msg("%s, allocation %lu: 200 and %zu bytes", TARGETS[i],
                         n, body);
            if (status != 0)
                assert_int_equal(told.status, status);
            if (status == 503)
                refused++;
            assert_int_equal(espota_server_taken(s),
                             i == 0 && status == 200 && body == SIZE);
            close_server(s);
        }
    assert_true(refused > 0);
}

/* ---- circles ---------------------------------------------------------------------- */

static void test_a_device_is_not_kept_from_its_update(void **state)
{
    const char *const paths[] = {app};
    struct espota_server *s = open_server(paths, 1);
    char answer[4096];
    size_t body;

    (void)state;
    for (int i = 0; i < 3; i++)
        assert_int_equal(get(s, GET(LOGIN MAC), 0, answer, &body), 200);
    assert_int_equal(get(s, GET(LOGIN MAC), 0, answer, &body), 304);
    for (int i = 0; i < 3; i++)
        assert_int_equal(get(s, GET(LOGIN MAC "x-ESP8266-version: 6\r\n"), 0,
                             answer, &body), 200);
    assert_int_equal(get(s, GET(LOGIN MAC "x-ESP8266-version: 6\r\n"), 0,
                         answer, &body), 304);
    assert_int_equal(get(s, GET(LOGIN MAC "x-ESP8266-version: 5\r\n"), 0,
                         answer, &body), 200);
    close_server(s);
}

static int write_file(char *path, const void *bytes, size_t size)
{
    const int fd = mkstemp(path);

    return fd >= 0 && write(fd, bytes, size) == (ssize_t)size ? close(fd) : -1;
}

static int prepare(void **state)
{
    static const char APP[SIZE] = "no firmware that is known";
    static struct forged forged;

    (void)state;
    forge_littlefs(&forged, 4096, 3);
    return write_file(app, APP, SIZE) |
           write_file(files, forged.bytes, forged.len);
}

static int clean_up(void **state)
{
    (void)state;
    return unlink(app) | unlink(files);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_told_is_what_is_sent),
        cmocka_unit_test(test_a_filesystem_alone),
        cmocka_unit_test(test_never_200_with_nothing),
        cmocka_unit_test(test_a_device_is_not_kept_from_its_update),
    };

    return cmocka_run_group_tests_name("api/serve", tests, prepare, clean_up);
}

#else

int main(void)
{
    return 0;
}

#endif
