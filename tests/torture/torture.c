/* torture.c -- runs every story again and again, each time with another call
 * failing, until a run in which nothing was left to fail.
 *
 *   torture [--short | --all] [--jobs N] [--story NAME] [--kind NAME]
 *           [--at N [--forever] [--error N]] SHIM DATA DIR
 *
 * --short takes a few of the calls, the same ones each time; --all every
 * allocation of every library, too, instead of a hundred for each story.
 *
 * DATA holds images and keys, DIR is where it works; run.sh makes both.
 * Environment: BIN, where the programs are; NO_LAB, if no networks can be made.
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
#include <sys/prctl.h>
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
    THEIR_RUNS = 100,      /* unless all are asked for: they are thousands */
    RUNS_MAX = 100000,
    JOBS_EACH = 8,         /* of a core: much of a story is waiting */
    PATIENCE_S = 10,
    SHORT_PATIENCE_S = 60, /* nothing in the short form waits for it */
    PEACE_TRIES = 20,
    SLOW_TRIES = 5
};

/* What each kind of call fails with; the first also from then on for ever. */
static const struct {
    const char *name;
    unsigned long step; /* of the short form */
    int errors[ERRORS_MAX];
} KINDS[FAIL_KIND_COUNT] = {
#define X(kind, name, step, ...) [FAIL_##kind] = {name, step, {__VA_ARGS__}},
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
    atomic_bool no_lab; /* stories that need one were left out */
    struct cell cell[N_STORIES][N_COLUMNS];
};

static struct {
    const char *shim, *data, *dir, *bin;
    const char *story, *kind; /* only these */
    bool is_short, all, forever;
    unsigned long at;
    int error;
    unsigned jobs;
} asked;

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
                               /* a daemon is no part of a story */
                               "DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/none",
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
    status = p->story->serves ? wait_for_server(p, pid)
                              : wait_for(pid, LIMIT_MS);
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

/* A device may still be busy with who has gone, and more of them wait for it;
 * one of several that are asked for by their ports must stay. */
static bool leaves_traces(const struct story *s, int status)
{
    return status != 0 && s->devices > 0 && !s->again;
}

/* A machine that stands still looks like a network that does. */
static bool may_be_slow(const struct place *p, int status, bool clean)
{
    return clean && status >= 10 && status < 128 && !p->story->again;
}

/* Runs and judges; gives the complaint, or NULL. */
static const char *run_and_judge(struct place *p, int *status, unsigned *ms)
{
    const char *why = NULL;

    for (int tries = 0; tries < SLOW_TRIES; tries++) {
        bool clean;

        *status = run(p, ms);
        clean = atomic_load(&p->plan->failed) == 0 ||
                p->plan->storm != STORM_NONE;
        why = judge(p, *status, clean);
        if (why == NULL || !may_be_slow(p, *status, clean))
            break;
        stop(p->sim);
        start_devices(p);
    }
    return why;
}

/* Runs once, judges, and writes it down; gives whether anything had failed. */
static bool try(struct place *p, struct cell *c, const char *column)
{
    unsigned ms;
    int status;
    const char *why = run_and_judge(p, &status, &ms);
    const bool hurt = atomic_load(&p->plan->failed) > 0;

    if (hurt) {
        c->runs++;
        c->status[status & 255]++;
        if (ms > c->longest_ms)
            c->longest_ms = ms;
    }
    if (!p->knows)
        p->peace_ms = ms;
    if (why != NULL) {
        c->finds++;
        show_find(p, column, why);
    }
    if (why != NULL || leaves_traces(p->story, status)) {
        stop(p->sim);
        start_devices(p);
    }
    return hurt;
}

/* ---- all of a story and a kind ---------------------------------------------- */

/* The call after the n-th: in the short form the first is followed by one of
 * each step, in every story by others. */
static unsigned long next_call(const struct place *p, unsigned long n,
                               unsigned long calls)
{
    const unsigned long step = KINDS[p->plan->kind].step;

    if (asked.is_short)
        return n > 1 ? n + step
                     : 1 + step - (unsigned long)(p->story - STORIES) % step;
    if (p->plan->kind == FAIL_THEIRS && !asked.all && calls > THEIR_RUNS)
        return n + calls / THEIR_RUNS;
    return n + 1;
}

/* Fails the n-th call with an error, for every n or, with --short, a few. */
static void each_call(struct place *p, struct cell *c, int error, bool forever)
{
    const unsigned long calls = c->calls;
    const unsigned finds = c->finds;

    for (unsigned long n = 1; n < RUNS_MAX; n = next_call(p, n, calls)) {
        p->plan->at = n;
        p->plan->forever = forever;
        p->plan->error = error;
        if (!try(p, c, KINDS[p->plan->kind].name) ||
            c->finds >= finds + (p->story->again ? 1 : 5))
            return; /* new devices have new ports: done is another's */
    }
}

/* A run in which nothing fails, to know what comes of it; mDNS may need more
 * than one. */
static bool has_peace(struct place *p, struct cell *c, const char *column)
{
    size_t n = 0;

    for (int tries = 0; tries < PEACE_TRIES && n == 0; tries++) {
        try(p, c, column);
        if (c->finds > 0)
            return false;
        free(read_text(in(p, "run"), &n));
        if (!p->story->may_miss)
            break;
    }
    return true;
}

static void torture_kind(struct place *p, struct cell *c, enum fail_kind kind)
{
    const int *errors = KINDS[kind].errors;

    p->plan->kind = kind;
    p->plan->at = 0;
    if (!has_peace(p, c, KINDS[kind].name))
        return;
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
    if (!asked.is_short || kind == FAIL_MEMORY || kind == FAIL_POLL)
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
    p->peace_ms = 0;
    if (p->story->lab && !p->lab) {
        atomic_store(&shared->no_lab, true);
        return;
    }
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
    struct place p = {
        .data = asked.data,
        .bin = asked.bin,
        .patience_s = asked.is_short ? SHORT_PATIENCE_S : PATIENCE_S,
    };
    unsigned task;
    int fd;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    settle(&p, worker);
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

static void add(struct cell *sum, const struct cell *c)
{
    sum->runs += c->runs;
    sum->finds += c->finds;
    if (c->longest_ms > sum->longest_ms)
        sum->longest_ms = c->longest_ms;
    for (int i = 0; i < 256; i++)
        sum->status[i] += c->status[i];
}

static void print_cell(const struct cell *c)
{
    printf("%6u runs, %6u ms at most; ", c->runs, c->longest_ms);
    print_statuses(c->status);
    printf("%s\n", c->finds > 0 ? "  FINDS" : "");
}

/* A line for each kind of a story, and one for the story. */
static void print_story(unsigned story, struct cell *sum)
{
    unsigned kinds = 0;

    for (int k = 0; k < N_COLUMNS; k++) {
        const struct cell *c = &shared->cell[story][k];

        add(sum, c);
        if (c->runs == 0 && c->finds == 0)
            continue;
        kinds++;
        printf("%-12s %-8s %6u calls ", STORIES[story].name, column_name(k),
               c->calls);
        print_cell(c);
    }
    if (kinds == 0)
        return;
    printf("story %-12s %2u kinds ", STORIES[story].name, kinds);
    print_cell(sum);
}

static int summary(void)
{
    struct cell all = {0};

    for (unsigned s = 0; s < N_STORIES; s++) {
        struct cell sum = {0};

        print_story(s, &sum);
        add(&all, &sum);
    }
    if (atomic_load(&shared->no_lab))
        printf("skip: stories with mDNS: no network of our own here\n");
    printf("%u runs, %u finds\n", all.runs, all.finds);
    return all.runs > 0 && all.finds == 0 ? 0 : 1;
}

static void read_arguments(int argc, char **argv)
{
    int i = 1;

    for (; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
        const char *name = argv[i] + 2;

        if (strcmp(name, "short") == 0)
            asked.is_short = true;
        else if (strcmp(name, "all") == 0)
            asked.all = true;
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
    if (asked.jobs == 0)
        asked.jobs = JOBS_EACH * (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
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
