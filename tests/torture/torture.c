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
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <espota/error.h>

#include "fail.h"
#include "stories.h"

enum {
    N_STORIES = sizeof STORIES / sizeof *STORIES,
    N_COLUMNS = FAIL_KIND_COUNT + 3, /* and the storms */
    ERRORS_MAX = 4,
    LIMIT_MS = 60000,      /* behind which a run hangs */
    SERVE_MS = 1500,       /* a server nobody can reach is told to end */
    STORE_MS = 20000,      /* for a device to write down what it has */
    SHORT_RUNS = 3,        /* of a kind and an error, with --short */
    THEIR_RUNS = 100,      /* otherwise: libraries allocate by thousands */
    RUNS_MAX = 20000,
    SANITIZER_STATUS = 99,
    SIZE = 4096
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

/* ---- a worker's place ----------------------------------------------------- */

struct place {
    const struct story *story;
    struct fail_plan *plan;
    char dir[SIZE / 4], plan_path[SIZE / 2];
    pid_t sim;
    unsigned port;
    bool second; /* of the two images */
    bool knows;  /* what the story makes in peace */
};

static void die(const char *what)
{
    perror(what);
    exit(2);
}

static uint64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void doze(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

/* A path in the place's directory; the last few stay valid. */
static const char *in(const struct place *p, const char *name)
{
    static char ring[4][SIZE];
    static unsigned turn;
    char *path = ring[turn++ % 4];

    snprintf(path, SIZE, "%s/%s", p->dir, name);
    return path;
}

static char *read_text(const char *path, size_t *len)
{
    FILE *f = fopen(path, "rb");
    char *text;
    long n;

    if (f == NULL)
        return NULL;
    fseek(f, 0, SEEK_END);
    n = ftell(f);
    rewind(f);
    text = calloc((size_t)n + 1, 1);
    *len = text != NULL ? fread(text, 1, (size_t)n, f) : 0;
    fclose(f);
    return text;
}

static bool same_files(const char *a, const char *b)
{
    size_t n = 0, m = 0;
    char *x = read_text(a, &n), *y = read_text(b, &m);
    const bool same =
        x != NULL && y != NULL && n == m && memcmp(x, y, n) == 0;

    free(x);
    free(y);
    return same;
}

static void copy(const char *from, const char *to)
{
    size_t n = 0;
    char *bytes = read_text(from, &n);
    FILE *f = fopen(to, "wb");

    if (bytes == NULL || f == NULL || fwrite(bytes, 1, n, f) != n ||
        fclose(f) != 0)
        die(to);
    free(bytes);
}

static void image_path(const struct place *p, char out[SIZE])
{
    snprintf(out, SIZE, "%s/%s.bin", asked.data, p->second ? "b" : "a");
}

/* Fills in what stands in braces. */
static void fill(const struct place *p, const char *template, char out[SIZE])
{
    char image[SIZE], *at = out;

    image_path(p, image);
    while (*template != '\0' && at < out + SIZE / 2) {
        unsigned more = 0;

        if (strncmp(template, "{dir}", 5) == 0)
            at += sprintf(at, "%s", p->dir);
        else if (strncmp(template, "{data}", 6) == 0)
            at += sprintf(at, "%s", asked.data);
        else if (strncmp(template, "{image}", 7) == 0)
            at += sprintf(at, "%s", image);
        else if (sscanf(template, "{port+%u}", &more) == 1 ||
                 strncmp(template, "{port}", 6) == 0)
            at += sprintf(at, "%u", p->port + more);
        else {
            *at++ = *template++;
            continue;
        }
        template += strcspn(template, "}") + 1;
    }
    *at = '\0';
}

/* ---- processes ------------------------------------------------------------ */

static void redirect(int fd, const char *path)
{
    const int to = open(path, O_RDWR | O_CREAT | O_TRUNC, 0666);

    if (to < 0 || dup2(to, fd) < 0)
        _exit(127);
    close(to);
}

/* Starts BIN/program with the words of text; env is a list to be set. */
static pid_t start(const struct place *p, const char *program,
                   const char *text, const char *out, const char *const *env)
{
    char words[SIZE], path[SIZE], *argv[64] = {path}, *rest = words;
    char said[64];
    size_t n = 1;
    pid_t pid;

    fill(p, text, words);
    snprintf(path, sizeof path, "%s/%s", asked.bin, program);
    while (n < 63 && (argv[n] = strtok_r(rest, " ", &rest)) != NULL)
        n++;
    pid = fork();
    if (pid != 0)
        return pid;
    redirect(0, "/dev/null");
    redirect(1, in(p, out));
    snprintf(said, sizeof said, "%s.err", out);
    redirect(2, in(p, said));
    if (chdir(p->dir) != 0)
        _exit(127);
    for (; env != NULL && *env != NULL; env += 2)
        setenv(env[0], env[1], 1);
    execv(path, argv);
    _exit(127);
}

/* -1: not over in time. */
static int wait_for(pid_t pid, unsigned limit_ms)
{
    const uint64_t end = now_ms() + limit_ms;
    int status;

    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (now_ms() > end)
            return -1;
        doze();
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void stop(pid_t pid)
{
    if (pid <= 0)
        return;
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static unsigned free_port(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET};
    socklen_t len = sizeof a;
    const int fd = socket(AF_INET, SOCK_STREAM, 0);

    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(fd, (struct sockaddr *)&a, sizeof a) != 0 ||
        getsockname(fd, (struct sockaddr *)&a, &len) != 0)
        die("a free port");
    close(fd);
    return ntohs(a.sin_port);
}

/* "listening on 127.0.0.1:32768" or "...-32770". */
static bool is_listening(struct place *p)
{
    size_t n;
    char *text = read_text(in(p, "sim"), &n);
    char *said = text != NULL ? strstr(text, "listening on ") : NULL;
    char *colon = said != NULL && strchr(said, '\n') != NULL
                      ? strrchr(strtok(said, "\n"), ':')
                      : NULL;

    if (colon != NULL)
        p->port = (unsigned)atoi(colon + 1);
    free(text);
    return colon != NULL;
}

static void start_devices(struct place *p)
{
    const struct story *s = p->story;
    char text[SIZE];
    const uint64_t end = now_ms() + LIMIT_MS;

    p->sim = 0;
    if (s->serves)
        p->port = free_port();
    if (s->sim == NULL)
        return;
    snprintf(text, sizeof text, "%s --reboot-ms 0 --store {dir}/stored%s",
             s->sim, s->devices > 1 ? "%d" : "");
    unlink(in(p, "sim")); /* what the last ones said */
    p->sim = start(p, "espota-sim", text, "sim", NULL);
    while (!s->serves && !is_listening(p)) {
        if (now_ms() > end || waitpid(p->sim, NULL, WNOHANG) != 0)
            die("espota-sim does not listen");
        doze();
    }
}

/* ---- what a run is held to ------------------------------------------------ */

static const char *complaint(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

static const char *complaint(const char *format, ...)
{
    static char text[SIZE];
    va_list ap;

    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    return text;
}

/* OpenSSL 3.0 does not survive a lack of memory while it starts, when nothing
 * has been sent. */
static bool is_theirs(const struct place *p, int status)
{
    return p->plan->kind == FAIL_THEIRS && status == 128 + SIGSEGV &&
           access(in(p, "events"), F_OK) != 0;
}

static bool is_documented(const struct story *s, int status)
{
    for (int c = 0; c < ESPOTA_E_COUNT; c++)
        if (c != ESPOTA_E_INTERRUPTED &&
            status == espota_category_status((enum espota_category)c))
            return true;
    return s->serves && status == 128 + SIGTERM;
}

static unsigned count(const char *text, const char *word)
{
    unsigned n = 0;

    for (; (text = strstr(text, word)) != NULL; text++)
        n++;
    return n;
}

/* Devices write down what they took a moment behind their answer. */
static bool is_stored(const struct place *p, unsigned device)
{
    const uint64_t end = now_ms() + STORE_MS;
    char name[32], image[SIZE];

    snprintf(name, sizeof name, p->story->devices > 1 ? "stored%u" : "stored",
             device);
    image_path(p, image);
    while (!same_files(in(p, name), image)) {
        if (now_ms() > end)
            return false;
        doze();
    }
    return true;
}

/* The events are whole lines, numbered without gaps; the last says so. */
static const char *check_events(const struct place *p, const char *events,
                                int status)
{
    const bool serves = p->story->serves;
    const char *last = serves ? "\"event\":\"serve_end\""
                              : "\"event\":\"run_end\"";
    char word[64];
    unsigned seq = 0;
    const char *line, *end;

    for (line = events; *line != '\0'; line = end + 1) {
        end = strchr(line, '\n');
        snprintf(word, sizeof word, "{\"v\":1,\"seq\":%u,", seq);
        if (end == NULL || end[-1] != '}' ||
            strncmp(line, word, strlen(word)) != 0)
            return complaint("event %u is not whole", seq);
        seq++;
    }
    if (count(events, last) != 1)
        return complaint("%u times %s", count(events, last), last);
    for (line = strstr(events, last); *line != '\n'; line++)
        ;
    if (line[1] != '\0')
        return complaint("events behind %s", last);
    snprintf(word, sizeof word, "\"exit\":%d,\"ms\":", status);
    if (strstr(strstr(events, last), word) == NULL)
        return complaint("%s does not say %s", last, word);
    if (!serves && count(events, "\"event\":\"device_end\"") !=
                       p->story->devices)
        return complaint("%u times device_end",
                         count(events, "\"event\":\"device_end\""));
    return NULL;
}

/* Several devices are told apart by their ports. */
static const char *check_stored(const struct place *p, const char *events,
                                int status)
{
    unsigned updated = 0;

    for (unsigned i = 0; i < p->story->devices; i++) {
        const char *line = events;
        char dev[64];

        snprintf(dev, sizeof dev, ":%u\"", p->port + i);
        while ((line = strstr(line, "\"dev\":")) != NULL) {
            const char *end = strchr(line, '\n');
            const char *name = strstr(line, dev);
            const char *said = strstr(line, "\"outcome\":\"updated\"");

            if (said != NULL && said < end &&
                (p->story->devices == 1 || (name != NULL && name < said))) {
                updated++;
                if (!is_stored(p, i))
                    return complaint("device %u is called updated, and has "
                                     "something else", i);
            }
            line = end;
        }
    }
    if (p->story->again && p->knows)
        return updated > 0 ? complaint("flashed a second time") : NULL;
    if (status == 0 && updated != p->story->devices)
        return complaint("status 0, and %u updated", updated);
    return NULL;
}

/* Without a word of complaint every end is in the journal. */
static const char *check_journal(const struct place *p, const char *events,
                                 const char *said)
{
    size_t n;
    char *journal = read_text(in(p, "journal"), &n);
    const unsigned ends =
        journal != NULL ? count(journal, "\"event\":\"end\"") : 0;
    const unsigned updated = count(events, "\"outcome\":\"updated\"");

    free(journal);
    if (p->story->again && p->knows && ends < p->story->devices)
        return complaint("the journal has lost what was done");
    if (ends < updated && strstr(said, "the journal cannot be written") == NULL)
        return complaint("%u updated, %u in the journal, and no warning",
                         updated, ends);
    return NULL;
}

static const char *judge(const struct place *p, int status, bool clean)
{
    const struct story *s = p->story;
    size_t n;
    char *said = read_text(in(p, "run.err"), &n);
    char *events = read_text(in(p, "events"), &n);
    const bool cut = said != NULL && strstr(said, "events are incomplete");
    const char *why = NULL;

    if (status < 0)
        why = complaint("hangs");
    else if (status == SANITIZER_STATUS)
        why = complaint("a sanitizer complains");
    else if (!is_documented(s, status) && !is_theirs(p, status))
        why = complaint("status %d", status);
    else if (clean && status != 0)
        why = complaint("status %d, and nothing had failed", status);
    else if (status != 0 && strstr(said, "espota-c: ") == NULL &&
             p->plan->kind != FAIL_WRITE && status < 128)
        why = complaint("status %d without a word", status);
    else if (events != NULL && events[0] != '\0' && !cut)
        why = check_events(p, events, status);
    else if (status == 0 && (s->devices > 0 || s->serves) && !cut)
        why = complaint("status 0 and no events");
    if (why == NULL && s->devices > 0 && events != NULL && !cut)
        why = check_stored(p, events, status);
    if (why == NULL && s->serves && status == 0 && !is_stored(p, 0))
        why = complaint("status 0, and the image was not taken");
    if (why == NULL && s->journal)
        why = check_journal(p, events != NULL ? events : "", said);
    if (why == NULL && p->knows && s->result != NULL &&
        (status == 0 || access(in(p, s->result), F_OK) == 0) &&
        !same_files(in(p, s->result), in(p, "expected")))
        why = complaint("%s is not what it should be", s->result);
    if (why == NULL && p->knows && s->devices == 0 && !s->serves &&
        status == 0 &&
        !same_files(in(p, "run"), in(p, "expected.out")))
        why = complaint("status 0, and other words than without failures");
    free(said);
    free(events);
    return why;
}

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
    struct place p = {0};
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
