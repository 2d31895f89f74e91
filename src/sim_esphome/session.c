/* session.c -- one client's conversation with a simulated device.
 *
 * talk.c defines what is read in which state, and answers.  It calls
 * eo_sim_esphome_trip() before every answer: --refuse and --fault act there.
 */
#include "sim_esphome/session.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"

enum {
    READS_PER_TURN = 64, /* then others get their turn */
    SILENT_LOOK_MS = 50,
    HEARD_LOOK_MS = 5,
    HEARD_LOOKS = 400
};

static struct espota_loop *loop_of(const struct esphome_session *s)
{
    return s->device->base.sim->loop;
}

static void say(struct esphome_session *s, uint8_t byte)
{
    eo_sim_esphome_say(s, &byte, 1);
}

/* ---- how it ends -------------------------------------------------------- */

static void free_session(struct esphome_session *s)
{
    eo_timer_stop(loop_of(s), &s->deadline);
    eo_timer_stop(loop_of(s), &s->work);
    eo_timer_stop(loop_of(s), &s->leave);
    eo_watch_free(s->watch);
    if (s->fd >= 0)
        eo_sock_close(s->fd);
    eo_sim_flash_end(&s->flash);
    eo_free(s);
}

void eo_sim_esphome_session_stop(struct esphome_session *s)
{
    if (s == NULL)
        return;
    if (s->state != CLOSING)
        s->outcome = OUTCOME_STOPPED;
    eo_sim_session_end(&s->device->base, eo_sim_esphome_report(s), false,
                       eo_sim_esphome_violations(s));
    free_session(s);
}

static void over(void *ctx)
{
    struct esphome_session *s = ctx;
    struct esphome_device *d = s->device;
    struct report *r = eo_sim_esphome_report(s);
    const unsigned violations = eo_sim_esphome_violations(s);
    const bool updated = s->outcome == OUTCOME_UPDATED;

    if (s->reset)
        eo_sock_reset_on_close(s->fd);
    free_session(s);
    d->session = NULL;
    if (!updated) /* the device may accept clients again */
        eo_watch_want(d->watch, ESPOTA_READ);
    eo_sim_session_end(&d->base, r, updated, violations);
}

/* Closes once the client has confirmed what we sent, or after a while.  Unread
 * bytes turn a close into a reset, and both discard unconfirmed bytes. */
static void over_when_heard(void *ctx)
{
    struct esphome_session *s = ctx;

    if (eo_tcp_unacked(s->fd) > 0 && !eo_sim_esphome_peer_left(s) &&
        s->looks++ < HEARD_LOOKS)
        eo_timer_start(loop_of(s), &s->work, HEARD_LOOK_MS, over_when_heard, s);
    else
        over(s);
}

/* Always later, from a timer: our callers still use the session. */
static void left(struct esphome_session *s)
{
    eo_timer_start(loop_of(s), &s->work, 0, over_when_heard, s);
}

/* The device closes as soon as everything it said was sent. */
void eo_sim_esphome_finish(struct esphome_session *s, enum outcome outcome,
                           int code)
{
    eo_timer_stop(loop_of(s), &s->deadline);
    eo_timer_stop(loop_of(s), &s->work);
    s->outcome = outcome;
    s->code = code;
    s->state = CLOSING;
    s->left = left;
    if (eo_sim_esphome_drained(s))
        left(s);
}

void eo_sim_esphome_reset_now(struct esphome_session *s)
{
    s->reset = true;
    eo_sim_esphome_finish(s, OUTCOME_REFUSED, -1);
}

void eo_sim_esphome_refuse_now(struct esphome_session *s, uint8_t code)
{
    s->reset = eo_sim_esphome_faulty(s, FAULT_RST_REFUSAL);
    say(s, code);
    eo_sim_esphome_finish(s, OUTCOME_REFUSED, code);
}

/* ---- misbehaviour ------------------------------------------------------- */

static void look_silent(void *ctx)
{
    struct esphome_session *s = ctx;

    if (eo_sim_esphome_peer_gone(s))
        eo_sim_esphome_finish(s, OUTCOME_FAULT, -1);
    else
        eo_timer_start(loop_of(s), &s->work, SILENT_LOOK_MS, look_silent, s);
}

static void misbehave(struct esphome_session *s, enum esphome_fault f)
{
    static const char HTTP[] = "HTTP/1.1 400 Bad Request\r\n"
                               "Content-Length: 0\r\n\r\n";
    static const uint8_t GARBAGE[] = {0x5a, 0xa5, 0x13, 0x37,
                                      0x77, 0x01, 0x6e, 0x22};
    static const uint8_t BAD_FRAME[NOISE_HEAD + 1 + NOISE_TAG] = {
        NOISE_MARK, 0x00, 1 + NOISE_TAG};
    static const uint8_t LONG_FRAME[] = {NOISE_MARK, 0xff, 0xff};
    const enum outcome outcome =
        s->step == STEP_GOODBYE ? OUTCOME_UPDATED : OUTCOME_FAULT;

    if (f == FAULT_SILENT) {
        eo_timer_stop(loop_of(s), &s->deadline);
        s->state = SILENT;
        look_silent(s);
        return;
    }
    if (f == FAULT_HTTP)
        eo_sim_esphome_say_raw(s, HTTP, sizeof HTTP - 1);
    if (f == FAULT_GARBAGE)
        eo_sim_esphome_say_raw(s, GARBAGE, sizeof GARBAGE);
    if (f == FAULT_BAD_FRAME)
        eo_sim_esphome_say_raw(s, BAD_FRAME, sizeof BAD_FRAME);
    if (f == FAULT_LONG_FRAME)
        eo_sim_esphome_say_raw(s, LONG_FRAME, sizeof LONG_FRAME);
    if (f == FAULT_STALE_OK)
        say(s, ESPHOME_OK);
    s->reset = f == FAULT_RESET;
    eo_sim_esphome_finish(s, outcome, f == FAULT_STALE_OK ? ESPHOME_OK : -1);
}

/* Does a fault or refusal for this step apply here?  In the data: at this
 * byte? */
bool eo_sim_esphome_here(const struct esphome_session *s,
                         const struct script_act *act)
{
    return s->faulty && act->on &&
           eo_sim_script_here(&EO_SIM_ESPHOME_SCRIPT, &act->where, (int)s->step,
                              s->total, s->size);
}

bool eo_sim_esphome_refused_here(struct esphome_session *s)
{
    const struct script_act *refuse = &s->config->refuse;

    if (!eo_sim_esphome_here(s, refuse))
        return false;
    eo_sim_esphome_refuse_now(s, (uint8_t)refuse->n);
    return true;
}

bool eo_sim_esphome_faulted_here(struct esphome_session *s)
{
    for (int f = FAULT_CLOSE; f <= FAULT_GARBAGE; f++) {
        if (!eo_sim_esphome_here(s, &s->config->fault[f]))
            continue;
        misbehave(s, (enum esphome_fault)f);
        return true;
    }
    return false;
}

/* True if something other than this step's answer happened. */
bool eo_sim_esphome_trip(struct esphome_session *s, enum esphome_step step)
{
    s->step = step;
    return eo_sim_esphome_refused_here(s) || eo_sim_esphome_faulted_here(s);
}

/* ---- waiting ------------------------------------------------------------ */

static void on_deadline(void *ctx);

static unsigned patience_ms(const struct esphome_session *s)
{
    const struct esphome_config *c = s->config;
    const bool for_ever = c->age->blocking && !c->where->raw;

    if (s->state <= READ_RESPONSE)
        return c->handshake_us != 0 || for_ever ? 0
               : s->state == READ_MAGIC         ? c->age->magic_ms
                                                : c->age->read_ms;
    if (c->idle_us != 0)
        return c->idle_us / 1000;
    if (for_ever)
        return 0;
    return s->state == READ_DATA ? c->age->idle_ms : c->age->control_ms;
}

/* Starts to wait for need bytes in state. */
void eo_sim_esphome_await(struct esphome_session *s, enum state state,
                          size_t need)
{
    unsigned ms;

    s->state = state;
    s->have = 0;
    s->need = need;
    ms = patience_ms(s);
    if (ms > 0)
        eo_timer_start(loop_of(s), &s->deadline, ms, on_deadline, s);
    else if (state > READ_RESPONSE)
        eo_timer_stop(loop_of(s), &s->deadline);
}

/* What a device sends when a read has failed. */
static void reading_failed(struct esphome_session *s, enum outcome outcome)
{
    const bool stale = s->began && s->config->age->stale_ok;
    const int code = stale ? ESPHOME_OK : 0xff;

    if (s->state == READ_SIZE && s->extended && s->have == 3)
        eo_sim_esphome_violation(s, VIOLATION_TYPE_MISSING);
    if (s->state <= READ_RESPONSE) {
        eo_sim_esphome_finish(s, outcome, -1); /* in the handshake: no code */
    } else if (s->state == READ_GOODBYE) {
        eo_sim_esphome_violation(s, VIOLATION_ACK_MISSING);
        eo_sim_esphome_finish(s, OUTCOME_UPDATED, -1);
    } else {
        say(s, (uint8_t)code);
        eo_sim_esphome_finish(s, outcome, code);
    }
}

static void on_deadline(void *ctx)
{
    reading_failed(ctx, OUTCOME_TIMEOUT);
}

/* ---- work that takes time ----------------------------------------------- */

static void pump(struct esphome_session *s);

static void on_work(void *ctx)
{
    struct esphome_session *s = ctx;

    s->after(s);
    pump(s);
}

/* Calls after() when the device has worked for us microseconds. */
void eo_sim_esphome_work(struct esphome_session *s, enum state state,
                         uint64_t us, void (*after)(struct esphome_session *))
{
    s->state = state;
    eo_timer_stop(loop_of(s), &s->deadline);
    if (us < 1000) {
        after(s);
        return;
    }
    s->after = after;
    eo_timer_start(loop_of(s), &s->work, us / 1000, on_work, s);
}

/* ---- reading ------------------------------------------------------------ */

/* How many bytes may be read before the next fault or refusal. */
static size_t room(const struct esphome_session *s)
{
    const struct esphome_config *c = s->config;
    size_t stop = s->size;

    for (int f = -1; s->faulty && f <= FAULT_CORRUPT; f++)
        stop = eo_sim_script_stop(&EO_SIM_ESPHOME_SCRIPT,
                                  f < 0 ? &c->refuse : &c->fault[f], s->total,
                                  s->size, stop);
    return stop - s->total < READ_MAX ? stop - s->total : READ_MAX;
}

static bool reading(const struct esphome_session *s)
{
    return s->state == READ_DATA || s->talk->got[s->state] != NULL;
}

/* Counts flights as the client sees them: everything it sends without waiting
 * for us in between is one flight. */
static void count(struct esphome_session *s)
{
    if (s->total > 0)
        return;
    if (s->state != READ_DATA)
        s->reads++;
    if (s->replied)
        s->flights++;
    s->replied = false;
}

/* Reads once, no more than the device would read here. */
static bool read_once(struct esphome_session *s)
{
    const bool data = s->state == READ_DATA;
    uint8_t buf[READ_MAX], *to = data ? buf : s->in + s->have;
    const size_t most = data ? room(s) : s->need - s->have;
    const ptrdiff_t n = s->sealed ? eo_sim_esphome_recv_sealed(s, to, most)
                                : eo_recv(s->fd, to, most);

    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return false;
    if (n <= 0) {
        reading_failed(s, OUTCOME_LOST);
        return false;
    }
    count(s);
    if (data) {
        s->talk->got_data(s, buf, (size_t)n);
        return true;
    }
    s->have += (size_t)n;
    if (s->have == s->need)
        s->talk->got[s->state](s);
    return true;
}

static void pump(struct esphome_session *s)
{
    for (int i = 0; i < READS_PER_TURN && reading(s); i++) {
        if (!read_once(s)) {
            eo_sim_esphome_flush(s);
            break;
        }
    }
    eo_watch_want(s->watch, reading(s) ? ESPOTA_READ : 0);
}

static void on_ready(void *ctx, int ready)
{
    (void)ready;
    pump(ctx);
}

/* ---- the beginning ------------------------------------------------------ */

struct esphome_session *
eo_sim_esphome_session_new(struct esphome_device *d, int fd,
                           const struct addr *peer,
                           const struct esphome_talk *talk)
{
    struct sim *sim = d->base.sim;
    const struct esphome_config *c = sim->config;
    const unsigned patience =
        c->handshake_us != 0 ? c->handshake_us / 1000 : c->age->handshake_ms;
    struct esphome_session *s = eo_calloc(1, sizeof *s);

    if (s == NULL) {
        eo_sock_close(fd);
        return NULL;
    }
    s->device = d;
    s->talk = talk;
    s->config = c;
    s->fd = fd;
    s->peer = *peer;
    s->code = -1;
    s->began_ms = eo_loop_now(sim->loop);
    s->replied = true; /* connecting was the first round trip */
    s->faulty = eo_sim_script_holds(c->fault_sessions, d->base.sessions);
    s->watch = eo_watch_new(sim->loop, fd, ESPOTA_READ, on_ready, s);
    if (s->watch == NULL) {
        free_session(s);
        return NULL;
    }
    if (patience > 0)
        eo_timer_start(sim->loop, &s->deadline, patience, on_deadline, s);
    if (!eo_sim_esphome_trip(s, STEP_ACCEPT))
        eo_sim_esphome_await(s, READ_MAGIC, ESPHOME_MAGIC_LEN);
    else
        eo_watch_want(s->watch, 0);
    return s;
}
