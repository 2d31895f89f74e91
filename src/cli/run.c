/* run.c -- prepares and flashes devices, and shows the progress. */
#include "cli/run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/drive.h"
#include "cli/idle.h"
#include "cli/run_ui.h"
#include "os/signals.h"

enum { DEFAULT_JOBS = 64, TICK_MS = 250 };

/* ---- devices ------------------------------------------------------------ */

static bool is_built_in(const char *protocol)
{
    struct espota_protocol p;

    for (size_t i = 0; espota_protocol_at(i, &p); i++)
        if (strcmp(p.name, protocol) == 0)
            return true;
    return strcmp(protocol, "auto") == 0;
}

static int check(const struct opts *o, struct espota_error *err)
{
    const char *protocol = espota_protocol_word_at((size_t)o->protocol);

    if (!is_built_in(protocol))
        return eo_fail(err, ESPOTA_E_USAGE,
                       "--protocol %s was left out of this build", protocol);
    if (o->file == NULL || o->file[0] == '\0')
        return eo_fail_hint(err, ESPOTA_E_USAGE,
                            "give it as the last word or with -f; a single "
                            "word is taken as a device",
                            "no image: -f FILE is missing");
    if (o->auth_stdin && strcmp(o->file, "-") == 0)
        return eo_fail(err, ESPOTA_E_USAGE,
                       "image and password cannot both come from standard "
                       "input");
    if (o->key != NULL && o->key_file != NULL)
        return eo_fail(err, ESPOTA_E_USAGE,
                       "--key and --key-file contradict each other");
    if (o->filesystem && eo_opts_given(o, &o->how.type) &&
        o->how.type != ESPOTA_TYPE_FILESYSTEM)
        return eo_fail(err, ESPOTA_E_USAGE,
                       "-s and --type contradict each other");
    if (o->from_factory &&
        (o->filesystem || o->how.type != ESPOTA_TYPE_APP))
        return eo_fail(err, ESPOTA_E_USAGE,
                       "--from-factory takes out an app, which -s and --type "
                       "contradict");
    if (o->how.type >= ESPOTA_TYPE_PARTITION_TABLE && !o->yes)
        return eo_fail_hint(err, ESPOTA_E_USAGE,
                            "add --yes if you mean it, and have a cable ready",
                            "a wrong partition table or bootloader leaves a "
                            "device that does not start");
    return 0;
}

static struct run_device *new_device(struct run *run)
{
    struct run_device **all =
        eo_grow(run->device, run->n, &run->cap, sizeof *all);

    if (all == NULL)
        return NULL;
    run->device = all;
    run->device[run->n] = eo_calloc(1, sizeof **run->device);
    return run->device[run->n] != NULL ? run->device[run->n++] : NULL;
}

/* Sets the host, the name and the options of a device. */
static int place(struct run *run, struct run_device *d,
                 struct target_row *row, struct espota_error *err)
{
    const struct config *config = &run->cli->config;
    /* For a NAME that is not in the files, the files may know its host. */
    const char *section = row->host != NULL && !eo_config_knows(config, row->key)
                              ? row->host
                              : row->key;
    const struct setting *address =
        row->host == NULL ? eo_config_address(config, section) : NULL;

    d->own = &row->settings;
    d->ui.name = row->name;
    d->asked = row->key;
    d->named = row->named;
    d->host = row->host != NULL ? row->host : row->key;
    if (address != NULL) {
        struct device_words words;

        if (eo_device_given(&words, address->value, err) != 0)
            return -1;
        snprintf(d->host_space, sizeof d->host_space, "%.*s",
                 (int)(words.url ? words.target.len : words.host.len),
                 words.url ? words.target.at : words.host.at);
        d->host = d->host_space;
    }
    if (eo_cli_opts(run->cli, section, &row->settings, &d->opts, err) != 0)
        return -1;
    if (run->cli->opts.debug)
        eo_cli_describe(row->name, &d->opts);
    if (run->cli->opts.debug && address != NULL)
        fprintf(stderr, "%s: address = %s (%s)\n", row->name, address->value,
                address->where);
    return 0;
}

/* A URL may have a port of its own. */
static int check_url(const struct run_device *d, struct espota_error *err)
{
    struct device_words words;

    if (!eo_is_url(d->host) || eo_device_read(&words, d->host, err) != 0)
        return eo_is_url(d->host) ? -1 : 0;
    if (words.port != 0 && d->opts.port != 0 && words.port != d->opts.port &&
        eo_opts_level(&d->opts, &d->opts.port) == LEVEL_OWN)
        return eo_fail(err, ESPOTA_E_USAGE, "%s has two ports: --port says %u",
                       d->host, d->opts.port);
    return 0;
}

int eo_run_add(struct run *run, struct target_row *row,
               struct espota_error *err)
{
    struct run_device *d = new_device(run);
    struct espota_error wrong;

    if (d == NULL)
        return eo_fail_memory(err);
    d->job = -1;
    d->status = espota_category_status(ESPOTA_E_INTERNAL); /* until it ends */
    if (place(run, d, row, err) != 0 || check(&d->opts, err) != 0 ||
        check_url(d, err) != 0)
        return -1;
    if (d->opts.filesystem)
        d->opts.how.type = ESPOTA_TYPE_FILESYSTEM;
    if (eo_passwords(&d->passwords, &d->opts, &run->asked, &run->cli->notes,
                     &d->error) == 0 &&
        eo_key(&d->key, &d->opts, &run->cli->notes, &d->error) == 0) {
        const struct espota_target target = eo_run_target(d);

        d->error.category = ESPOTA_E_OK;
        if (espota_target_check(&target, &wrong) != 0)
            return eo_fail_as(err, &wrong, "%s: %s", row->name, wrong.message);
    }
    return 0;
}

/* ---- flashing ----------------------------------------------------------- */

/* A device that has ended no longer needs its secrets. */
static void wipe(struct run_device *d)
{
    eo_secrets_free(&d->passwords);
    eo_secrets_free(&d->key);
    eo_settings_wipe(d->own);
}

static void on_event(void *ctx, const struct espota_event *e)
{
    struct run *run = ctx;
    struct run_device *d = e->tag;
    struct espota_event named = *e;

    if (d != NULL) {
        named.device = d->ui.name;
        if (e->kind == ESPOTA_EVENT_END) {
            d->status = eo_uis_result(&run->ui, e->result);
            wipe(d);
        }
    }
    eo_uis_event(&run->ui, &named);
    if (d != NULL && run->extra != NULL)
        run->extra->event(run->extra->ctx, d, &named);
}

/* Ends a device that did not become a job. */
static void end_early(struct run *run, struct run_device *d)
{
    const struct espota_result result = {
        .outcome = d->error.category == ESPOTA_E_OK
                       ? ESPOTA_SKIPPED
                       : espota_category_outcome(d->error.category),
        .error = &d->error,
        .phase = ESPOTA_PHASE_QUEUED,
        .bytes_image =
            d->image != NULL ? espota_image_info(d->image)->bytes : 0,
    };

    on_event(run, &(struct espota_event){.kind = ESPOTA_EVENT_END,
                                         .job = -1,
                                         .tag = d,
                                         .phase = ESPOTA_PHASE_QUEUED,
                                         .result = &result});
}

static bool admitted(struct run *run, struct run_device *d)
{
    return run->extra == NULL || run->extra->admit(run->extra->ctx, d);
}

static void add_job(struct run *run, struct run_device *d)
{
    const struct espota_target target = eo_run_target(d);

    d->job = espota_fleet_add(run->fleet, d->image, &target, &d->error);
    if (d->job >= 0)
        d->error.category = ESPOTA_E_OK;
}

/* Every check that is possible before a byte is sent is made for all devices
 * first, and one failure stops all: a mistake in one line must not leave the
 * fleet half flashed. */
static void start(struct run *run)
{
    size_t not_ready = 0;
    struct espota_error why;

    for (size_t i = 0; i < run->n; i++)
        eo_run_ready(run, run->device[i]);
    for (size_t i = 0; i < run->n; i++) {
        struct run_device *d = run->device[i];

        if (d->error.category == ESPOTA_E_OK && admitted(run, d))
            add_job(run, d);
        if (d->job < 0)
            end_early(run, d);
        not_ready += d->error.category != ESPOTA_E_OK;
    }
    if (not_ready == 0)
        return;
    eo_fail(&why, ESPOTA_E_FLEET_STOPPED,
            "not begun: %zu of %zu devices could not be prepared", not_ready,
            run->n);
    espota_fleet_stop(run->fleet, &why);
}

static bool is_busy(struct run *run)
{
    return run->extra != NULL && run->extra->busy(run->extra->ctx) &&
           run->ui.signal == 0;
}

/* Keeps the loop alive while hooks run. */
static void hold(struct run *run, bool *held)
{
    const bool busy = is_busy(run);

    if (busy && !*held)
        espota_loop_hold(run->loop);
    else if (*held && !busy)
        espota_loop_release(run->loop);
    *held = busy;
}

/* Runs the loop: a signal wakes it, the screen counts seconds, and hooks are
 * polled. */
static void drive(struct run *run)
{
    bool held = false;

    while (espota_loop_live(run->loop)) {
        struct espota_error err;

        if (eo_signals_caught() != 0) {
            run->ui.signal = eo_signals_caught();
            espota_fleet_cancel(run->fleet, -1);
            hold(run, &held); /* do not wait for hooks now */
        }
        /* If the loop cannot wait, it has ended every device with that reason.
         */
        (void)!espota_loop_run(run->loop, TICK_MS, &err);
        hold(run, &held);
        eo_uis_tick(&run->ui);
    }
}

/* ---- the run ------------------------------------------------------------ */

static void show_notes(struct run *run)
{
    struct notes *notes = &run->cli->notes;

    for (size_t i = 0; i < notes->n; i++)
        eo_uis_event(&run->ui,
                     &(struct espota_event){.kind = ESPOTA_EVENT_WARNING,
                                            .job = -1,
                                            .code = notes->at[i].code,
                                            .text = notes->at[i].text});
    eo_notes_free(notes);
}

/* If canaries, waves or a stop limit were given, the counts decide the status,
 * even for one device. */
static int status_of(const struct run *run)
{
    const bool gated = run->limits.canary.n > 0 || run->limits.n_waves > 0 ||
                       run->limits.stop_after.n > 0;

    return espota_counts_status(&run->ui.total.counts,
                                run->n == 1 && !gated ? run->device[0]->status
                                                      : -1,
                                run->ui.signal);
}

int eo_run_go(struct run *run)
{
    const struct opts *o = &run->cli->opts;
    struct espota_fleet_config config = run->limits;
    struct ui_device **devices = eo_calloc(run->n + 1, sizeof *devices);
    struct espota_error err;
    int status;

    eo_signals_catch();
    if (config.max_active == 0)
        config.max_active = DEFAULT_JOBS;
    config.log_level = o->verbose > 0 ? (enum espota_log_level)o->verbose
                       : o->debug     ? ESPOTA_LOG_INFO
                                      : 0;
    eo_asked_free(&run->asked); /* every device has its own copy */
    config.size = sizeof config;
    config.on_event = on_event;
    config.on_event_ctx = run;
    eo_fail_memory(&err);
    if (devices == NULL ||
        espota_loop_new(&run->loop, &err) != 0 ||
        espota_fleet_new(&run->fleet, run->loop, &config, &err) != 0 ||
        eo_run_ui(run, o, &err) != 0) {
        eo_free(devices);
        return eo_cli_fail(&err);
    }
    for (size_t i = 0; i < run->n; i++)
        devices[i] = &run->device[i]->ui;
    run->ui.devices = devices;
    run->ui.n_devices = run->n;
    eo_uis_start(&run->ui, config.max_active < run->n ? config.max_active
                                                      : (unsigned)run->n);
    run->ui.signal = eo_signals_caught(); /* it came while we were asking */
    eo_idle_options(run, &run->cli->notes);
    show_notes(run);
    start(run);
    show_notes(run);
    eo_drive_signals(run->loop);
    drive(run);
    eo_drive_signals(NULL);
    run->ui.signal = eo_signals_caught();
    status = status_of(run);
    eo_uis_end(&run->ui, status);
    eo_uis_free(&run->ui);
    eo_free(devices);
    return status;
}

void eo_run_drop(struct run_device *d)
{
    eo_opts_free(&d->opts);
    eo_secrets_free(&d->passwords);
    eo_secrets_free(&d->key);
    eo_free(d);
}

void eo_run_free(struct run *run)
{
    espota_fleet_free(run->fleet);
    espota_loop_free(run->loop);
    eo_uis_free(&run->ui);
    for (size_t i = 0; i < run->n; i++)
        eo_run_drop(run->device[i]);
    eo_free(run->device);
    eo_run_images_free(run);
    eo_asked_free(&run->asked);
}
