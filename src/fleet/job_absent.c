/* job_absent.c -- a job whose device may be skipped if it is absent.
 *
 * There is one limit for the whole approach, from the look-up of the name to
 * the device's first answer.
 *
 * While other jobs have all the places, this file finds out without one whether
 * the device is there.  A device that announced its address is there.  For any
 * other, a connection to its port shows it, and is closed at once.  With
 * ArduinoOTA that connection may time out; then the invitation decides, also
 * without a place.
 *
 * A job that has a place lends it to others if its device says nothing for a
 * moment.
 */
#include <errno.h>
#include <string.h>

#include "fleet/job_inside.h"

enum {
    CONNECT_MS = 20000,
    ABSENT_MS = 5000,
    LEND_MS = 750 /* a device that is there usually answers within that */
};

uint32_t eo_job_connect_ms(const struct job *j)
{
    const struct espota_target *t = &j->target.pub;

    if (t->connect_ms != 0)
        return t->connect_ms;
    return t->skip_absent ? ABSENT_MS : CONNECT_MS;
}

/* ---- the limit of one approach ------------------------------------------- */

static enum espota_category how_absent(const struct job *j)
{
    if (j->resolve != NULL)
        return ESPOTA_E_RESOLVE;
    return j->looks || j->report.phase <= ESPOTA_PHASE_CONNECT
               ? ESPOTA_E_CONNECT
               : ESPOTA_E_NO_ANSWER;
}

static void on_patience(void *ctx)
{
    struct job *j = ctx;
    const uint32_t ms = eo_job_connect_ms(j);

    eo_fail(&j->error, how_absent(j), "nobody answered within %u.%u s",
            ms / 1000, ms / 100 % 10);
    eo_job_end_failed(j);
}

void eo_job_expects_answer(struct job *j)
{
    const struct espota_target *t = &j->target.pub;

    if (j->patient || j->heard || !t->skip_absent || t->dry_run ||
        t->wait_online_ms != 0)
        return;
    j->patient = true;
    eo_timer_start(j->c.loop, &j->patience, eo_job_connect_ms(j), on_patience,
                   j);
}

void eo_job_doze(struct job *j, bool dozes)
{
    if (j->dozes == dozes)
        return;
    j->dozes = dozes;
    j->c.on_doze(j->c.on_end_ctx, dozes);
}

static void on_lend(void *ctx)
{
    eo_job_doze(ctx, true);
}

void eo_job_approaches(struct job *j)
{
    eo_job_expects_answer(j);
    if (j->patient && !j->dozes)
        eo_timer_start(j->c.loop, &j->lend, LEND_MS, on_lend, j);
}

void eo_job_heard(struct job *j)
{
    j->heard = true;
    eo_job_expects_nothing(j);
    eo_job_doze(j, false);
}

/* ---- is the device there? ------------------------------------------------ */

static void on_seen(void *ctx)
{
    struct job *j = ctx;

    eo_job_stop_all(j);
    if (!j->unsure)
        eo_job_expects_nothing(j);
    j->dozes = j->unsure;
    j->c.on_seen(j->c.on_end_ctx, !j->unsure);
}

/* Works from a timer, so that nothing is called or freed from inside the
 * callback that found the device. */
static void seen(struct job *j, bool sure)
{
    j->unsure = !sure;
    eo_timer_start(j->c.loop, &j->timer, 0, on_seen, j);
}

static void on_nobody(void *ctx)
{
    eo_job_end_failed(ctx);
}

static void on_knocked(void *ctx, os_socket fd, const struct addr *winner,
                       const struct espota_error *err)
{
    struct job *j = ctx;
    const bool needs_tcp = !j->guessing && j->speaks->listens;

    (void)winner;
    if (fd >= 0)
        eo_sock_close(fd);
    if (fd < 0 && eo_is_want_of_fds(err->sys_errno)) {
        seen(j, true); /* not known: the job itself will find out */
    } else if (fd >= 0 || (!needs_tcp && err->sys_errno == ECONNREFUSED)) {
        seen(j, true);
    } else if (!needs_tcp &&
               (err->sys_errno == ETIMEDOUT || err->sys_errno == 0)) {
        seen(j, false);
    } else {
        j->error = *err;
        eo_timer_start(j->c.loop, &j->timer, 0, on_nobody, j);
    }
}

static void on_found(void *ctx, const struct resolved *got,
                     const struct espota_error *err)
{
    struct job *j = ctx;
    const uint32_t ms = eo_job_connect_ms(j);

    if (got == NULL) {
        j->error = *err;
        eo_timer_start(j->c.loop, &j->timer, 0, on_nobody, j);
        return;
    }
    if (strcmp(got->how, "mdns") == 0) {
        seen(j, true);
        return;
    }
    eo_job_set_addresses(j, got);
    j->knock = eo_race_start(j->c.loop, j->addr, j->n_addr,
                             j->target.pub.bind,
                             !j->guessing && j->speaks->listens ? ms : ms / 2,
                             on_knocked, j);
    eo_resolve_free(j->resolve);
    j->resolve = NULL;
    if (j->knock == NULL)
        seen(j, true); /* not known: the job itself will find out */
}

static void look_for(void *ctx)
{
    struct job *j = ctx;

    eo_job_expects_answer(j);
    j->resolve = eo_job_resolve(j, on_found);
    if (j->resolve == NULL)
        eo_job_end_memory(j);
}

bool eo_job_may_look_for(const struct job *j)
{
    const struct espota_target *t = &j->target.pub;

    return t->skip_absent && !t->dry_run && t->wait_online_ms == 0;
}

void eo_job_look_for(struct job *j)
{
    j->started = j->looks = true;
    eo_report_begin(&j->report);
    eo_timer_start(j->c.loop, &j->timer, 0, look_for, j);
}
