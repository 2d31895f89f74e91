/* observer.c -- the journal and the hooks of a fleet run: they see every
 * event. */
#include "cli/observer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/hook_facts.h"
#include "os/file.h"

enum { ID_MAX = 300 };

void eo_observer_id(const struct run_device *d, char *out, size_t cap)
{
    if (!d->named && eo_opts_given(&d->opts, &d->opts.port))
        snprintf(out, cap, "%s:%u", d->asked, d->opts.port);
    else
        snprintf(out, cap, "%s", d->asked);
}

static void warn(struct fleet_observer *ob, struct run_device *d,
                 const char *code, const char *text)
{
    eo_uis_event(&ob->run->ui,
                 &(struct espota_event){.kind = ESPOTA_EVENT_WARNING,
                                        .job = d->job,
                                        .tag = d,
                                        .device = d->ui.name,
                                        .code = code,
                                        .text = text});
}

/* ---- the journal --------------------------------------------------------- */

static bool admit(void *ctx, struct run_device *d)
{
    struct fleet_observer *ob = ctx;
    char id[ID_MAX];

    d->hold = ob->opts->before != NULL && !ob->opts->dry_run;
    if (ob->journal == NULL)
        return true;
    eo_observer_id(d, id, sizeof id);
    d->known =
        eo_journal_state(ob->journal, id, espota_image_info(d->image)->sha256);
    if (espota_state_next(d->known) != ESPOTA_NEXT_SKIP || ob->opts->force)
        return true;
    snprintf(d->error.message, sizeof d->error.message,
             "the journal says that it has this image");
    return false;
}

/* What cannot be recorded must not happen: this device ends before its last
 * byte is sent, and no other device is begun. */
static void give_up(struct fleet_observer *ob, struct run_device *d, int sys)
{
    struct espota_error err;

    eo_fail_sys(&err, ESPOTA_E_FLEET_STOPPED, sys,
                "not begun: the journal cannot be written");
    espota_fleet_stop(ob->run->fleet, &err);
    eo_fail_sys(&err, ESPOTA_E_INTERNAL, sys,
                "the journal cannot be written (%s): the image was not sent "
                "to its end",
                eo_file_text(sys));
    espota_fleet_veto(ob->run->fleet, d->job, &err);
    if (!ob->told)
        warn(ob, d, "journal",
             "the journal cannot be written: no other device is begun, and "
             "the next run may have to ask this one what it runs");
    ob->told = true;
}

static void record(struct fleet_observer *ob, struct run_device *d,
                   const struct espota_event *e)
{
    const char *sha256;
    char id[ID_MAX];
    int rc = 0;

    if (ob->journal == NULL || d->image == NULL || ob->opts->dry_run)
        return;
    sha256 = espota_image_info(d->image)->sha256;
    eo_observer_id(d, id, sizeof id);
    if (e->kind == ESPOTA_EVENT_COMMIT || e->kind == ESPOTA_EVENT_STATE)
        rc = eo_journal_happened(ob->journal, id, sha256, e->happening);
    else if (e->kind == ESPOTA_EVENT_END &&
             e->result->outcome != ESPOTA_SKIPPED)
        rc = eo_journal_end(ob->journal, id, sha256, d->status, e->result);
    if (rc != 0)
        give_up(ob, d, errno);
}

/* ---- hooks --------------------------------------------------------------- */

static void result_facts(struct hook_facts *f, const struct run_device *d,
                         const struct espota_result *r)
{
    const bool ok = r->error->category == ESPOTA_E_OK;

    eo_hook_fact(f, "OUTCOME", espota_outcome_name(r->outcome));
    eo_hook_fact(f, "CODE", espota_category_name(r->error->category));
    eo_hook_number(f, "STATUS", (unsigned)d->status);
    eo_hook_fact(f, "MESSAGE", ok ? "" : r->error->message);
    eo_hook_number(f, "MS", r->ms_total);
    eo_hook_fact(f, "OLD_VERSION", r->old_version);
    eo_hook_fact(f, "NEW_VERSION", r->new_version);
}

static void facts_of(struct hook_facts *f, const struct run_device *d,
                     const struct espota_event *e)
{
    const struct espota_image_info *info =
        d->image != NULL ? espota_image_info(d->image) : NULL;

    eo_hook_fact(f, "HOOK", e->kind == ESPOTA_EVENT_END ? "after" : "before");
    eo_hook_fact(f, "DEVICE", d->ui.name);
    eo_hook_fact(f, "ADDRESS", d->host);
    eo_hook_fact(f, "IMAGE", info != NULL ? info->file : d->opts.file);
    eo_hook_fact(f, "SHA256", info != NULL ? info->sha256 : NULL);
    if (e->kind == ESPOTA_EVENT_END)
        result_facts(f, d, e->result);
}

/* Writes what --json prints about the device at that moment. */
static void write_event(struct ui *json, const struct fleet_observer *ob,
                        struct run_device *d, const struct espota_event *e)
{
    json->set = &ob->run->ui;
    if (e->kind == ESPOTA_EVENT_END)
        json->ops->event(json, &d->ui, e);
    else
        json->ops->image(json, &d->ui, espota_image_info(d->image));
}

/* The event is in an unlinked file, so that nothing has to feed a pipe.  The
 * file is empty in a build without JSON. */
static int run_hook(struct fleet_observer *ob, struct run_device *d,
                    const char *command, const struct espota_event *e,
                    struct espota_error *err)
{
    struct hook_facts f = {.n = 0};
    FILE *input = eo_file_stream_temporary();
    struct ui *json = input != NULL ? eo_ui_json(input) : NULL;
    int rc;

    if (input == NULL)
        return eo_fail_sys(err, ESPOTA_E_INTERNAL, errno,
                           "the event for a hook cannot be written: %s",
                           eo_file_text(errno));
    facts_of(&f, d, e);
    if (json != NULL)
        write_event(json, ob, d, e);
    rc = f.lost ? eo_fail(err, ESPOTA_E_INTERNAL, "out of memory for a hook")
                : eo_hooks_start(ob->hooks, command, f.env, input, d, err);
    eo_hook_facts_free(&f);
    if (json != NULL)
        json->ops->free(json); /* this closes input as well */
    else
        fclose(input);
    return rc;
}

/* When a "before" hook ends, its device goes on or ends as well. */
static void on_hook_end(void *ctx, void *tag, int status, const char *why)
{
    struct fleet_observer *ob = ctx;
    struct run_device *d = tag;
    const bool before = d->hold;
    struct espota_error err;
    char text[160];

    d->hold = false;
    if (status == 0 && before) {
        espota_fleet_release(ob->run->fleet, d->job, NULL);
        return;
    }
    if (status == 0)
        return;
    if (why == NULL)
        snprintf(text, sizeof text, "the %s hook ended with status %d",
                 before ? "before" : "after", status);
    else
        snprintf(text, sizeof text, "the %s hook %s",
                 before ? "before" : "after", why);
    if (!before) {
        warn(ob, d, "hook", text);
        return;
    }
    eo_fail(&err, ESPOTA_E_USAGE, "not tried: %s", text);
    espota_fleet_release(ob->run->fleet, d->job, &err);
}

static void call_hooks(struct fleet_observer *ob, struct run_device *d,
                       const struct espota_event *e)
{
    struct espota_error err;

    if (e->kind == ESPOTA_EVENT_HELD &&
        run_hook(ob, d, ob->opts->before, e, &err) != 0) {
        d->hold = false;
        espota_fleet_release(ob->run->fleet, d->job, &err);
    }
    if (e->kind == ESPOTA_EVENT_END && ob->opts->after != NULL &&
        run_hook(ob, d, ob->opts->after, e, &err) != 0)
        warn(ob, d, "hook", err.message);
}

/* ---- journal and hooks -------------------------------------------------- */

static void on_event(void *ctx, struct run_device *d,
                     const struct espota_event *e)
{
    record(ctx, d, e);
    call_hooks(ctx, d, e);
}

static bool busy(void *ctx)
{
    struct fleet_observer *ob = ctx;

    return eo_hooks_poll(ob->hooks) > 0;
}

static void note_skipped(const struct fleet_observer *ob, struct notes *notes)
{
    unsigned first;
    const size_t n = eo_journal_skipped(ob->journal, &first);

    if (n > 0)
        eo_note(notes, "journal",
                "%s: %zu line%s skipped, line %u first: torn, or not of this "
                "version",
                ob->opts->journal, n, n == 1 ? " was" : "s were", first);
}

int eo_observer_start(struct fleet_observer *ob, struct run *run,
                      const struct opts *o, struct espota_error *err)
{
    *ob = (struct fleet_observer){.run = run, .opts = o};
    ob->extra = (struct run_extra){admit, on_event, busy, ob};
    ob->hooks = eo_hooks_new(&(struct hooks_config){
        .shell = o->hook_shell,
        .timeout_ms = o->hook_timeout_ms,
        .on_end = on_hook_end,
        .ctx = ob,
    });
    if (ob->hooks == NULL)
        return eo_fail_memory(err);
    if (o->journal != NULL &&
        eo_journal_open(&ob->journal, o->journal, o->dry_run, err) != 0)
        return -1;
    if (ob->journal != NULL)
        note_skipped(ob, &run->cli->notes);
    run->extra = &ob->extra;
    return 0;
}

void eo_observer_end(struct fleet_observer *ob)
{
    eo_hooks_free(ob->hooks);
    eo_journal_free(ob->journal);
}
