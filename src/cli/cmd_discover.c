/* cmd_discover.c -- lists the devices that announce themselves. */
#include <stdio.h>
#include <string.h>

#include <espota/discover.h>

#include "base/glob.h"
#include "base/mem.h"
#include "base/str.h"
#include "cli/cli.h"
#include "cli/discover.h"
#include "cli/drive.h"
#include "os/signals.h"
#include "ui/ui.h"

/* A field of a device, and how it is shown. */
struct field {
    const char *name, *title; /* title NULL: not in the table */
    size_t at; /* of its text in struct espota_device, or NO_TEXT */
};

#define NO_TEXT ((size_t)-1)

static const struct field FIELDS[] = {
#define TEXT(name) offsetof(struct espota_device, name)
    {"name", "NAME", TEXT(name)},
    {"host", NULL, TEXT(host)},
    {"address", "ADDRESS", NO_TEXT},
    {"protocol", "PROTOCOL", TEXT(protocol)},
    {"port", "PORT", NO_TEXT},
    {"auth", "WANTS", TEXT(auth)},
    {"board", "BOARD", TEXT(board)},
    {"platform", "PLATFORM", TEXT(platform)},
    {"version", "VERSION", TEXT(version)},
    {"mac", "MAC", TEXT(mac)},
#undef TEXT
};

enum { N_FIELDS = sizeof FIELDS / sizeof *FIELDS, NUMBER_SPACE = 8 };

struct row {
    char *cell[N_FIELDS];
    char *remark;
};

struct listing {
    const struct opts *opts;
    struct row *rows; /* of the table, which is printed last */
    size_t n, cap, shown;
    bool heard; /* some device, filtered or not */
    bool color;
};

static const char *text_of(const struct espota_device *d,
                           const struct field *f, char space[NUMBER_SPACE])
{
    if (f->at != NO_TEXT)
        return *(const char *const *)(const void *)((const char *)d + f->at);
    if (strcmp(f->name, "address") == 0)
        return d->n_addresses > 0 ? d->addresses[0] : NULL;
    if (d->port == 0)
        return NULL;
    snprintf(space, NUMBER_SPACE, "%u", d->port);
    return space;
}

/* ---- --filter ------------------------------------------------------------ */

/* The prefix for the name of anything a device announces. */
static const char OF_TXT[] = "txt:";

static bool is(const char *glob, const char *value)
{
    return eo_glob(glob, value != NULL ? value : "");
}

static bool passes_one(const struct espota_device *d, const char *key,
                       const char *glob)
{
    char space[NUMBER_SPACE];

    for (size_t i = 0; i < d->n_addresses; i++)
        if (strcmp(key, "address") == 0 && is(glob, d->addresses[i]))
            return true;
    for (size_t i = 0; i < N_FIELDS; i++)
        if (strcmp(FIELDS[i].name, key) == 0)
            return is(glob, text_of(d, &FIELDS[i], space));
    if (eo_starts_with(key, OF_TXT))
        key += strlen(OF_TXT);
    for (size_t i = 0; i < d->n_txt; i++)
        if (eo_same_nocase(d->txt[i].key, key))
            return is(glob, d->txt[i].value);
    return is(glob, NULL);
}

bool eo_discover_passes(const struct espota_device *d,
                        const struct texts *filters)
{
    for (size_t i = 0; i < filters->n; i++) {
        const char *equals = strchr(filters->at[i], '=');
        char key[64];

        snprintf(key, sizeof key, "%.*s", (int)(equals - filters->at[i]),
                 filters->at[i]);
        if (!passes_one(d, key, equals + 1))
            return false;
    }
    return true;
}

/* Keys that are known besides those of the table.  Any other key is taken for
 * a typing error, unless it is written as "txt:KEY". */
static const char *const TXT_KEYS[] = {
    "mac", "board", "platform", "version", "network", "project_name",
    "project_version", "package_import_url", "friendly_name", "config_hash",
    "api_encryption", "tcp_check", "ssh_upload", "auth_upload", NULL};

static bool is_key(const char *key)
{
    for (size_t i = 0; i < N_FIELDS; i++)
        if (strcmp(FIELDS[i].name, key) == 0)
            return true;
    for (size_t i = 0; TXT_KEYS[i] != NULL; i++)
        if (eo_same_nocase(TXT_KEYS[i], key))
            return true;
    return eo_starts_with(key, OF_TXT) && key[strlen(OF_TXT)] != '\0';
}

static const char *nearest_key(const char *key)
{
    const char *names[N_FIELDS + 32];
    size_t n = 0;

    for (size_t i = 0; i < N_FIELDS; i++)
        names[n++] = FIELDS[i].name;
    for (size_t i = 0; TXT_KEYS[i] != NULL; i++)
        names[n++] = TXT_KEYS[i];
    names[n] = NULL;
    return eo_nearest(key, names);
}

int eo_discover_check(const struct texts *filters, struct espota_error *err)
{
    for (size_t i = 0; i < filters->n; i++) {
        const char *equals = strchr(filters->at[i], '=');
        char key[64], near[DID_YOU_MEAN];

        if (equals == NULL || equals == filters->at[i] ||
            equals - filters->at[i] >= (int)sizeof key)
            return eo_fail(err, ESPOTA_E_USAGE,
                           "a filter is KEY=GLOB, not \"%s\"",
                           filters->at[i]);
        snprintf(key, sizeof key, "%.*s", (int)(equals - filters->at[i]),
                 filters->at[i]);
        if (!is_key(key))
            return eo_fail_hint(err, ESPOTA_E_USAGE,
                                "what else a device announces is txt:KEY, as "
                                "\"espota-c discover --json\" shows it",
                                "there is no filter \"%s\"%s", key,
                                eo_did_you_mean(near, nearest_key(key)));
    }
    return 0;
}

/* ---- the table ----------------------------------------------------------- */

static void keep(struct listing *l, const struct espota_device *d)
{
    struct row *rows = eo_grow(l->rows, l->n, &l->cap, sizeof *rows), *r;

    if (rows == NULL)
        return;
    l->rows = rows;
    r = &l->rows[l->n++];
    for (size_t i = 0; i < N_FIELDS; i++) {
        char space[NUMBER_SPACE];
        const char *text = text_of(d, &FIELDS[i], space);

        r->cell[i] = eo_strdup(text != NULL ? text : "-");
    }
    r->remark = eo_strdup(d->remark);
}

static const char *cell(const struct row *r, size_t i)
{
    return r->cell[i] != NULL ? r->cell[i] : "?"; /* no memory */
}

static void print_row(const char *const *cells, const unsigned *width)
{
    unsigned pad = 0;

    for (size_t i = 0; i < N_FIELDS; i++) {
        if (cells[i] == NULL)
            continue;
        printf("%*s%s", (int)pad, "", cells[i]);
        pad = width[i] - eo_ui_columns(cells[i]) + 2;
    }
    putchar('\n');
}

static void print_table(const struct listing *l)
{
    unsigned width[N_FIELDS];
    const char *cells[N_FIELDS];

    if (l->n == 0)
        return;
    for (size_t i = 0; i < N_FIELDS; i++) {
        cells[i] = FIELDS[i].title;
        width[i] = cells[i] != NULL ? eo_ui_columns(cells[i]) : 0;
        for (size_t k = 0; k < l->n; k++)
            if (eo_ui_columns(cell(&l->rows[k], i)) > width[i])
                width[i] = eo_ui_columns(cell(&l->rows[k], i));
    }
    print_row(cells, width);
    for (size_t k = 0; k < l->n; k++) {
        for (size_t i = 0; i < N_FIELDS; i++)
            cells[i] = FIELDS[i].title != NULL ? cell(&l->rows[k], i) : NULL;
        print_row(cells, width);
    }
    for (size_t k = 0; k < l->n; k++)
        if (l->rows[k].remark != NULL)
            fprintf(stderr, "%s: %s\n", cell(&l->rows[k], 0),
                    l->rows[k].remark);
}

static void free_rows(struct listing *l)
{
    for (size_t k = 0; k < l->n; k++) {
        for (size_t i = 0; i < N_FIELDS; i++)
            eo_free(l->rows[k].cell[i]);
        eo_free(l->rows[k].remark);
    }
    eo_free(l->rows);
}

/* ---- other forms --------------------------------------------------------- */

static const char *const NEWS[] = {
    [ESPOTA_DEVICE_APPEARED] = "appeared",
    [ESPOTA_DEVICE_CHANGED] = "changed",
    [ESPOTA_DEVICE_LEFT] = "left",
};

/* --watch: prints one line for each event, as it comes. */
static void print_news(enum espota_device_news news,
                       const struct espota_device *d)
{
    printf("%-8s", NEWS[news]);
    for (size_t i = 0; i < N_FIELDS; i++) {
        char space[NUMBER_SPACE];
        const char *text = text_of(d, &FIELDS[i], space);

        if (FIELDS[i].title != NULL && text != NULL)
            printf(i == 0 ? " %s" : i == 2 ? "  %s" : "  %s %s",
                   i == 0 || i == 2 ? text : FIELDS[i].name, text);
    }
    if (d->remark != NULL)
        printf("  (%s)", d->remark);
    putchar('\n');
    fflush(stdout);
}

/* Would a targets file read all of it as a name, and not as a group, JSON, CSV
 * or a comment? */
static bool is_target_name(const char *host)
{
    struct device_words d;

    return host[0] != '@' && strpbrk(host, "#{") == NULL &&
           eo_device_given(&d, host, NULL) == 0 && d.name.at == NULL &&
           !d.url && d.port == 0;
}

const char *eo_discover_host(const struct espota_device *d)
{
    if (d->host != NULL && is_target_name(d->host))
        return d->host;
    return d->n_addresses > 0 ? d->addresses[0] : NULL;
}

void eo_discover_target(struct text *t, const struct espota_device *d)
{
    const char *host = eo_discover_host(d);

    if (host == NULL || d->protocol == NULL)
        return;
    eo_text_add(t, "%s protocol=%s", host, d->protocol);
    if (d->port != 0)
        eo_text_add(t, " port=%u", d->port);
    if (d->profile != NULL)
        eo_text_add(t, " profile=%s", d->profile);
}

/* --as-targets. */
static void print_target(const struct espota_device *d)
{
    char line[400];
    struct text t;

    eo_text_init(&t, line, sizeof line);
    eo_discover_target(&t, d);
    if (t.len > 0 && !t.cut)
        puts(line);
}

static void on_device(void *ctx, enum espota_device_news news,
                      const struct espota_device *d)
{
    struct listing *l = ctx;

    l->heard = true;
    if (!eo_discover_passes(d, &l->opts->filter))
        return;
    l->shown++;
    if (l->opts->json != NULL)
        eo_discover_json(l->opts->watch ? NEWS[news] : NULL, d);
    else if (l->opts->as_targets)
        print_target(d);
    else if (l->opts->watch)
        print_news(news, d);
    else
        keep(l, d);
}

/* ---- the command --------------------------------------------------------- */

static int check(const struct opts *o, const struct texts *names,
                 struct espota_error *err)
{
    struct device_words d;

    for (size_t i = 0; i < names->n; i++)
        if (eo_device_read(&d, names->at[i], err) != 0)
            return -1;
    if (o->json != NULL && o->json[0] != '\0')
        return eo_fail(err, ESPOTA_E_USAGE,
                       "discover prints JSON to standard output: use --json > %s", o->json);
    if (o->as_targets && (o->watch || o->json != NULL))
        return eo_fail(err, ESPOTA_E_USAGE,
                       "--as-targets goes with neither --watch nor --json");
    return eo_discover_check(&o->filter, err);
}

static int nothing(const struct cli *cli, bool heard)
{
    struct espota_error err;
    const struct texts *names = &cli->parsed.args;

    if (names->n > 0 && !heard) {
        eo_fail_hint(&err, ESPOTA_E_RESOLVE,
                     "is it on, and on the same network? Guest Wi-Fi and "
                     "VLANs often block multicast",
                     "%s: no answer to mDNS", names->at[0]);
        return eo_cli_fail(&err);
    }
    if (!cli->opts.quiet)
        fprintf(stderr, "espota-c: no device %s\n",
                heard ? "matches --filter" : "announced itself");
    return 0;
}

int eo_discover_run(const struct espota_discover_config *config,
                    struct espota_error *err)
{
    struct espota_loop *loop;
    struct espota_discover *d = NULL;
    int rc = -1;

    if (espota_loop_new(&loop, err) != 0)
        return -1;
    eo_signals_catch();
    if (espota_discover_new(&d, loop, config, err) == 0)
        rc = eo_drive(loop, -1, NULL, NULL, err);
    espota_discover_free(d);
    espota_loop_free(loop);
    return rc;
}

int eo_cmd_discover(struct cli *cli)
{
    const struct opts *o = &cli->opts;
    struct listing l = {.opts = o};
    struct espota_error err;
    int rc;
    const struct espota_discover_config config = ESPOTA_DISCOVER_CONFIG(
        .bind = o->host_ip,
        .family = eo_opts_family(o),
        .names = (const char *const *)cli->parsed.args.at,
        .n_names = cli->parsed.args.n,
        .timeout_ms = o->collect_ms,
        .watch = o->watch,
        .on_device = on_device,
        .on_device_ctx = &l);

    if (check(o, &cli->parsed.args, &err) != 0)
        return eo_cli_fail(&err);
    eo_signals_catch();
    eo_signals_end_by_pipe(); /* the reader of the list is gone: end as well */
    rc = eo_discover_run(&config, &err);
    print_table(&l);
    free_rows(&l);
    if (rc != 0)
        return eo_cli_fail(&err);
    /* --watch is ended by a signal: that is not a failure. */
    if (o->watch)
        return 0;
    if (eo_signals_caught() != 0)
        return eo_cli_interrupted();
    return l.shown == 0 ? nothing(cli, l.heard) : 0;
}
