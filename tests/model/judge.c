/* judge.c -- what the program said and wrote, against what the devices have. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "cli/journal.h"
#include "model/world.h"
#include "ui/ui.h"

/* What a run's events say of a device. */
static struct said {
    bool begun, ended;
    enum espota_outcome outcome;
    enum espota_category category;
} said[DEVICES_MAX];

static unsigned running, updated, failed;
static unsigned unheard; /* failed before their first word */
static unsigned begun, early; /* ever begun; ended without that */

/* Over all runs; -1: it cannot be told. */
static int latest_failed[DEVICES_MAX];

static bool has(size_t d)
{
    return world.device[d].runs == world.image;
}

void judge_begin(void)
{
    memset(said, 0, sizeof said);
    running = updated = failed = unheard = begun = early = 0;
    if (world.now == 0)
        memset(latest_failed, 0, sizeof latest_failed);
}

/* ---- gates ----------------------------------------------------------------- */

/* --waves=1 and --waves=2,100%: the first of the second wave.  Where a device of
 * the first ended before its turn, it cannot be told which one that is. */
static void check_waves(size_t d)
{
    const unsigned first = world_run(RUN_WAVES, 3);

    if (first == 0 || begun != first || early > 0)
        return;
    if (running > 0)
        world_broken("d%zu is begun while the wave before it runs", d);
    if (failed > 0)
        world_broken("d%zu is begun behind a wave that failed", d);
}

static void check_gates(size_t d)
{
    const unsigned canaries = world_run(RUN_CANARY, 3);
    const unsigned max_fail = world_run(RUN_MAX_FAIL, 3);

    if (canaries > 0 && updated < canaries && failed > 0)
        world_broken("d%zu is begun behind a canary that failed", d);
    if (canaries > 0 && updated < canaries && updated + running >= canaries)
        world_broken("d%zu is begun before %u canaries were updated", d,
                     canaries);
    if (canaries == 0)
        check_waves(d);
    if (max_fail > 0 && failed >= max_fail)
        world_broken("d%zu is begun although %u have failed", d, failed);
    if (world.journal_failed)
        world_broken("d%zu is begun behind a journal that failed", d);
}

static void begins(size_t d)
{
    if (said[d].begun)
        return;
    if (!world.dead && world_run(RUN_DRY, 2) == 0)
        check_gates(d);
    said[d].begun = true;
    running++;
    begun++;
}

/* ---- while it runs --------------------------------------------------------- */

void judge_begun(size_t d)
{
    if (!world.dead && !said[d].begun)
        world_broken("d%zu is spoken to before it is begun", d);
    if (!world.dead && said[d].ended)
        world_broken("d%zu is spoken to behind its end", d);
    if (!world.dead && world_run(RUN_DRY, 2) != 0)
        world_broken("d%zu is spoken to in a rehearsal", d);
}

void judge_sent(size_t d, int image)
{
    if (image != world.image)
        world_broken("d%zu gets another image", d);
    if (world.device[d].runs == image && !world.force)
        world_broken("d%zu has the image, and gets it again", d);
    if (world.journal_failed)
        world_broken("d%zu gets the last byte without a journal", d);
}

static void ends(size_t d, const struct espota_result *r)
{
    const struct device *dev = &world.device[d];

    world_tell("  d%zu ends: %s (%s: %s)", d, espota_outcome_name(r->outcome),
               espota_category_name(r->error->category), r->error->message);
    if (said[d].ended)
        world_broken("d%zu ends twice", d);
    running -= said[d].begun;
    early += !said[d].begun;
    updated += r->outcome == ESPOTA_UPDATED;
    said[d] = (struct said){said[d].begun, true, r->outcome,
                            r->error->category};
    switch (r->outcome) {
    case ESPOTA_UPDATED:
        if (dev->stored == 0 || (!has(d) && !dev->rolled_back))
            world_broken("d%zu is updated, and has not stored it", d);
        break;
    case ESPOTA_UNCHANGED:
        if (!has(d))
            world_broken("d%zu is unchanged, and runs another", d);
        break;
    case ESPOTA_REFUSED:
    case ESPOTA_FAILED:
        failed++;
        /* One at a time: the first is concerned, the rest is not begun. */
        if (world.journal_failed && !said[d].begun && unheard++ > 0 &&
            world_run(RUN_JOBS, 3) == 0)
            world_broken("d%zu fails, and should not have been begun", d);
        if (dev->stored > 0 && has(d))
            world_broken("d%zu is %s, and has stored it", d,
                         espota_outcome_name(r->outcome));
        if (has(d) && !world.force)
            world_broken("d%zu is %s, and has it", d,
                         espota_outcome_name(r->outcome));
        break;
    case ESPOTA_UNKNOWN:
        failed++;
        break;
    default: /* skipped */
        if (dev->stored > 0)
            world_broken("d%zu is skipped, and has stored it", d);
        if (!said[d].begun && r->error->category == ESPOTA_E_OK && !has(d) &&
            !dev->rolled_back && world_run(RUN_DRY, 2) == 0)
            world_broken("d%zu is skipped, and does not have it", d);
    }
}

/* ---- as a front end -------------------------------------------------------- */

static void ui_start(struct ui *ui, unsigned jobs)
{
    (void)ui, (void)jobs;
}

static void ui_image(struct ui *ui, const struct ui_device *d,
                     const struct espota_image_info *info)
{
    (void)ui, (void)d, (void)info;
}

static void ui_event(struct ui *ui, struct ui_device *of,
                     const struct espota_event *e)
{
    const size_t d = of != NULL ? (size_t)(of->name[1] - '0') : 0;

    (void)ui;
    if (of == NULL || world.dead)
        return;
    if (e->kind == ESPOTA_EVENT_PHASE && e->phase != ESPOTA_PHASE_QUEUED)
        begins(d);
    if (e->kind == ESPOTA_EVENT_END)
        ends(d, e->result);
}

static void ui_tick(struct ui *ui)
{
    (void)ui;
}

static void ui_end(struct ui *ui, const struct ui_total *total)
{
    (void)ui, (void)total;
}

static void ui_free(struct ui *ui)
{
    fclose(ui->out);
    eo_free(ui);
}

struct ui *__wrap_eo_ui_json(FILE *);
struct ui *__wrap_eo_ui_json(FILE *out)
{
    static const struct ui_ops OPS = {.start = ui_start,
                                      .image = ui_image,
                                      .event = ui_event,
                                      .tick = ui_tick,
                                      .end = ui_end,
                                      .free = ui_free};
    struct ui *ui = eo_calloc(1, sizeof *ui);

    ui->ops = &OPS;
    ui->out = out;
    return ui;
}

/* ---- when it is over ------------------------------------------------------- */

/* What stands in the journal, against the devices, and against what was said
 * (NULL: the run died before). */
static void check_state(size_t d, int image, enum espota_state s,
                        const struct said *told)
{
    const struct device *dev = &world.device[d];
    const enum espota_next next = espota_state_next(s);

    if (next == ESPOTA_NEXT_FLASH && dev->runs == image)
        world_broken("d%zu has image %c, and the journal would send it again",
                     d, 'A' + image);
    if (next == ESPOTA_NEXT_SKIP && dev->runs != image && !dev->rolled_back)
        world_broken("d%zu lacks image %c, and the journal says it has it", d,
                     'A' + image);
    if (told == NULL || image != world.image || world.force)
        return;
    if ((told->outcome == ESPOTA_UPDATED ||
         told->outcome == ESPOTA_UNCHANGED) &&
        next != ESPOTA_NEXT_SKIP)
        world_broken("d%zu is updated, and the journal says %s", d,
                     espota_state_name(s));
    if ((told->outcome == ESPOTA_REFUSED || told->outcome == ESPOTA_FAILED) &&
        next != ESPOTA_NEXT_FLASH)
        world_broken("d%zu has failed, and the journal says %s", d,
                     espota_state_name(s));
    if (told->outcome == ESPOTA_UNKNOWN && next == ESPOTA_NEXT_FLASH)
        world_broken("d%zu is unknown, and the journal says %s", d,
                     espota_state_name(s));
}

static void check_journal(const char *path)
{
    struct journal *j = NULL;
    struct espota_error err;

    if (eo_journal_open(&j, path, true, &err) != 0) {
        world_broken("the journal cannot be read: %s", err.message);
        return;
    }
    for (size_t d = 0; d < world.h.n_devices; d++)
        for (int i = 0; i < IMAGES; i++) {
            const char *sha = espota_image_info(world.images[i])->sha256;
            const bool trusted = !world.dead && !world.journal_failed &&
                                 world_run(RUN_DRY, 2) == 0;
            char id[16];

            snprintf(id, sizeof id, "d%zu.local", d);
            check_state(d, i, eo_journal_state(j, id, sha),
                        trusted && said[d].ended &&
                                said[d].outcome != ESPOTA_SKIPPED
                            ? &said[d]
                            : NULL);
        }
    eo_journal_free(j);
}

static void check_ends(int status)
{
    bool all_well = true;

    for (size_t d = 0; d < world.h.n_devices; d++) {
        const struct said *s = &said[d];
        const bool bad = s->ended && (s->outcome == ESPOTA_REFUSED ||
                                      s->outcome == ESPOTA_FAILED ||
                                      s->outcome == ESPOTA_UNKNOWN);

        all_well &= !bad;
        if (s->begun && !s->ended)
            world_broken("d%zu has no end", d);
        if (!s->ended && world_run(RUN_ONLY, 2) == 0)
            world_broken("d%zu is left out", d);
        if (!s->ended && latest_failed[d] == 1)
            world_broken("d%zu failed, and --only failed leaves it out", d);
        if (s->ended && s->outcome != ESPOTA_SKIPPED &&
            world_run(RUN_DRY, 2) == 0)
            latest_failed[d] = world.journal_failed ? -1 : bad;
    }
    if (status == 2)
        world_broken("the run is not even begun");
    if (status == 0 && !all_well)
        world_broken("status 0, and some have failed");
}

/* Without faults every device has the image, or it is not known and said so. */
static void check_last(int status)
{
    bool doubt = false;

    for (size_t d = 0; d < world.h.n_devices; d++) {
        const struct device *dev = &world.device[d];
        const bool unknown = said[d].outcome == ESPOTA_UNKNOWN;

        doubt |= unknown;
        if (unknown && (!world.h.device[d][DEVICE_ANNOUNCES_NOT] ||
                        !dev->uncertain))
            world_broken("d%zu is unknown without a reason", d);
        if (!unknown && !has(d) && !dev->rolled_back)
            world_broken("d%zu is left out in the end", d);
    }
    if (status != 0 && !doubt)
        world_broken("status %d in the end, and all have it", status);
    if (status == 0 && doubt)
        world_broken("status 0 in the end, and some are unknown");
}

void judge_end(const char *journal, int status)
{
    if (!world.dead)
        check_ends(status);
    else
        for (size_t d = 0; d < world.h.n_devices; d++)
            latest_failed[d] = -1;
    check_journal(journal);
    if (world.now == world.h.n_runs)
        check_last(status);
}
