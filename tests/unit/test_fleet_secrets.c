/* test_fleet_secrets.c -- whatever becomes of an encrypted upload, its key is
 * gone from memory when the job says that it ended. */
#include "support/test.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <espota/espota.h>

#include "base/mem.h"
#include "os/sock.h"
#include "sim_esphome/noise.h"
#include "support/memory.h"

enum { KEY, PASSWORD, OTHER_KEY };
enum { IMAGE_LEN = 3000 };

/* ---- a device in a process of its own ------------------------------------ */

/* How far it goes. */
enum stage { TO_THE_END, ANOTHER_KEY, INTO_THE_DATA, SILENT_THERE };

static void get(int fd, void *out, size_t len)
{
    uint8_t *at = out;

    while (len > 0) {
        const ssize_t n = read(fd, at, len);

        if (n <= 0)
            _exit(1);
        at += n;
        len -= (size_t)n;
    }
}

static void put(int fd, const void *bytes, size_t len)
{
    if (write(fd, bytes, len) != (ssize_t)len)
        _exit(1);
}

static void get_frame(int fd, struct sim_noise *s)
{
    uint8_t frame[NOISE_HEAD + NOISE_SEALED_MAX];
    size_t len;

    get(fd, frame, NOISE_HEAD);
    len = (size_t)(frame[1] << 8 | frame[2]);
    if (len > NOISE_SEALED_MAX)
        _exit(1);
    get(fd, frame + NOISE_HEAD, len);
    if (eo_sim_noise_open(s, frame + NOISE_HEAD, len) < 0)
        _exit(1);
}

static void put_byte(int fd, struct sim_noise *s, uint8_t byte)
{
    uint8_t frame[NOISE_HEAD + 1 + NOISE_TAG];

    put(fd, frame, eo_sim_noise_seal(s, &byte, 1, frame));
}

static void be_device(int fd, enum stage stage)
{
    static const char REJECT[] = "\1\0\x16\1Handshake MAC failure";
    uint8_t spoken[SIM_NOISE_SPOKEN] = {0}, client[52], answer[52] = {1, 0, 49};
    char key[SECRET_LEN + 1], own[SECRET_LEN + 1] = "an ephemeral key";
    struct sim_noise s;

    secret_make(stage == ANOTHER_KEY ? OTHER_KEY : KEY, key);
    get(fd, spoken, 5);
    get(fd, spoken + 7, 1);
    memcpy(spoken + 5, "\0\2", 2);
    memcpy(spoken + 8, "\x48\x04", 2);
    put(fd, "\0\2\x48\x04", 4);
    get(fd, client, sizeof client);
    if (eo_sim_noise_greet(&s, (uint8_t *)key, spoken, (uint8_t *)own,
                           client + 4, answer + 4) != 0) {
        put(fd, REJECT, sizeof REJECT - 1);
        return;
    }
    put(fd, answer, sizeof answer);
    put_byte(fd, &s, 0x41);
    get_frame(fd, &s); /* type */
    get_frame(fd, &s); /* size */
    put_byte(fd, &s, 0x42);
    get_frame(fd, &s); /* MD5 */
    put_byte(fd, &s, 0x43);
    get_frame(fd, &s);
    if (stage == SILENT_THERE)
        pause();
    if (stage == INTO_THE_DATA)
        return;
    for (size_t left = IMAGE_LEN - NOISE_PLAIN_MAX; left > 0;
         left -= left < NOISE_PLAIN_MAX ? left : NOISE_PLAIN_MAX)
        get_frame(fd, &s);
    put_byte(fd, &s, 0x47);
    put_byte(fd, &s, 0x44);
    put_byte(fd, &s, 0x45);
    get_frame(fd, &s);
}

static pid_t start_device(enum stage stage, uint16_t *port)
{
    struct addr a;
    int listener;
    pid_t pid;

    assert_int_equal(eo_addr_parse(&a, "127.0.0.1"), 0);
    listener = eo_tcp_listen(&a, 1);
    assert_true(listener >= 0);
    assert_int_equal(eo_sock_local(listener, &a), 0);
    *port = eo_addr_port(&a);
    pid = fork();
    if (pid == 0) {
        int fd;

        alarm(20);
        while ((fd = accept(listener, NULL, NULL)) < 0)
            usleep(1000);
        fcntl(fd, F_SETFL, 0); /* some systems hand down the listener's */
        be_device(fd, stage);
        _exit(0);
    }
    assert_true(pid > 0);
    close(listener);
    return pid;
}

/* ---- the rows ------------------------------------------------------------ */

static const struct row {
    const char *name;
    enum stage stage;
    enum espota_category category;
    bool cancel; /* as soon as there are data */
} ROWS[] = {
    {"updated", TO_THE_END, ESPOTA_E_OK, false},
    {"another key", ANOTHER_KEY, ESPOTA_E_AUTH, false},
    {"closed with every byte", INTO_THE_DATA, ESPOTA_E_UNKNOWN, false},
    {"cancelled with every byte", SILENT_THERE, ESPOTA_E_INTERRUPTED,
     true},
};

struct seen {
    const struct row *row;
    struct espota_fleet *fleet;
    bool can_look, ended;
    int while_it_ran, key_left, password_left;
    enum espota_category category;
};

static void on_event(void *ctx, const struct espota_event *e)
{
    struct seen *s = ctx;

    if (e->kind == ESPOTA_EVENT_PROGRESS && e->done == 0)
        s->while_it_ran = secret_left(KEY);
    if (e->kind == ESPOTA_EVENT_PHASE && e->phase == ESPOTA_PHASE_DATA &&
        s->row->cancel)
        espota_fleet_cancel(s->fleet, -1);
    if (e->kind != ESPOTA_EVENT_END)
        return;
    s->ended = true;
    s->category = e->result->error->category;
    s->key_left = secret_left(KEY);
    s->password_left = secret_left(PASSWORD);
}

static void add(struct espota_fleet *f, const struct espota_image *img,
                uint16_t port)
{
    char key[SECRET_BASE64 + 1], password[SECRET_LEN + 1];
    const char *const passwords[] = {password};

    secret_make_base64(KEY, key);
    secret_make(PASSWORD, password);
    assert_int_equal(
        espota_fleet_add(f, img,
                         &ESPOTA_TARGET(.host = "127.0.0.1", .port = port,
                                        .protocol = "esphome",
                                        .passwords = passwords,
                                        .n_passwords = 1, .key = key,
                                        .stall_ms = 10000, .force = true),
                         NULL),
        0);
    eo_wipe(key, sizeof key);
    eo_wipe(password, sizeof password);
}

static void test_row(void **state)
{
    static const uint8_t IMAGE[IMAGE_LEN] = {0xe9};
    struct seen seen = {.row = *state};
    const struct espota_fleet_config config =
        ESPOTA_FLEET_CONFIG(.on_event = on_event, .on_event_ctx = &seen);
    struct espota_loop *loop;
    struct espota_image *img;
    uint16_t port;
    const pid_t device = start_device(seen.row->stage, &port);

    seen.can_look = secret_left(KEY) >= 0;
    assert_int_equal(espota_image_wrap(&img, IMAGE, sizeof IMAGE,
                                       ESPOTA_COMPRESS_NEVER, NULL),
                     0);
    assert_int_equal(espota_loop_new(&loop, NULL), 0);
    assert_int_equal(espota_fleet_new(&seen.fleet, loop, &config, NULL), 0);
    add(seen.fleet, img, port);
    assert_int_equal(espota_loop_run(loop, -1, NULL), ESPOTA_LOOP_DONE);
    kill(device, SIGKILL);
    waitpid(device, NULL, 0);
    assert_true(seen.ended);
    if (seen.category != seen.row->category)
        fail_msg("%s, not %s", espota_category_name(seen.category),
                 espota_category_name(seen.row->category));
    espota_fleet_free(seen.fleet);
    espota_loop_free(loop);
    espota_image_free(img);
    if (!seen.can_look) {
        print_message("skip: this system or build cannot look at its memory\n");
        skip();
    }
    if (seen.row->stage != ANOTHER_KEY)
        assert_true(seen.while_it_ran > 0); /* it does look */
    assert_int_equal(seen.key_left, 0);
    assert_int_equal(seen.password_left, 0);
}

int main(void)
{
    enum { N = sizeof ROWS / sizeof *ROWS };
    struct CMUnitTest tests[N];

    for (size_t i = 0; i < N; i++)
        tests[i] = (struct CMUnitTest){
            .name = ROWS[i].name,
            .test_func = test_row,
            .initial_state = (void *)&ROWS[i],
        };
    return cmocka_run_group_tests_name("fleet/secrets", tests, NULL, NULL);
}
