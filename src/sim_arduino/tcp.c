/* tcp.c -- a simulated ArduinoOTA device after it has called back: it reads,
 * writes its flash, sends counts, and says how it ended.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "sim_arduino/device.h"

enum {
    ROUND_MAX = 4096,
    SILENCE_MS = 1000, /* _ota_timeout of an ESP32 */
    SILENCES = 4,      /* the count is repeated for three of them */
    SPLIT_MS = 2,
    STRANGER_MS = 100,
    LINGER_MS = 5000
};

#define STRANGER "127.0.0.9"

struct arduino_update {
    struct arduino_device *d;
    const struct arduino_config *c;
    const struct arduino_core *core;
    int fd, stranger;
    struct watch *watch;
    struct timer timer;   /* the next action of the device */
    struct timer silence; /* how long the host is silent */
    bool connected, flashing, all, failed;
    struct flash flash;
    struct flash_result stored;
    size_t received, round;
    unsigned rounds, silences, half_closes;
    char count[24];         /* the latest one sent */
    char say[ARDUINO_TEXT_MAX];
    size_t said;
    char words[ARDUINO_TEXT_MAX]; /* for a failure; "": none */
    uint64_t began_ms, first_ms, all_ms;
};

static struct espota_loop *loop(const struct arduino_update *u)
{
    return u->d->base.sim->loop;
}

static void after(struct arduino_update *u, uint64_t ms, void (*fn)(void *))
{
    eo_timer_start(loop(u), &u->timer, ms, fn, u);
}

static bool faulty(const struct arduino_update *u, enum arduino_fault f)
{
    return eo_sim_arduino_faulty(u->d, f);
}

/* Did the bytes since before reach or pass a place in the image?  bytes 0: its
 * middle.  A place after the end counts as the end. */
static bool passed(const struct arduino_update *u, size_t bytes, size_t before)
{
    const size_t size = u->d->asked.size;
    const size_t place = eo_sim_script_place(bytes, size);

    return eo_sim_script_passed(place < size ? place : size, before,
                                u->received);
}

/* ---- the end ------------------------------------------------------------- */

static void drop(struct arduino_update *u)
{
    eo_timer_stop(loop(u), &u->timer);
    eo_timer_stop(loop(u), &u->silence);
    eo_watch_free(u->watch);
    if (u->fd >= 0) {
        eo_sock_shut(u->fd);
        eo_sock_close(u->fd);
    }
    if (u->stranger >= 0)
        eo_sock_close(u->stranger);
    eo_sim_flash_end(&u->flash);
    eo_free(u);
}

static struct report *describe(const struct arduino_update *u,
                               const char *outcome)
{
    struct report *r = eo_sim_arduino_report(
        u->d, outcome, u->words[0] != '\0' ? u->words : NULL);
    const uint64_t now = eo_loop_now(loop(u));
    char wire[DIGEST_HEX_MAX] = "";

    if (u->flash.wire != NULL && eo_sim_flash_md5(&u->flash, wire) != 0)
        wire[0] = '\0';
    eo_sim_report_number(r, "received", u->received);
    eo_sim_report_text(r, "md5_received", wire);
    eo_sim_report_number(r, "stored", u->stored.size);
    eo_sim_report_text(r, "md5_stored", u->stored.md5);
    eo_sim_report_flag(r, "gzip", u->stored.gzip);
    eo_sim_report_number(r, "rounds", u->rounds);
    eo_sim_report_number(r, "silences", u->silences);
    eo_sim_report_number(r, "half_closes", u->half_closes);
    eo_sim_report_flag(r, "left_packed", u->stored.left_packed);
    eo_sim_report_enter(r, "ms");
    eo_sim_report_number(r, "data",
                         u->first_ms != 0
                             ? (u->all_ms != 0 ? u->all_ms : now) - u->first_ms
                             : 0);
    eo_sim_report_number(r, "total", now - u->began_ms);
    eo_sim_report_leave(r);
    return r;
}

static void over(struct arduino_update *u, const char *outcome, bool updated)
{
    struct arduino_device *d = u->d;
    struct report *r = describe(u, outcome);
    const unsigned violations = u->half_closes + u->stored.left_packed;

    d->update = NULL;
    drop(u);
    eo_sim_arduino_over(d, r, updated, violations);
}

static void reset(struct arduino_update *u)
{
    eo_sim_drop(u->fd);
    u->fd = -1;
}

/* True: power was lost, and u was freed. */
static bool restarted(struct arduino_update *u, enum arduino_restart step)
{
    struct device *base = &u->d->base;

    if (!eo_sim_arduino_restarts(u->d, step))
        return false;
    reset(u);
    over(u, "restart", false);
    eo_sim_restart(base);
    return true;
}

static void close_well(void *ctx)
{
    over(ctx, "updated", true);
}

/* ---- what it sends ------------------------------------------------------- */

static void say_rest(void *ctx)
{
    struct arduino_update *u = ctx;
    const size_t len = strlen(u->say);

    if (u->said < len && u->fd >= 0)
        eo_send(u->fd, u->say + u->said++, 1);
    if (u->said < len)
        eo_timer_start(loop(u), &u->silence, SPLIT_MS, say_rest, u);
}

static void say(struct arduino_update *u, const char *text)
{
    if (!faulty(u, FAULT_SPLIT)) {
        eo_send(u->fd, text, strlen(text));
        return;
    }
    for (; u->said < strlen(u->say); u->said++)
        eo_send(u->fd, u->say + u->said, 1);
    snprintf(u->say, sizeof u->say, "%s", text);
    u->said = 0;
    say_rest(u);
}

static void given_up(void *ctx)
{
    over(ctx, "refused", false);
}

static void failed(struct arduino_update *u, enum arduino_failure what)
{
    char got[DIGEST_HEX_MAX];

    if (eo_sim_flash_md5(&u->flash, got) != 0)
        got[0] = '\0';
    eo_sim_arduino_words(u->words, (enum arduino_cores)u->c->core,
                         (enum arduino_words)u->c->words, what, u->d->asked.md5,
                         got);
    eo_send(u->fd, u->words, strlen(u->words));
    /* Unread bytes turn a close into a reset, which also discards text that
     * the host has not acknowledged yet. */
    u->failed = true;
    eo_sock_finish(u->fd);
    eo_watch_want(u->watch, ESPOTA_READ);
    after(u, LINGER_MS, given_up);
}

/* ---- the verdict --------------------------------------------------------- */

static void say_ok(void *ctx)
{
    struct arduino_update *u = ctx;

    if (faulty(u, FAULT_HALF_OK)) {
        say(u, "O");
        close_well(u);
        return;
    }
    say(u, u->core->ok);
    if (restarted(u, RESTART_VERDICT))
        return;
    after(u, u->c->end_us != UINT32_MAX ? u->c->end_us / 1000
                                        : u->core->close_ms,
          close_well);
}

static void conclude(struct arduino_update *u)
{
    enum arduino_failure why;

    if (faulty(u, FAULT_CORRUPT))
        eo_sim_flash_corrupt(&u->flash);
    if (!eo_sim_arduino_accepts(u->d, &u->flash, &u->stored, &why)) {
        failed(u, why);
    } else if (restarted(u, RESTART_END)) {
        return;
    } else if (faulty(u, FAULT_BARE_FIN)) {
        close_well(u);
    } else if (faulty(u, FAULT_BARE_RESET)) {
        reset(u);
        close_well(u);
    } else if (!faulty(u, FAULT_MUTE)) {
        after(u, u->c->end_us != UINT32_MAX ? u->c->end_us / 1000
                                            : u->core->ok_ms,
              say_ok);
    }
}

/* ---- silence ------------------------------------------------------------- */

static void on_silence(void *ctx)
{
    struct arduino_update *u = ctx;

    if (u->received == 0 || ++u->silences == SILENCES) {
        over(u, "timeout", false); /* nothing is sent */
        return;
    }
    eo_send(u->fd, u->count, strlen(u->count));
    eo_timer_start(loop(u), &u->silence, SILENCE_MS, on_silence, u);
}

static void listen_for_silence(struct arduino_update *u)
{
    if (u->core->gives_up && !u->all && !faulty(u, FAULT_SPLIT))
        eo_timer_start(loop(u), &u->silence, SILENCE_MS, on_silence, u);
}

/* ---- a round ------------------------------------------------------------- */

static void go_on(void *ctx)
{
    struct arduino_update *u = ctx;

    u->flashing = false;
    eo_watch_want(u->watch, ESPOTA_READ);
    listen_for_silence(u);
}

/* Has this round reached the place of a fault in the data? */
static bool faulty_here(const struct arduino_update *u, enum arduino_fault f,
                        size_t before)
{
    return faulty(u, f) && passed(u, u->c->fault[f].n, before);
}

/* As long as the host goes on sending, it is one round with one count. */
static bool more_of_round(const struct arduino_update *u)
{
    return u->core->drains && u->received < u->d->asked.size &&
           eo_sock_unread(u->fd) > 0;
}

/* The bytes read are in flash now. */
static void written(void *ctx)
{
    struct arduino_update *u = ctx;

    if (more_of_round(u)) {
        go_on(u);
        return;
    }
    snprintf(u->count, sizeof u->count, "%zu", u->round);
    u->round = 0;
    u->rounds++;
    if (!faulty(u, FAULT_NO_COUNTS))
        say(u, u->count);
    if (u->received < u->d->asked.size) {
        go_on(u);
        return;
    }
    u->all = true;
    u->all_ms = eo_loop_now(loop(u));
    u->flashing = false;
    eo_watch_want(u->watch, ESPOTA_READ); /* only to detect a close */
    conclude(u);
}

static void take(struct arduino_update *u, uint8_t *bytes, size_t len)
{
    const size_t before = u->received;
    const uint64_t now_us = eo_loop_now(loop(u)) * 1000;
    const struct script_act *fail = &u->c->fail;
    uint64_t due_us;

    if (before == 0)
        u->first_ms = eo_loop_now(loop(u));
    u->received += len;
    u->round += len;
    u->silences = 0;
    eo_sim_arduino_stamp(u->d, &u->flash, bytes, len);
    due_us = eo_sim_flash_write(&u->flash, bytes, len, now_us);
    u->flashing = true;
    eo_watch_want(u->watch, 0);
    if (fail->on && fail->where.step == AT_DATA &&
        passed(u, fail->where.bytes, before))
        failed(u, (enum arduino_failure)fail->n);
    else if (before == 0 && u->core->gives_up &&
             u->d->asked.command != ARDUINO_SIM_FS && bytes[0] != 0xe9)
        failed(u, u->core->pbkdf2 ? FAIL_DECRYPT : FAIL_MAGIC);
    else if (faulty_here(u, FAULT_STALL, before))
        return;
    else if (passed(u, 0, before) && restarted(u, RESTART_DATA))
        return;
    else if (faulty_here(u, FAULT_RESET, before)) {
        reset(u);
        over(u, "fault", false);
    } else if (faulty_here(u, FAULT_CLOSE, before))
        over(u, "fault", false);
    else if (faulty(u, FAULT_PAUSE) && passed(u, 0, before))
        after(u, u->c->fault[FAULT_PAUSE].n, written);
    else if (due_us > now_us)
        after(u, (due_us - now_us + 999) / 1000, written);
    else
        written(u);
}

/* The host closed its sending side, or the connection. */
static void host_gone(struct arduino_update *u, bool orderly)
{
    if (!u->all) {
        over(u, "lost", false);
        return;
    }
    /* If this happens before our OK, an ESP8266 drops the connection with the
     * OK. */
    u->half_closes += orderly && u->timer.fn == say_ok;
    eo_watch_want(u->watch, 0);
    if (faulty(u, FAULT_MUTE))
        over(u, "updated", true);
    else if (u->core->says_begin && u->timer.fn == say_ok)
        close_well(u);
}

static void on_stream(void *ctx, int ready)
{
    struct arduino_update *u = ctx;
    uint8_t in[ROUND_MAX];
    const size_t left = u->d->asked.size - u->received;
    const size_t most = u->core->read_max < left ? u->core->read_max : left;
    ptrdiff_t n;

    (void)ready;
    eo_timer_stop(loop(u), &u->silence);
    n = eo_recv(u->fd, in, u->all || u->failed ? sizeof in : most);
    if (n < 0 && errno == EAGAIN)
        return;
    if (u->failed && n > 0)
        return;
    if (u->failed)
        given_up(u);
    else if (n <= 0)
        host_gone(u, n == 0);
    else if (!u->all)
        take(u, in, (size_t)n);
}

/* ---- calling ------------------------------------------------------------- */

/* Nothing reaches the host: on the device only Update.end() fails. */
static void not_reached(void *ctx)
{
    over(ctx, "not-reached", false);
}

static void on_connect(void *ctx, int ready)
{
    struct arduino_update *u = ctx;

    if (u->connected) {
        on_stream(u, ready);
        return;
    }
    eo_timer_stop(loop(u), &u->timer);
    if (eo_sock_error(u->fd) != 0) {
        not_reached(u);
        return;
    }
    u->connected = true;
    if (!restarted(u, RESTART_CALL))
        go_on(u);
}

static int connect_from(struct arduino_update *u, const struct addr *local)
{
    struct addr to = u->d->asked.from;

    eo_addr_set_port(&to, u->d->asked.port);
    return eo_tcp_connect_small(&to, local, (int)u->c->rcvbuf, (int)u->c->mss);
}

static void call(void *ctx)
{
    struct arduino_update *u = ctx;
    struct addr local = u->d->base.addr;

    eo_addr_set_port(&local, 0);
    u->fd = connect_from(u, &local);
    if (u->fd >= 0)
        u->watch = eo_watch_new(loop(u), u->fd, ESPOTA_WRITE, on_connect, u);
    if (u->watch == NULL)
        not_reached(u);
    else
        after(u, u->core->connect_ms, not_reached);
}

void eo_sim_arduino_call(struct arduino_device *d)
{
    struct arduino_update *u = eo_calloc(1, sizeof *u);
    struct espota_error ignored;
    struct addr elsewhere;

    if (u == NULL)
        return;
    u->d = d;
    u->c = d->base.sim->config;
    u->core = &EO_SIM_ARDUINO_CORE[u->c->core];
    u->fd = u->stranger = -1;
    u->began_ms = eo_loop_now(loop(u));
    d->update = u;
    if (eo_sim_flash_begin(&u->flash, &u->c->flash, d->asked.size,
                           d->base.sim->common.store != NULL ||
                               u->c->flash_mode != 0,
                           &ignored) != 0) {
        not_reached(u);
        return;
    }
    /* eboot and the OTA stub of the Pico inflate a sketch.  Nothing inflates a
     * filesystem. */
    u->flash.as_it_is = d->asked.command == ARDUINO_SIM_FS ||
                        u->c->core == ESP32 || u->c->core == ESP32_MD5;
    if (faulty(u, FAULT_STRANGER) && eo_addr_parse(&elsewhere, STRANGER) == 0)
        u->stranger = connect_from(u, &elsewhere);
    after(u, u->stranger >= 0 ? STRANGER_MS : 0, call);
}

void eo_sim_arduino_hang_up(struct arduino_device *d)
{
    if (d->update != NULL)
        drop(d->update);
    d->update = NULL;
}
