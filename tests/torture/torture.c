/* torture.c -- runs every story again and again, each time with another call
 * failing, until a run in which nothing was left to fail.
 *
 *   torture [--short] [--jobs N] [--story NAME] [--kind NAME] [--at N
 *           [--forever] [--error N]] SHIM DATA DIR
 *
 * DATA holds images and keys, DIR is where it works; run.sh makes both.
 * Environment: BIN, where the programs are.
 *
 * Whatever fails, a run ends by itself, with a status of error.h and words
 * that say why; its events are whole, with one device_end for each device and
 * one run_end; and what is called updated is what the device stored.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"
#include "judge.h"
#include "place.h"
#include "stories.h"

enum {
    N_STORIES = sizeof STORIES / sizeof *STORIES,
    N_COLUMNS = FAIL_KIND_COUNT + 3, /* and the storms */
    ERRORS_MAX = 4,
    SERVE_MS = 1500,       /* a server nobody can reach is told to end */
    SHORT_RUNS = 3,        /* of a kind and an error, with --short */
    THEIR_RUNS = 100,      /* otherwise: libraries allocate by thousands */
    RUNS_MAX = 20000
};

/* What each kind of call fails with; the first also from then on for ever. */
static const struct {
    const char *name;
    int errors[ERRORS_MAX];
} KINDS[FAIL_KIND_COUNT] = {
#define X(kind, name, ...) [FAIL_##kind] = {name, {__VA_ARGS__}},
    FAIL_KINDS(X)
#undef X
};

static const char *const STORMS[] = {"eintr", "eagain", "short"};

struct cell { /* of a story and a kind */
    unsigned runs, calls, finds;
    unsigned longest_ms;
    unsigned status[256];
};

/* All that the workers share. */
struct shared {
    atomic_uint next;
    struct cell cell[N_STORIES][N_COLUMNS];
};

static struct {
    const char *shim, *data, *dir, *bin;
    const char *story, *kind; /* only these */
    bool is_short, forever;
    unsigned long at;
    int error;
    unsigned jobs;
} asked = {.jobs = 2};

static struct shared *shared;

/* ---- one run ---------------------------------------------------------------- */

static void prepare(struct place *p)
{
    static const char *const LEFT[] = {"events",  "journal", "stored",
                                       "stored0", "stored1", "stored2",
                                       "junit.xml"};
    char text[SIZE];
    FILE *f;

    for (size_t i = 0; i < sizeof LEFT / sizeof *LEFT; i++)
        unlink(in(p, LEFT[i]));
    if (p->story->result != NULL)
        unlink(in(p, p->story->result));
    if (p->story->again && p->knows)
        copy(in(p, "was"), in(p, "journal"));
    else if (p->story->devices > 0)
        p->second = !p->second;
    if (p->story->input == NULL)
        return;
    fill(p, p->story->input, text);
    f = fopen(in(p, "input"), "w");
    if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0)
        die("input");
}

/* What is asked of the shim is in the plan; gives the status, or -1. */
static int run(struct place *p, unsigned *ms)
{
    const char *const env[] = {"LD_PRELOAD",   asked.shim,
                               FAIL_PLAN,      p->plan_path,
                               "HOME",         p->dir,
                               "TERM",         "dumb",
                               "ASAN_OPTIONS", "exitcode=99:abort_on_error=0:"
                                               "verify_asan_link_order=0:"
                                               "allocator_may_return_null=1",
                               "UBSAN_OPTIONS", "exitcode=99",
                               NULL};
    const uint64_t begin = now_ms();
    int status;
    pid_t pid;

    prepare(p);
    if (p->story->serves) { /* with a device that does not know the image */
        stop(p->sim);
        start_devices(p);
    }
    for (int k = 0; k < FAIL_KIND_COUNT; k++)
        atomic_store(&p->plan->seen[k], 0);
    atomic_store(&p->plan->failed, 0);
    pid = start(p, "espota-c", p->story->command, "run", env);
    status = wait_for(pid, p->story->serves ? SERVE_MS : LIMIT_MS);
    if (status < 0 && p->story->serves) {
        kill(pid, SIGTERM);
        status = wait_for(pid, LIMIT_MS);
    }
    if (status < 0)
        stop(pid);
    *ms = (unsigned)(now_ms() - begin);
    return status;
}

static void show_find(const struct place *p, const char *column,
                      const char *why)
{
    size_t n;
    char *said = read_text(in(p, "run.err"), &n), line[SIZE * 2];

    /* In one piece: the workers share the screen. */
    snprintf(line, sizeof line,
             "FIND: %s: %s\n  --story %s --kind %s --at %lu%s --error %d\n%s%.1500s",
             p->story->name, why, p->story->name, column, p->plan->at,
             p->plan->forever ? " --forever" : "", p->plan->error,
             asked.at != 0 ? "" : "  ", said != NULL ? said : "");
    fprintf(stderr, "%s\n", line);
    free(said);
}

/* Runs once, judges, and writes it down; gives whether anything had failed. */
static bool try(struct place *p, struct cell *c, const char *column)
{
    unsigned ms;
    const int status = run(p, &ms);
    const bool hurt = atomic_load(&p->plan->failed) > 0;
    const char *why =
        judge(p, status, !hurt || p->plan->storm != STORM_NONE);

    if (hurt) {
        c->runs++;
        c->status[status & 255]++;
        if (ms > c->longest_ms)
            c->longest_ms = ms;
    }
    if (why != NULL) {
        c->finds++;
        show_find(p, column, why);
        stop(p->sim); /* it may be in any state */
        start_devices(p);
    }
    return hurt;
}

/* ---- all of a story and a kind ---------------------------------------------- */

/* Fails the n-th call with an error, for every n or, with --short, a few. */
static void each_call(struct place *p, struct cell *c, int error, bool forever)
{
    const unsigned long calls = c->calls;
    const unsigned long most = asked.is_short              ? SHORT_RUNS
                               : p->plan->kind == FAIL_THEIRS ? THEIR_RUNS
                                                              : RUNS_MAX;
    const unsigned long step = calls > most ? calls / most : 1;
    const unsigned finds = c->finds;

    for (unsigned long n = 1; n < RUNS_MAX; n += step) {
        p->plan->at = n;
        p->plan->forever = forever;
        p->plan->error = error;
        if (!try(p, c, KINDS[p->plan->kind].name) ||
            c->finds >= finds + (p->story->again ? 1 : 5))
            return; /* new devices have new ports: done is another's */
    }
}

static void torture_kind(struct place *p, struct cell *c, enum fail_kind kind)
{
    const int *errors = KINDS[kind].errors;

    p->plan->kind = kind;
    p->plan->at = 0;
    if (!try(p, c, KINDS[kind].name) && c->finds > 0)
        return; /* it does not even run in peace */
    p->knows = true;
    if (p->story->again)
        rename(in(p, "journal"), in(p, "was"));
    if (p->story->result != NULL)
        rename(in(p, p->story->result), in(p, "expected"));
    rename(in(p, "run"), in(p, "expected.out"));
    c->calls = (unsigned)atomic_load(&p->plan->seen[kind]);
    if (asked.at != 0) {
        p->plan->at = asked.at;
        p->plan->forever = asked.forever;
        p->plan->error = asked.error != 0 ? asked.error : errors[0];
        try(p, c, KINDS[kind].name);
        return;
    }
    if (c->calls == 0)
        return;
    for (int i = 0; i < ERRORS_MAX && errors[i] != 0; i++)
        if (i == 0 || !asked.is_short)
            each_call(p, c, errors[i], false);
    if (!asked.is_short || kind == FAIL_MEMORY)
        each_call(p, c, errors[0], true);
}

static const char *column_name(int column)
{
    return column < FAIL_KIND_COUNT ? KINDS[column].name
                                    : STORMS[column - FAIL_KIND_COUNT];
}

static void torture(struct place *p, int column)
{
    struct cell *c = &shared->cell[p->story - STORIES][column];

    memset(p->plan, 0, sizeof *p->plan);
    p->knows = false;
    if (p->story->serves && column >= FAIL_KIND_COUNT + STORM_EAGAIN - 1)
        return; /* its epoll tells of changes only, and none would come */
    start_devices(p);
    if (column < FAIL_KIND_COUNT) {
        torture_kind(p, c, (enum fail_kind)column);
    } else {
        p->plan->storm = (enum fail_storm)(column - FAIL_KIND_COUNT + 1);
        try(p, c, column_name(column));
    }
    stop(p->sim);
}

static bool is_asked(const char *wanted, const char *name)
{
    return wanted == NULL || strcmp(wanted, name) == 0;
}

static void work(unsigned worker)
{
    struct place p = {.data = asked.data, .bin = asked.bin};
    unsigned task;
    int fd;

    snprintf(p.dir, sizeof p.dir, "%s/%u", asked.dir, worker);
    mkdir(p.dir, 0777);
    snprintf(p.plan_path, sizeof p.plan_path, "%s/plan", p.dir);
    fd = open(p.plan_path, O_RDWR | O_CREAT, 0666);
    if (fd < 0 || ftruncate(fd, sizeof *p.plan) != 0)
        die(p.dir);
    p.plan = mmap(NULL, sizeof *p.plan, PROT_READ | PROT_WRITE, MAP_SHARED,
                  fd, 0);
    if (p.plan == MAP_FAILED)
        die("mmap");
    while ((task = atomic_fetch_add(&shared->next, 1)) <
           N_STORIES * N_COLUMNS) {
        const int column = (int)(task % N_COLUMNS);

        p.story = &STORIES[task / N_COLUMNS];
        if (is_asked(asked.story, p.story->name) &&
            is_asked(asked.kind, column_name(column)))
            torture(&p, column);
    }
}

/* ---- what comes out --------------------------------------------------------- */

/* "0: 12, 11: 3": statuses and how often. */
static void print_statuses(const unsigned status[256])
{
    const char *between = "";

    for (int i = 0; i < 256; i++)
        if (status[i] > 0) {
            printf("%s%d: %u", between, i, status[i]);
            between = ", ";
        }
}

static int summary(void)
{
    unsigned runs = 0, finds = 0;

    for (unsigned s = 0; s < N_STORIES; s++)
        for (int k = 0; k < N_COLUMNS; k++) {
            const struct cell *c = &shared->cell[s][k];

            runs += c->runs;
            finds += c->finds;
            if (c->runs == 0)
                continue;
            printf("%-12s %-8s %6u calls %6u runs, %6u ms at most; ",
                   STORIES[s].name, column_name(k), c->calls, c->runs,
                   c->longest_ms);
            print_statuses(c->status);
            printf("%s\n", c->finds > 0 ? "  FINDS" : "");
        }
    printf("%u runs, %u finds\n", runs, finds);
    return runs > 0 && finds == 0 ? 0 : 1;
}

static void read_arguments(int argc, char **argv)
{
    int i = 1;

    for (; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
        const char *name = argv[i] + 2;

        if (strcmp(name, "short") == 0)
            asked.is_short = true;
        else if (strcmp(name, "forever") == 0)
            asked.forever = true;
        else if (i + 1 == argc)
            break;
        else if (strcmp(name, "jobs") == 0)
            asked.jobs = (unsigned)atoi(argv[++i]);
        else if (strcmp(name, "story") == 0)
            asked.story = argv[++i];
        else if (strcmp(name, "kind") == 0)
            asked.kind = argv[++i];
        else if (strcmp(name, "at") == 0)
            asked.at = strtoul(argv[++i], NULL, 10);
        else if (strcmp(name, "error") == 0)
            asked.error = atoi(argv[++i]);
        else
            break;
    }
    if (argc - i != 3) {
        fprintf(stderr, "usage: see the head of torture.c\n");
        exit(2);
    }
    asked.shim = argv[i];
    asked.data = argv[i + 1];
    asked.dir = argv[i + 2];
    asked.bin = getenv("BIN");
}

int main(int argc, char **argv)
{
    int status;
    bool broken = false;

    read_arguments(argc, argv);
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED || asked.bin == NULL)
        die("torture");
    for (unsigned i = 0; i < asked.jobs; i++)
        if (fork() == 0) {
            work(i);
            exit(0);
        }
    while (wait(&status) > 0)
        broken |= status != 0;
    return summary() != 0 || broken;
}
