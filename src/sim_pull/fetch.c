/* fetch.c -- a device's fetch: where it stores the image, and how it ends. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "os/file.h"
#include "sim_pull/device.h"

const struct pull_config *eo_sim_pull_config(const struct pull_device *d)
{
    return d->base.sim->config;
}

struct espota_loop *eo_sim_pull_loop(const struct pull_device *d)
{
    return d->base.sim->loop;
}

bool eo_sim_pull_is_esphome(const struct pull_device *d)
{
    return eo_sim_pull_config(d)->variant >= VARIANT_ESPHOME;
}

void eo_sim_pull_violate(struct pull_device *d, const char *what)
{
    if (d->violations++ == 0)
        d->violation = what;
}

/* ---- the end of a fetch -------------------------------------------------- */

static void forget(struct pull_device *d)
{
    eo_hasher_free(d->hasher);
    d->hasher = NULL;
    if (d->store != NULL)
        fclose(d->store);
    d->store = NULL;
    if (d->store_at != NULL)
        eo_file_remove(d->store_at);
    eo_free(d->store_at);
    d->store_at = NULL;
}

void eo_sim_pull_hang_up(struct pull_device *d)
{
    eo_timer_stop(eo_sim_pull_loop(d), &d->timer);
    eo_timer_stop(eo_sim_pull_loop(d), &d->tick);
    eo_watch_free(d->watch);
    d->watch = NULL;
    if (d->fd > 0)
        eo_sock_close(d->fd);
    d->fd = 0;
    if (!d->kept)
        forget(d);
}

/* Keeps the received image as the new firmware. */
static void keep(struct pull_device *d)
{
    char *path = eo_sim_store_path(&d->base);

    if (path == NULL)
        return;
    if (d->store == NULL || fclose(d->store) != 0 ||
        eo_file_replace(d->store_at, path) != 0)
        eo_sim_pull_violate(d, "cannot store it");
    d->store = NULL;
    eo_free(path);
}

/* The run is over when all devices have asked, unless they repeat forever. */
static void maybe_done(struct sim *s)
{
    const struct pull_config *c = s->config;

    if (c->every_us == 0 && s->sessions >= s->common.count)
        s->done = true;
}

static struct report *describe(struct pull_device *d, int code,
                               const char *what)
{
    struct report *r = eo_sim_report_new("session", &d->base);

    eo_sim_report_number(r, "session", ++d->base.sessions);
    eo_sim_report_text(r, "outcome", what);
    eo_sim_report_flag(r, "updated", code == 0);
    eo_sim_report_number(r, "code", (uint64_t)(code < 0 ? -code : 0));
    eo_sim_report_number(r, "status", (uint64_t)d->status);
    eo_sim_report_number(r, "received", d->received);
    eo_sim_report_text(r, "md5", d->want_md5);
    eo_sim_report_text(r, "version", d->x_version);
    eo_sim_report_number(r, "ms",
                         eo_loop_now(eo_sim_pull_loop(d)) - d->asked_at);
    eo_sim_report_number(r, "violations", d->violations);
    eo_sim_report_text(r, "violation", d->violation);
    return r;
}

bool eo_sim_pull_restarted(struct pull_device *d, enum pull_restart step)
{
    if (!eo_sim_script_once(&d->base.restarted, eo_sim_pull_config(d)->restart,
                            (int)step))
        return false;
    eo_sim_drop(d->fd);
    d->fd = 0;
    d->kept = eo_sim_pull_config(d)->resume && step == PULL_RESTART_DATA;
    eo_sim_session_end(&d->base, describe(d, -1, "restart"), false,
                       d->violations);
    eo_sim_restart(&d->base);
    return true;
}

void eo_sim_pull_end(struct pull_device *d, int code, const char *what)
{
    struct report *r = describe(d, code, what);
    const bool updated = code == 0;
    struct sim *s = d->base.sim;

    if (updated) {
        keep(d);
        memcpy(d->md5, d->want_md5, sizeof d->md5);
        if (d->x_version[0] != '\0')
            memcpy(d->version, d->x_version, sizeof d->version);
    }
    eo_sim_pull_hang_up(d);
    eo_sim_session_end(&d->base, r, updated, d->violations);
    maybe_done(s);
    if (!updated && eo_sim_pull_config(d)->every_us > 0)
        eo_timer_start(eo_sim_pull_loop(d), &d->timer,
                       eo_sim_pull_config(d)->every_us / 1000, d->again, d);
}

/* ---- the beginning ------------------------------------------------------- */

static void open_store(struct pull_device *d)
{
    char *path = eo_sim_store_path(&d->base);
    struct text t;

    if (path == NULL)
        return;
    d->store_at = eo_calloc(strlen(path) + sizeof ".part", 1);
    if (d->store_at != NULL) {
        eo_text_init(&t, d->store_at, strlen(path) + sizeof ".part");
        eo_text_add(&t, "%s.part", path);
        d->store = eo_file_stream_write(d->store_at);
    }
    eo_free(path);
}

void eo_sim_pull_begin_anew(struct pull_device *d)
{
    forget(d);
    d->received = d->asked_from = 0;
    d->etag[0] = '\0';
    d->hasher = eo_hasher_new(DIGEST_MD5);
    if (d->step == PULL_ASK_IMAGE)
        open_store(d);
}
