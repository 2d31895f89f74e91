/* udp.c -- a simulated ArduinoOTA device until it calls back: which datagrams
 * it reads, what it answers, and to whom.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "base/mem.h"
#include "base/str.h"
#include "crypto/pbkdf2.h"
#include "crypto/random.h"
#include "os/datagram.h"
#include "sim_arduino/device.h"

enum {
    HEARD_MAX = 1460, /* what an ESP32 reads of a datagram */
    DIGITS_MAX = 14,  /* a number with more becomes 0 */
    COMMAND_FLASH = 0,
    COMMAND_ANSWER = 200,
    ROUNDS = 10000
};

static const struct arduino_config *config(const struct arduino_device *d)
{
    return d->base.sim->config;
}

static const struct arduino_core *core(const struct arduino_device *d)
{
    return &EO_SIM_ARDUINO_CORE[config(d)->core];
}

/* ---- parsing a datagram -------------------------------------------------- */

struct cursor {
    const char *at, *end;
};

/* Reads spaces, then digits up to the first other character. */
static unsigned long take_number(struct cursor *c)
{
    unsigned long n = 0;
    int digits = 0;

    while (c->at < c->end && *c->at == ' ')
        c->at++;
    for (; c->at < c->end && eo_is_digit(*c->at); c->at++, digits++)
        n = digits < DIGITS_MAX ? n * 10 + (unsigned long)(*c->at - '0') : 0;
    return n;
}

/* Reads up to one of the marks, NUL or the end, which is not consumed. */
static size_t take_until(struct cursor *c, const char *marks, const char **out)
{
    *out = c->at;
    while (c->at < c->end && *c->at != '\0' && strchr(marks, *c->at) == NULL)
        c->at++;
    return (size_t)(c->at - *out);
}

static size_t trim(const char **text, size_t len)
{
    while (len > 0 && eo_is_space(**text)) {
        (*text)++;
        len--;
    }
    while (len > 0 && eo_is_space((*text)[len - 1]))
        len--;
    return len;
}

/* ---- answering ----------------------------------------------------------- */

static void answer(struct arduino_device *d, const char *text)
{
    eo_udp_send(d->udp, text, strlen(text), &d->answer_to);
}

/* Counts up to the fault's n; true: this one is lost. */
static bool lose(struct arduino_device *d, enum arduino_fault f)
{
    return eo_sim_arduino_faulty(d, f) &&
           eo_sim_script_first(&config(d)->fault[f], &d->lost[f]);
}

static void begin_failed(struct arduino_device *d, enum arduino_failure what)
{
    const struct arduino_config *c = config(d);
    char text[ARDUINO_TEXT_MAX], line[ARDUINO_TEXT_MAX + 8];
    struct text t;

    eo_sim_arduino_words(text, (enum arduino_cores)c->core,
                         (enum arduino_words)c->words, what, "", "");
    eo_text_init(&t, line, sizeof line);
    /* The only error that is not the Updater's has no line end either. */
    eo_text_add(&t, "ERR: %.*s",
                (int)(what == FAIL_NO_FS ? strcspn(text, "\r") : strlen(text)),
                text);
    /* Cores up to 2.4 send nothing after a correct password. */
    if (core(d)->says_begin &&
        !(d->asked.challenged && c->words == WORDS_2_4))
        answer(d, line);
    eo_sim_arduino_over(d, eo_sim_arduino_report(d, "refused", text), false, 0);
}

static void call(void *ctx)
{
    struct arduino_device *d = ctx;

    if (eo_sim_arduino_faulty(d, FAULT_NO_CALL))
        eo_sim_arduino_over(d, eo_sim_arduino_report(d, "fault", NULL), false,
                            0);
    else
        eo_sim_arduino_call(d);
}

/* handle() in the state RUNUPDATE. */
static void begin(void *ctx)
{
    struct arduino_device *d = ctx;
    const struct arduino_config *c = config(d);
    const bool fs = d->asked.command == ARDUINO_SIM_FS;
    unsigned call_ms = core(d)->call_ms;

    if (c->fail.on && c->fail.where.step == AT_BEGIN) {
        begin_failed(d, (enum arduino_failure)c->fail.n);
        return;
    }
    if (d->asked.size == 0) {
        begin_failed(d, FAIL_SIZE);
        return;
    }
    if (d->asked.size > (fs ? c->fs : c->slot)) {
        begin_failed(d, FAIL_SPACE);
        return;
    }
    if (core(d)->says_begin && !eo_sim_arduino_faulty(d, FAULT_LOSE_OK))
        answer(d, "OK");
    if (eo_sim_arduino_restarts(d, RESTART_OK)) {
        eo_sim_arduino_restart(d);
        return;
    }
    if (eo_sim_arduino_faulty(d, FAULT_LATE_CALL))
        call_ms = c->fault[FAULT_LATE_CALL].n;
    eo_timer_start(d->base.sim->loop, &d->handle, call_ms, call, d);
}

static void run_update(struct arduino_device *d)
{
    d->state = RUNUPDATE;
    if (!core(d)->says_begin && !core(d)->silent &&
        !eo_sim_arduino_faulty(d, FAULT_LOSE_OK))
        answer(d, "OK");
    eo_sim_arduino_hear(d, false);
    if (!eo_sim_arduino_faulty(d, FAULT_BLOCKED))
        eo_timer_start(d->base.sim->loop, &d->handle,
                       config(d)->loop_us / 1000, begin, d);
}

/* ---- passwords ----------------------------------------------------------- */

static void hex_of(enum digest kind, const char *text, char *out)
{
    const struct piece whole = {text, strlen(text)};

    if (eo_digest_hex(kind, &whole, 1, out) != 0)
        out[0] = '\0';
}

static void stored_password(const struct arduino_device *d, char *out)
{
    const struct arduino_config *c = config(d);
    const bool md5 = !core(d)->pbkdf2 || c->stored == STORED_MD5;

    hex_of(md5 ? DIGEST_MD5 : DIGEST_SHA256, c->password, out);
    for (char *p = out; c->stored == STORED_UPPER && *p != '\0'; p++)
        if (*p >= 'a' && *p <= 'f')
            *p = (char)(*p - 'a' + 'A');
}

/* The response that the device expects for this cnonce. */
static int expected_response(const struct arduino_device *d,
                             const char *cnonce, char out[DIGEST_HEX_MAX])
{
    char stored[DIGEST_HEX_MAX], text[4 * DIGEST_HEX_MAX];
    struct pbkdf2 work;
    struct text t;

    stored_password(d, stored);
    eo_text_init(&t, text, sizeof text);
    eo_text_add(&t, "%s:%s", d->nonce, cnonce);
    if (core(d)->pbkdf2) {
        if (eo_pbkdf2_start(&work, stored, strlen(stored), text, t.len,
                            ROUNDS) != 0 ||
            eo_pbkdf2_step(&work, ROUNDS) != 0)
            return -1;
        eo_hex(stored, work.sum, sizeof work.sum);
    }
    eo_text_init(&t, text, sizeof text);
    eo_text_add(&t, "%s:%s:%s", stored, d->nonce, cnonce);
    hex_of(core(d)->pbkdf2 ? DIGEST_SHA256 : DIGEST_MD5, text, out);
    return 0;
}

static void challenge(struct arduino_device *d)
{
    uint8_t bytes[32] = {0};
    char text[80];
    struct text t;

    if (eo_random(bytes, sizeof bytes) != 0)
        return;
    eo_hex(d->nonce, bytes, core(d)->pbkdf2 ? 32 : 16);
    if (eo_sim_arduino_faulty(d, FAULT_BAD_NONCE))
        d->nonce[10] = '\0';
    d->asked.challenged = true;
    d->state = WAITAUTH;
    eo_text_init(&t, text, sizeof text);
    eo_text_add(&t, "AUTH %s", d->nonce);
    if (!lose(d, FAULT_LOSE_CHALLENGES))
        answer(d, text);
    if (eo_sim_arduino_restarts(d, RESTART_CHALLENGE))
        eo_sim_arduino_restart(d);
}

/* Called when an answer has been checked, which takes an ESP32 seconds. */
static void judged(void *ctx)
{
    struct arduino_device *d = ctx;
    const bool right = d->answer[0] == '\0';

    eo_sim_arduino_hear(d, true);
    if (right) {
        run_update(d);
        return;
    }
    d->state = IDLE;
    d->asked.denied++;
    if (!lose(d, FAULT_LOSE_VERDICTS))
        answer(d, d->answer);
}

static void on_answer(struct arduino_device *d, struct cursor c)
{
    const size_t hex = strlen(d->nonce);
    const char *cnonce, *response;
    size_t cnonce_len, response_len;
    char text[80], expected[DIGEST_HEX_MAX];
    bool right;

    if (lose(d, FAULT_LOSE_ANSWERS))
        return;
    d->asked.answers++;
    if (eo_sim_arduino_restarts(d, RESTART_ANSWER)) {
        eo_sim_arduino_restart(d);
        return;
    }
    c.at += c.at < c.end;
    cnonce_len = take_until(&c, " ", &cnonce);
    c.at += c.at < c.end;
    response_len = take_until(&c, "\n", &response);
    if (cnonce_len != hex || response_len != hex) {
        d->state = IDLE; /* nothing is sent */
        return;
    }
    memcpy(text, cnonce, hex);
    text[hex] = '\0';
    right = expected_response(d, text, expected) == 0 &&
            memcmp(expected, response, hex) == 0;
    snprintf(d->answer, sizeof d->answer, "%s",
             right ? "" : "Authentication Failed");
    eo_sim_arduino_hear(d, false);
    eo_timer_start(d->base.sim->loop, &d->later,
                   core(d)->pbkdf2 ? config(d)->pbkdf2_us / 1000 : 0, judged,
                   d);
}

/* ---- the device's states ------------------------------------------------- */

static void on_invitation(struct arduino_device *d, unsigned long command,
                          struct cursor c, const struct addr *from)
{
    const unsigned long port = take_number(&c);
    const unsigned long size = take_number(&c);
    const char *md5;
    size_t len;

    if (lose(d, FAULT_LOSE_INVITATIONS))
        return;
    c.at += c.at < c.end;
    len = take_until(&c, "\n", &md5);
    len = trim(&md5, len);
    if (!core(d)->silent && (len != 32 || (command != COMMAND_FLASH &&
                                           command != ARDUINO_SIM_FS)))
        return;
    d->asked.invitations++;
    d->asked.command = (unsigned)command;
    d->asked.port = (uint16_t)port;
    d->asked.size = (size_t)size;
    d->asked.from = *from;
    memcpy(d->asked.md5, md5, core(d)->silent ? 0 : len);
    if (eo_sim_arduino_restarts(d, RESTART_INVITATION))
        eo_sim_arduino_restart(d);
    else if (eo_sim_arduino_faulty(d, FAULT_GARBAGE))
        answer(d, "HTTP/1.1 400 Bad Request\r\n\r\n");
    else if (config(d)->password != NULL && !core(d)->silent)
        challenge(d);
    else
        run_update(d);
}

static void on_datagram(struct arduino_device *d, const char *bytes,
                        size_t len, const struct addr *from)
{
    struct cursor c = {bytes, bytes + len};
    const unsigned long command = take_number(&c);

    if (d->state == RUNUPDATE)
        return;
    if (d->state == IDLE || !core(d)->answers_first)
        d->answer_to = *from;
    if (d->state == WAITAUTH && command == COMMAND_ANSWER) {
        on_answer(d, c);
    } else if (d->state == WAITAUTH) {
        d->asked.cancelled += len > 1;
        d->state = IDLE; /* nothing is sent */
    } else if (command != COMMAND_ANSWER) {
        on_invitation(d, command, c, from);
    }
}

static void on_udp(void *ctx, int ready)
{
    struct arduino_device *d = ctx;
    char bytes[HEARD_MAX];
    struct arrival a;
    const ptrdiff_t n = eo_udp_recv(d->udp, bytes, sizeof bytes, &a);

    (void)ready;
    /* A device that is checking an answer does nothing else. */
    if (n >= 0 && !d->later.running)
        on_datagram(d, bytes, (size_t)n, &a.from);
}

int eo_sim_arduino_listen(struct arduino_device *d, struct espota_error *err)
{
    char text[ADDR_TEXT];

    d->udp = eo_udp_open(NULL, &d->base.addr);
    if (d->udp < 0 || eo_sock_local(d->udp, &d->base.addr) != 0) {
        eo_addr_text(&d->base.addr, true, text);
        return eo_fail_sys(err, ESPOTA_E_INTERNAL, errno,
                           "cannot listen on UDP %s: %s", text,
                           eo_sock_text(errno));
    }
    d->watch =
        eo_watch_new(d->base.sim->loop, d->udp, ESPOTA_READ, on_udp, d);
    if (d->watch == NULL) {
        eo_sock_close(d->udp);
        return eo_fail_memory(err);
    }
    d->state = IDLE;
    d->asked = (struct arduino_asked){0};
    return 0;
}

void eo_sim_arduino_deaf(struct arduino_device *d)
{
    eo_timer_stop(d->base.sim->loop, &d->handle);
    eo_timer_stop(d->base.sim->loop, &d->later);
    if (d->watch == NULL)
        return;
    eo_watch_free(d->watch);
    d->watch = NULL;
    eo_sock_close(d->udp);
    d->udp = -1;
}
