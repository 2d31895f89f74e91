/* job_session.c -- a job finds out the device's protocol and speaks it. */
#include "fleet/job_inside.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fleet/job_preflight.h"

enum {
    ASLEEP_CONNECT_MS = 2000, /* it may be awake for only a few seconds */
    STALL_MS = 160000 /* longer than the device's own limit of 105 s */
};

/* ---- speaking ------------------------------------------------------------ */

static void on_change(void *ctx)
{
    struct job *j = ctx;
    struct proto_want w;

    eo_session_want(j->session, &w);
    if (w.hello != NULL && !j->said_hello) {
        struct espota_hello hello = *w.hello;

        hello.protocol = j->speaks->name;
        hello.decided = j->decided[0] != '\0' ? j->decided : NULL;
        j->said_hello = true;
        eo_report_emit(&j->report,
                       &(struct espota_event){.kind = ESPOTA_EVENT_HELLO,
                                              .hello = &hello});
    }
    if (w.hello != NULL || w.phase > ESPOTA_PHASE_HELLO)
        eo_timer_stop(j->c.loop, &j->first);
    if (w.note != NULL && w.note != j->note) {
        j->note = w.note;
        eo_report_log(&j->report, ESPOTA_LOG_INFO, "%s", w.note);
    }
    if (w.cleartext != NULL && w.cleartext != j->cleartext) {
        j->cleartext = w.cleartext;
        eo_report_emit(&j->report,
                       &(struct espota_event){.kind = ESPOTA_EVENT_WARNING,
                                              .code = "cleartext",
                                              .text = w.cleartext,
                                              .advice = ESPOTA_ADVICE_ENCRYPT});
    }
    if (eo_session_status(j->session) == PROTO_FAILED) {
        j->steps->failed(j, eo_session_error(j->session));
        return;
    }
    if (eo_session_connecting(j->session))
        return;
    eo_job_got_fds(j);
    if (w.hello != NULL || w.phase > ESPOTA_PHASE_HELLO)
        eo_job_heard(j);
    /* The last progress belongs to the data phase, not to the next one; and all
     * the data may have been sent in one turn of the loop. */
    if (w.phase > ESPOTA_PHASE_DATA && w.total > 0) {
        if (j->report.phase < ESPOTA_PHASE_DATA)
            eo_report_phase(&j->report, ESPOTA_PHASE_DATA, "sending the image");
        eo_report_progress(&j->report, w.done, w.total);
    }
    eo_report_phase(&j->report, w.phase, w.doing);
    if (w.phase == ESPOTA_PHASE_REBOOT ||
        eo_session_status(j->session) == PROTO_DONE)
        eo_job_took(j);
    if (w.phase == ESPOTA_PHASE_DATA)
        eo_report_progress(&j->report, w.done, w.total);
    if (eo_session_status(j->session) == PROTO_DONE)
        j->steps->next(j, JOB_VERIFY);
}

static bool on_commit(void *ctx)
{
    return eo_job_happened(ctx, ESPOTA_HAPPENED_COMMIT);
}

static void on_bytes(void *ctx, bool out, const uint8_t *bytes, size_t len)
{
    struct job *j = ctx;

    eo_report_bytes(&j->report, out, bytes, len);
}

static void on_warning(void *ctx, const char *code, const char *text,
                       enum espota_advice advice)
{
    struct job *j = ctx;

    eo_report_emit(&j->report, &(struct espota_event){
                                   .kind = ESPOTA_EVENT_WARNING,
                                   .code = code,
                                   .text = text,
                                   .advice = advice});
}

/* A device with a key hardly ever asks for a password. */
bool eo_job_sent_password(const struct job *j)
{
    struct proto_want w = {0};

    if (j->session != NULL)
        eo_session_want(j->session, &w);
    return w.password_sent || !j->target.has_key;
}

static void on_first(void *ctx)
{
    struct job *j = ctx;
    struct espota_error err;

    eo_fail_advice(&err,
                   eo_session_connecting(j->session) ? ESPOTA_E_CONNECT
                                                     : ESPOTA_E_NO_ANSWER,
                   ESPOTA_ADVICE_MORE_TIME,
                   "is the device on, and its port right?",
                   "no answer within %g s, %s",
                   j->target.pub.how.invite_ms / 1000.0, j->report.doing);
    j->steps->failed(j, &err);
}

/* Only for a device that listens: each invitation has this limit of its own. */
static void limit_first_answer(struct job *j)
{
    if (j->speaks->listens && j->target.pub.how.invite_ms != 0)
        eo_timer_start(j->c.loop, &j->first, j->target.pub.how.invite_ms,
                       on_first, j);
}

static void no_session(struct job *j, int sys)
{
    struct espota_error err;

    eo_fail_sys(&err, ESPOTA_E_INTERNAL, eo_is_want_of_fds(sys) ? sys : 0,
                "out of memory, of descriptors or of entropy");
    j->steps->failed(j, &err);
}

/* got: a connection that is already open, or NULL. */
static void converse(struct job *j, const struct proto_job *job,
                     const struct detected *got)
{
    const struct espota_target *t = &j->target.pub;
    const bool connected = got != NULL && got->fd >= 0;
    const struct session_config how = {
        .loop = j->c.loop,
        .job = job,
        .addr = connected ? got->peer : j->addr,
        .n_addr = connected ? 1 : j->n_addr,
        .connected = connected,
        .fd = connected ? got->fd : OS_NO_SOCKET,
        .bind = t->bind,
        .connect_ms = t->wait_online_ms != 0 ? ASLEEP_CONNECT_MS
                                             : eo_job_connect_ms(j),
        .listeners = j->c.listeners,
        .port_min = t->host_port_min,
        .port_max = t->host_port_max,
        .on_warning = on_warning,
        .on_change = on_change,
        .on_commit = on_commit,
        .on_bytes = j->c.log_level >= ESPOTA_LOG_BYTES ? on_bytes : NULL,
        .ctx = j,
    };

    errno = 0;
    j->session = j->speaks->start(j->speaks, &j->target, &how);
    if (j->session == NULL)
        no_session(j, errno);
}

/* got: the same. */
static void start_session(struct job *j, const struct detected *got)
{
    const struct espota_target *t = &j->target.pub;
    const uint32_t connect_ms = eo_job_connect_ms(j);
    const uint32_t stall_ms = t->stall_ms ? t->stall_ms : STALL_MS;
    const struct proto_job job = {
        .image = j->c.image,
        .password = t->n_passwords > 0 ? t->passwords[j->password] : NULL,
        .key = j->target.has_key ? j->target.key : NULL,
        .how = t->how,
        .answer_ms = connect_ms < stall_ms ? connect_ms : stall_ms,
        .stall_ms = stall_ms,
        .careful = j->error.category == ESPOTA_E_BROKEN,
    };

    if (eo_protocol_check(j->speaks, &job, &j->error) != 0) {
        if (got != NULL && got->fd >= 0)
            eo_sock_close(got->fd);
        eo_job_end_failed(j);
        return;
    }
    if (t->dry_run) { /* no more can be known without talking to the device */
        eo_job_end_well(j, ESPOTA_SKIPPED);
        return;
    }
    eo_report_phase(&j->report, ESPOTA_PHASE_CONNECT, "connecting");
    limit_first_answer(j);
    converse(j, &job, got);
}

/* ---- which protocol? ----------------------------------------------------- */

static void start_guessed(struct job *j, const char *protocol, const char *why)
{
    j->speaks = eo_protocol_find(protocol);
    snprintf(j->decided, sizeof j->decided, "%s", why);
    eo_report_log(&j->report, ESPOTA_LOG_INFO, "it speaks %s: %s", protocol,
                  why);
}

/* Does the image suit the device that was found, and can we speak to it? */
static int suits(struct job *j, const struct detected *got, uint16_t *port)
{
    const struct protocol *p =
        got->protocol != NULL ? eo_protocol_find(got->protocol) : NULL;

    *port = got->port;
    if (eo_fit(&j->report, j->c.image, &j->target.pub, got, &j->error) != 0)
        return -1;
    if (p != NULL && eo_protocol_need(p, &j->error) != 0)
        return -1;
    return p != NULL && p->found != NULL
               ? p->found(&j->target, got->profile, port, &j->error)
               : 0;
}

static void on_detected(void *ctx, const struct detected *got,
                        const struct espota_error *err)
{
    struct job *j = ctx;
    uint16_t port;

    if (got == NULL) {
        j->steps->failed(j, err);
        return;
    }
    if (suits(j, got, &port) != 0) {
        if (got->fd >= 0)
            eo_sock_close(got->fd);
        eo_job_end_failed(j);
        return;
    }
    if (got->protocol == NULL) { /* a dry run goes no further */
        eo_job_end_well(j, ESPOTA_SKIPPED);
        return;
    }
    start_guessed(j, got->protocol, got->why);
    j->announced_port = port;
    j->by_port = got->fd >= 0 && got->port == 0;
    if (got->doubt != NULL)
        j->no_tcp = *got->doubt;
    else
        j->guessing = false; /* a refusal after this means a restart */
    eo_job_set_ports(j);
    j->visible |= got->doubt != NULL && got->doubt->sys_errno == ECONNREFUSED;
    if (got->fd >= 0)
        start_session(j, got);
    else
        j->steps->next(j, JOB_SPEAK);
    eo_detect_free(j->detect);
    j->detect = NULL;
}

void eo_job_speak(struct job *j)
{
    start_session(j, NULL);
}

static void invite_there(void *ctx)
{
    eo_job_speak(ctx);
}

/* Invitations use IPv4 only; a connection tries all addresses anyway. */
bool eo_job_next_address(struct job *j)
{
    struct addr first;
    char text[ADDR_TEXT];
    size_t n = 0, at = 0;

    for (size_t i = j->n_addr; i-- > 0;)
        if (j->addr[i].family == 4) {
            n++;
            at = i;
        }
    if (j->speaks->listens || j->said_hello || j->tried + 1 >= n)
        return false;
    j->tried++;
    first = j->addr[at];
    memmove(&j->addr[at], &j->addr[at + 1],
            (j->n_addr - at - 1) * sizeof j->addr[0]);
    j->addr[j->n_addr - 1] = first;
    eo_addr_text(&first, false, text);
    eo_report_log(&j->report, ESPOTA_LOG_INFO,
                  "nobody answers at %s: on to its next address", text);
    eo_job_stop_all(j);
    eo_timer_start(j->c.loop, &j->timer, 0, invite_there, j);
    return true;
}

void eo_job_approach(struct job *j)
{
    const struct protocol *only = eo_protocol_only(&j->target);

    eo_job_approaches(j);
    if (j->guessing && only != NULL) {
        start_guessed(j, only->name, "only that can do what is wanted");
        j->guessing = false;
        eo_job_set_ports(j);
    }
    if (!j->guessing) {
        j->steps->next(j, JOB_SPEAK);
        return;
    }
    j->speaks = eo_protocol_of(&j->target.pub); /* drop an earlier guess */
    eo_job_set_ports(j);
    eo_report_phase(&j->report, ESPOTA_PHASE_CONNECT,
                    j->target.pub.dry_run ? "listening for what it announces"
                                          : "connecting");
    j->detect = eo_detect_start(
        j->c.loop,
        &(struct detect_config){.name = j->target.name,
                                .addr = j->addr,
                                .n_addr = j->n_addr,
                                .bind = j->target.pub.bind,
                                .listens_only = j->target.pub.dry_run},
        on_detected, j);
    if (j->detect == NULL)
        eo_job_end_memory(j);
}
