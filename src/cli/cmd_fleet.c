/* cmd_fleet.c -- flashes many devices. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/discover.h"
#include "cli/observer.h"
#include "conf/inventory.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/paths.h"
#include "os/process.h"
#include "os/signals.h"

enum { WAVES_MAX = 32 };

/* ---- options that are not plain numbers --------------------------------- */

/* "12" or "10%".  least is 1 for waves and canaries. */
static int parse_amount(const char *text, size_t len, unsigned least,
                        struct espota_amount *out)
{
    char digits[12] = "";
    uint64_t n;

    out->percent = len > 0 && text[len - 1] == '%';
    len -= out->percent;
    if (len >= sizeof digits)
        return -1;
    memcpy(digits, text, len);
    if (eo_parse_uint(digits, least, out->percent ? 100 : 1000000, &n) != 0)
        return -1;
    out->n = (unsigned)n;
    return 0;
}

static int parse_amounts(const char *option, const char *text,
                         struct espota_amount *out, size_t max, size_t *n,
                         struct espota_error *err)
{
    const char *const all = text;

    for (; text != NULL; text = strchr(text, ','), text += text != NULL) {
        if (*n == max ||
            parse_amount(text, strcspn(text, ","), 1, &out[*n]) != 0)
            return eo_fail(err, ESPOTA_E_USAGE,
                           "--%s takes amounts such as 3 or 10%%, not \"%s\"",
                           option, text);
        if (*n > 0 && out[*n].percent == out[*n - 1].percent &&
            out[*n].n < out[*n - 1].n)
            return eo_fail(err, ESPOTA_E_USAGE,
                           "--%s are cumulative: none may be smaller than the "
                           "one before, as in \"%s\"",
                           option, all);
        (*n)++;
    }
    return 0;
}

static int parse_one(const char *option, const char *text, unsigned least,
                     struct espota_amount *out, struct espota_error *err)
{
    if (text == NULL || parse_amount(text, strlen(text), least, out) == 0)
        return 0;
    return eo_fail(err, ESPOTA_E_USAGE,
                   "--%s takes an amount such as 3 or 10%%, not \"%s\"", option,
                   text);
}

static int parse_limits(const struct opts *o, struct espota_amount *waves,
                        struct espota_fleet_config *c,
                        struct espota_error *err)
{
    *c = ESPOTA_FLEET_CONFIG(
        .max_active = o->jobs,
        .per_host = o->per_host,
        .starts_per_min = o->dry_run ? 0 : o->rate, /* nothing is started */
        .waves = waves);
    if (parse_one("canary", o->canary, 1, &c->canary, err) != 0 ||
        parse_amounts("waves", o->waves, waves, WAVES_MAX, &c->n_waves, err) !=
            0 ||
        parse_one("wave-max-fail", o->wave_max_fail, 0, &c->wave_max_fail,
                  err) != 0)
        return -1;
    return parse_one("max-fail", o->max_fail, 1, &c->stop_after, err);
}

static int apply_shard(struct target_list *list, const char *text,
                       struct espota_error *err)
{
    const size_t slash = strcspn(text, "/");
    uint64_t k, n;
    char first[12] = "";

    if (slash < sizeof first)
        memcpy(first, text, slash);
    if (text[slash] != '/' || eo_parse_uint(text + slash + 1, 1, 65535, &n) ||
        eo_parse_uint(first, 1, n, &k) != 0)
        return eo_fail(err, ESPOTA_E_USAGE,
                       "--shard takes K/N with K from 1 to N, not \"%s\"",
                       text);
    eo_targets_shard(list, (uint32_t)k, (uint32_t)n);
    return 0;
}

/* ---- which devices -------------------------------------------------------- */

struct finding {
    struct target_list *list;
    const struct config *config;
    const struct texts *filters;
    struct espota_error *err;
    int rc;
};

static void on_found(void *ctx, enum espota_device_news news,
                     const struct espota_device *d)
{
    struct finding *f = ctx;
    const char *host = eo_discover_host(d);

    (void)news;
    if (f->rc == 0 && host != NULL && d->protocol != NULL &&
        eo_discover_passes(d, f->filters))
        f->rc = eo_targets_add(f->list, host, f->config, f->err);
}

/* "mdns:KEY=GLOB,...": adds every announced device that matches.  Its protocol
 * is determined as for any other name. */
static int add_announced(struct cli *cli, struct target_list *list,
                         const char *text, struct espota_error *err)
{
    const struct opts *o = &cli->opts;
    struct texts filters = {0};
    struct finding f = {list, &cli->config, &filters, err, 0};
    char *copy = eo_strdup(text), *word = copy, *next;
    const struct espota_discover_config config = ESPOTA_DISCOVER_CONFIG(
        .bind = o->host_ip,
        .timeout_ms = o->collect_ms,
        .on_device = on_found,
        .on_device_ctx = &f);

    for (; word != NULL && f.rc == 0; word = next) {
        next = strchr(word, ',');
        if (next != NULL)
            *next++ = '\0';
        if (*word != '\0')
            f.rc = eo_texts_add(&filters, word);
    }
    if (copy == NULL || f.rc != 0)
        f.rc = eo_fail_memory(err);
    else if (eo_discover_check(&filters, err) != 0 ||
             eo_discover_run(&config, err) != 0)
        f.rc = -1;
    eo_texts_free(&filters);
    eo_free(copy);
    return f.rc;
}

/* A mistyped file name should not start a search for a device. */
static bool is_meant_as_file(const char *text)
{
    static const char *const ENDS[] = {".txt", ".csv", ".json", ".jsonl",
                                       ".ndjson"};

    if (text[0] == '@' || strstr(text, "://") != NULL)
        return false;
    for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS; i++)
        if (eo_ends_with(text, ENDS[i]))
            return true;
    return eo_paths_folder(text) > 0;
}

/* What else is read from standard input, or NULL. */
static const char *wants_stdin(const struct opts *o)
{
    if (o->file != NULL && strcmp(o->file, "-") == 0)
        return "image";
    return o->auth_stdin ? "password" : NULL;
}

/* An argument is a file, "-", "@NAME", "mdns:FILTER", or, if there is no such
 * file, a host. */
static int add_argument(struct cli *cli, struct target_list *list,
                        const char *text, struct espota_error *err)
{
    const struct config *config = &cli->config;
    struct file_facts facts;

    if (eo_starts_with(text, "mdns:"))
        return add_announced(cli, list, text + strlen("mdns:"), err);
    if (strcmp(text, "-") == 0 && wants_stdin(&cli->opts) != NULL)
        return eo_fail(err, ESPOTA_E_USAGE,
                       "%s and targets cannot both come from standard input",
                       wants_stdin(&cli->opts));
    if (strcmp(text, "-") == 0 || eo_file_facts(text, &facts) == 0)
        return eo_targets_read(list, text, config, err);
    if (is_meant_as_file(text))
        return eo_fail(err, ESPOTA_E_USAGE, "there is no targets file \"%s\"",
                       text);
    return eo_targets_add(list, text, config, err);
}

static int gather(struct cli *cli, struct target_list *list,
                  struct espota_error *err)
{
    const struct texts *args = &cli->parsed.args, *ip = &cli->opts.ip;

    for (size_t i = 0; i < args->n; i++)
        if (add_argument(cli, list, args->at[i], err) != 0)
            return -1;
    if (eo_targets_ip(list, &cli->opts, &cli->config, err) != 0)
        return -1;
    if (args->n == 0 && ip->n == 0)
        return eo_fail_hint(err, ESPOTA_E_USAGE,
                            "give a file with a host a line, - for standard "
                            "input, @GROUP of the configuration, mdns:FILTER, "
                            "or -i HOST",
                            "no targets");
    if (list->n == 0)
        return eo_fail(err, ESPOTA_E_USAGE, "the targets name no device");
    if (eo_targets_unique(list, &cli->notes, err) != 0)
        return -1;
    return cli->opts.shard != NULL ? apply_shard(list, cli->opts.shard, err)
                                   : 0;
}

/* ---- their order ----------------------------------------------------------- */

struct ranked {
    struct run_device *device;
    uint32_t rank; /* the highest goes first */
    size_t index;
};

static int by_rank(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;

    if (x->rank != y->rank)
        return x->rank > y->rank ? -1 : 1;
    return x->index < y->index ? -1 : 1;
}

/* Splitmix64: it only spreads load and need not be unpredictable. */
static uint32_t scramble(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return (uint32_t)(x >> 32);
}

/* Sorts the devices, and drops those that --only excludes. */
static int arrange(struct run *run, const struct fleet_observer *ob,
                   uint64_t seed, struct espota_error *err)
{
    const struct opts *o = ob->opts;
    struct ranked *r = eo_calloc(run->n + 1, sizeof *r);
    size_t kept = 0;

    if (r == NULL)
        return eo_fail_memory(err);
    for (size_t i = 0; i < run->n; i++) {
        bool failed = false;
        uint32_t ms = 0;
        char id[300];

        eo_observer_id(run->device[i], id, sizeof id);
        if (ob->journal != NULL)
            failed = eo_journal_failed(ob->journal, id, &ms);
        r[i] = (struct ranked){run->device[i], 0, i};
        if (o->order == ORDER_SLOWEST)
            r[i].rank = ms != 0 ? ms : UINT32_MAX; /* unknown: may be slow */
        else if (o->order == ORDER_RANDOM)
            r[i].rank = scramble(seed + i);
        run->device[i]->left_out =
            o->only == ONLY_FAILED && !failed;
    }
    qsort(r, run->n, sizeof *r, by_rank);
    for (size_t i = 0; i < run->n; i++)
        run->device[i] = r[i].device;
    for (size_t i = 0; i < run->n; i++) {
        struct run_device *d = run->device[i];

        if (d->left_out) {
            eo_run_drop(d);
            continue;
        }
        run->device[kept++] = d;
    }
    run->n = kept;
    if (kept == 0 && o->only == ONLY_FAILED)
        eo_note(&run->cli->notes, "nobody-left",
                "no device of the list is left: %s lists none that failed",
                o->journal);
    eo_free(r);
    return 0;
}

static int by_asked(const void *a, const void *b)
{
    const struct run_device *x = *(struct run_device *const *)a;
    const struct run_device *y = *(struct run_device *const *)b;

    return strcmp(x->asked, y->asked);
}

/* If several devices have the same name, their ports are shown as well. */
static int tell_apart(struct run *run, struct espota_error *err)
{
    struct run_device **sorted = eo_calloc(run->n + 1, sizeof *sorted);

    if (sorted == NULL)
        return eo_fail_memory(err);
    for (size_t i = 0; i < run->n; i++)
        sorted[i] = run->device[i];
    qsort(sorted, run->n, sizeof *sorted, by_asked);
    for (size_t i = 0; i < run->n; i++) {
        struct run_device *d = sorted[i];

        if ((i == 0 || by_asked(&sorted[i - 1], &d) != 0) &&
            (i + 1 == run->n || by_asked(&sorted[i + 1], &d) != 0))
            continue;
        eo_observer_id(d, d->name_space, sizeof d->name_space);
        d->ui.name = d->name_space;
    }
    eo_free(sorted);
    return 0;
}

/* ---- the command ----------------------------------------------------------- */

static int prepare(struct cli *cli, struct run *run, struct target_list *list,
                   struct fleet_observer *ob, struct espota_error *err)
{
    const struct opts *o = &cli->opts;

    if (gather(cli, list, err) != 0)
        return -1;
    if ((o->only != ONLY_ALL || o->order == ORDER_SLOWEST) &&
        o->journal == NULL)
        return eo_fail(err, ESPOTA_E_USAGE, "--%s needs a --journal",
                       o->only != ONLY_ALL ? "only failed"
                                           : "order slowest-first");
    for (size_t i = 0; i < list->n; i++)
        if (eo_run_add(run, &list->at[i], err) != 0)
            return -1;
    if (tell_apart(run, err) != 0)
        return -1;
    if (eo_observer_start(ob, run, o, err) != 0)
        return -1;
    return arrange(run, ob, eo_wall_ms() ^ eo_process_id() << 32, err);
}

int eo_cmd_fleet(struct cli *cli)
{
    struct espota_amount waves[WAVES_MAX];
    struct run run = {.cli = cli};
    struct target_list list = {0};
    struct fleet_observer observer = {0};
    struct espota_error err;
    int status;

    if (parse_limits(&cli->opts, waves, &run.limits, &err) != 0 ||
        prepare(cli, &run, &list, &observer, &err) != 0) {
        eo_cli_notes(cli);
        status = eo_cli_fail(&err);
    } else {
        status = eo_run_go(&run);
    }
    eo_observer_end(&observer);
    eo_run_free(&run);
    eo_targets_free(&list);
    return status;
}
