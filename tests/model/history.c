/* history.c -- a history is made, played, and made shorter. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "model/world.h"

enum { ARGS_MAX = 64, TOO_LATE_MS = 40 * 3600 * 1000 };

struct world world;

/* ---- the world ------------------------------------------------------------- */

unsigned world_run(enum run_knob k, unsigned n)
{
    return world.now < world.h.n_runs ? world.h.run[world.now][k] % n : 0;
}

unsigned world_turn(size_t d, unsigned k, unsigned n)
{
    return world.now < world.h.n_runs ? world.h.turn[world.now][d][k] % n : 0;
}

void world_tell(const char *fmt, ...)
{
    va_list ap;

    if (!world.tells)
        return;
    va_start(ap, fmt);
    printf("%8u ms  ", (unsigned)(world.clock_ms % 100000000));
    vprintf(fmt, ap);
    printf("\n");
    va_end(ap);
}

void world_broken(const char *fmt, ...)
{
    va_list ap;

    if (world.why[0] != '\0')
        return;
    va_start(ap, fmt);
    vsnprintf(world.why, sizeof world.why, fmt, ap);
    va_end(ap);
    world_tell("BROKEN: %s", world.why);
}

/* ---- images are opened once ------------------------------------------------ */

int __wrap_espota_image_open(struct espota_image **, const char *,
                             enum espota_compress, struct espota_error *);
int __wrap_espota_image_open(struct espota_image **out, const char *file,
                             enum espota_compress compress,
                             struct espota_error *err)
{
    (void)compress, (void)err;
    *out = world.images[strstr(file, "B.bin") != NULL];
    return 0;
}

void __wrap_espota_image_free(struct espota_image *);
void __wrap_espota_image_free(struct espota_image *image)
{
    (void)image;
}

/* ---- a run ----------------------------------------------------------------- */

struct line {
    char *at[ARGS_MAX];
    int n;
    char space[ARGS_MAX][64];
};

static void add(struct line *l, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
static void add(struct line *l, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(l->space[l->n], sizeof *l->space, fmt, ap);
    va_end(ap);
    l->at[l->n] = l->space[l->n];
    l->n++;
}

/* A flag that is set, or an option with a value that is not 0. */
static void add_options(struct line *l)
{
    static const struct {
        enum run_knob knob;
        unsigned n;
        const char *words[4];
    } OPTIONS[] = {
        {RUN_FORCE, 2, {"", "--force"}},
        {RUN_VERIFY, 3, {"", "--verify=back", "--verify=version"}},
        {RUN_RETRY, 3, {"--retry=0", "--retry=1", "--retry=2"}},
        {RUN_JOBS, 3, {"-j1", "-j2", "-j4"}},
        {RUN_CANARY, 3, {"", "--canary=1", "--canary=2"}},
        {RUN_MAX_FAIL, 3, {"", "--max-fail=1", "--max-fail=2"}},
        {RUN_WAVES, 3, {"", "--waves=1", "--waves=2,100%"}},
        {RUN_WAIT, 2, {"", "--wait-online=20"}},
        {RUN_MAX_TIME, 3, {"", "--max-time=1", "--max-time=5"}},
        {RUN_SKIP, 2, {"", "--offline=skip"}},
        {RUN_ONLY, 2, {"", "--only=failed"}},
        {RUN_DRY, 2, {"", "--dry-run"}},
    };

    for (size_t i = 0; i < sizeof OPTIONS / sizeof *OPTIONS; i++) {
        const char *word =
            OPTIONS[i].words[world_run(OPTIONS[i].knob, OPTIONS[i].n)];

        if (word[0] != '\0')
            add(l, "%s", word);
    }
}

static void run_begins(void)
{
    world.image = (int)world_run(RUN_IMAGE, IMAGES);
    world.force = world_run(RUN_FORCE, 2) != 0;
    world.points = 0;
    world.dead = world.journal_failed = false;
    world.signal = 0;
    world.clock_ms += 3600 * 1000;
    for (size_t d = 0; d < world.h.n_devices; d++) {
        struct device *dev = &world.device[d];

        dev->away_till = dev->attempts = dev->sendings = dev->stored = 0;
        dev->said_yes = false;
    }
}

static void run(const char *journal)
{
    static const struct command COMMANDS[] = {
        {"fleet", CMD_FLEET, "TARGETS...", 0, 100000, "flash", eo_cmd_fleet,
         .alias = NULL},
        {0}};
    const uint64_t began = world.clock_ms;
    struct line l = {.n = 0};
    int status;

    run_begins();
    add(&l, "espota-c");
    add(&l, "fleet");
    for (size_t d = 0; d < world.h.n_devices; d++)
        add(&l, "-id%zu.local", d);
    add(&l, "-f/%c.bin", 'A' + world.image);
    add(&l, "--no-signed");
    add(&l, "--protocol=esphome");
    add(&l, "--retry-delay=1");
    add(&l, "--verify-timeout=20");
    add(&l, "--expect-version=%s", DEVICE_VERSIONS[world.image]);
    add(&l, "--journal=%s", journal);
    add(&l, "--json=/dev/null");
    add(&l, "--no-config");
    add(&l, "-q");
    add_options(&l);
    for (int i = 1; i < l.n; i++)
        world_tell(i == 1 ? "run %d: %s" : "run %d:   %s", world.now, l.at[i]);
    world_tell("run %d: end %u at point %u, disk %u at %u", world.now,
               world_run(RUN_END, 4), world_run(RUN_END_AT, 64) + 1,
               world_run(RUN_DISK, 4), world_run(RUN_DISK_AT, 256));
    disk_begin(journal);
    judge_begin();
    l.at[l.n] = NULL;
    status = eo_commands_run(COMMANDS, l.n, l.at);
    disk_end();
    world_tell("run %d ends with %d%s", world.now, status,
               world.dead ? ", as far as anybody can tell" : "");
    if (world.clock_ms - began > TOO_LATE_MS)
        world_broken("it does not end");
    judge_end(journal, status);
}

const char *history_play(const struct history *h, bool tells)
{
    static char journal[64];
    struct espota_image *images[IMAGES];

    if (journal[0] == '\0')
        snprintf(journal, sizeof journal, "%s/model-%ld",
                 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp",
                 (long)getpid());
    memcpy(images, world.images, sizeof images);
    world = (struct world){.h = *h, .tells = tells, .clock_ms = 1000000};
    memcpy(world.images, images, sizeof images);
    for (size_t d = 0; d < DEVICES_MAX; d++)
        world.device[d].runs = -1;
    unlink(journal);
    for (; world.now <= world.h.n_runs && world.why[0] == '\0'; world.now++)
        run(journal);
    unlink(journal);
    return world.why[0] != '\0' ? world.why : NULL;
}

/* ---- histories ------------------------------------------------------------- */

static uint64_t next(uint64_t *x) /* splitmix64 */
{
    uint64_t z = *x += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* Mostly harmless: one knob of so many is turned. */
static void turn(uint64_t *x, uint8_t *knobs, size_t n, unsigned one_of)
{
    for (size_t i = 0; i < n; i++) {
        const uint64_t r = next(x);

        knobs[i] = r % one_of == 0 ? (uint8_t)(r >> 32) : 0;
    }
}

void history_random(struct history *h, uint64_t seed)
{
    uint64_t x = seed * 0x9e3779b97f4a7c15u + 1;

    memset(h, 0, sizeof *h);
    h->n_devices = (uint8_t)(1 + next(&x) % DEVICES_MAX);
    h->n_runs = (uint8_t)(1 + next(&x) % (RUNS_MAX - 1));
    for (size_t d = 0; d < h->n_devices; d++)
        turn(&x, h->device[d], DEVICE_KNOBS, 1);
    for (size_t r = 0; r < h->n_runs; r++) {
        turn(&x, h->run[r], RUN_KNOBS, 4);
        /* Where it ends, and how, say nothing alone. */
        h->run[r][RUN_END_AT] = (uint8_t)next(&x);
        h->run[r][RUN_DISK_AT] = (uint8_t)next(&x);
        h->run[r][RUN_TORN] = (uint8_t)next(&x);
        for (size_t d = 0; d < h->n_devices; d++)
            turn(&x, h->turn[r][d], TURN_KNOBS, 2);
    }
}

/* ---- and shorter ones ------------------------------------------------------ */

static bool still(const struct history *h)
{
    return history_play(h, false) != NULL;
}

static void without_run(struct history *h, size_t r)
{
    for (size_t i = r; i + 1 < h->n_runs; i++) {
        memcpy(h->run[i], h->run[i + 1], sizeof h->run[i]);
        memcpy(h->turn[i], h->turn[i + 1], sizeof h->turn[i]);
    }
    h->n_runs--;
}

static bool shrink_bytes(struct history *h, uint8_t *at, size_t n)
{
    bool shorter = false;

    for (size_t i = 0; i < n; i++) {
        const uint8_t was = at[i];

        if (was == 0)
            continue;
        at[i] = 0;
        if (still(h))
            shorter = true;
        else
            at[i] = was;
    }
    return shorter;
}

void history_shrink(struct history *h)
{
    bool shorter = true;

    while (shorter) {
        shorter = false;
        for (size_t r = 0; r < h->n_runs; r++) {
            struct history less = *h;

            without_run(&less, r);
            if (still(&less)) {
                *h = less;
                shorter = true;
            }
        }
        for (; h->n_devices > 1; h->n_devices--) {
            struct history less = *h;

            less.n_devices--;
            if (!still(&less))
                break;
            shorter = true;
        }
        shorter |= shrink_bytes(h, &h->device[0][0], sizeof h->device);
        shorter |= shrink_bytes(h, &h->run[0][0], sizeof h->run);
        shorter |= shrink_bytes(h, &h->turn[0][0][0], sizeof h->turn);
    }
}
