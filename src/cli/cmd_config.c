/* cmd_config.c -- "espota-c config": lists the files, and finds mistakes in
 * them. */
#include "cli/cmd_config.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "os/paths.h"

/* ---- path ------------------------------------------------------------------ */

static const char *const STATES[] = {
    [CONFIG_IN_FORCE] = "in force",
    [CONFIG_ABSENT] = "not there",
    [CONFIG_IGNORED] = "ignored",
    [CONFIG_UNREADABLE] = "unreadable",
};

static const char *const HOW[] = {
    [CONFIG_NAMED] = "named",
    [CONFIG_OWN] = "user",
    [CONFIG_FOUND] = "found",
};

/* The absolute path in out, or path itself if it cannot be made. */
static const char *from_anywhere(char out[CONFIG_PATH], const char *path)
{
    char here[CONFIG_PATH];

    return !eo_paths_is_absolute(path) && eo_paths_here(here, sizeof here) &&
                   eo_paths_join(out, CONFIG_PATH, here, path)
               ? out
               : path;
}

static enum config_state state_of(const struct config_search *s,
                                  char why[CONFIG_WHY])
{
    why[0] = '\0';
    return s->there ? eo_config_state(s->path, s->trust, why) : CONFIG_ABSENT;
}

static void print_place(const char *path, enum config_state state,
                        const char *why, const char *named_by)
{
    char space[4 * CONFIG_PATH];
    struct text t;

    eo_text_init(&t, space, sizeof space);
    eo_text_add_safe(&t, path, strlen(path));
    printf("%-11s%s", STATES[state], space);
    if (why[0] != '\0')
        printf(": %s%s", state == CONFIG_IGNORED ? "it " : "", why);
    if (named_by != NULL)
        printf(" (%s)", named_by);
    putchar('\n');
}

static int path(struct cli *cli)
{
    const struct opts *o = &cli->opts;
    const char *by = eo_opts_level(o, &o->config) == LEVEL_ENV ? "ESPOTA_CONFIG"
                                                               : "--config";
    bool ignored = false;
    struct config_search s;

    if (o->no_config && !o->quiet)
        fputs("espota-c: --no-config: no file is looked for\n", stderr);
    eo_config_search(&s, o->config, o->no_config);
    while (eo_config_next(&s)) {
        char space[CONFIG_PATH], why[CONFIG_WHY];
        const enum config_state state = state_of(&s, why);
        const char *at = from_anywhere(space, s.path);

        ignored = ignored || state == CONFIG_IGNORED;
        if (o->json != NULL)
            eo_config_json_place(at, STATES[state], HOW[s.trust], why);
        else
            print_place(at, state, why, s.trust == CONFIG_NAMED ? by : NULL);
    }
    if (ignored && !o->quiet)
        fputs("hint: a file that you trust is in force when it is named: "
              "--config FILE\n",
              stderr);
    return 0;
}

/* ---- check ----------------------------------------------------------------- */

static void print_problem(const struct config_problem *p)
{
    char space[4 * sizeof p->error.message];
    struct text t;

    eo_text_init(&t, space, sizeof space);
    eo_text_add_safe(&t, p->error.message, strlen(p->error.message));
    puts(space);
    if (p->error.hint != NULL)
        printf("hint: %s\n", p->error.hint);
}

static void print_checked(const char *file, const struct config_problem *at,
                          size_t n, const struct opts *o)
{
    char space[4 * CONFIG_PATH];
    struct text t;

    if (o->json != NULL) {
        eo_config_json_checked(file, at, n);
        return;
    }
    for (size_t i = 0; i < n; i++)
        print_problem(&at[i]);
    if (n > 0 || o->quiet)
        return;
    eo_text_init(&t, space, sizeof space);
    eo_text_add_safe(&t, file, strlen(file));
    printf("%s: no mistakes\n", space);
}

/* Prints the files that are in force or have mistakes, and returns how many. */
static size_t print_files(const struct opts *o,
                          const struct config_problems *all)
{
    size_t done = 0, n_files = 0;
    struct config_search s;

    eo_config_search(&s, o->config, o->no_config);
    while (eo_config_next(&s)) {
        char why[CONFIG_WHY];
        size_t n = 0;

        while (s.there && done + n < all->n && all->at[done + n].nth == s.nth)
            n++;
        if (n == 0 && state_of(&s, why) != CONFIG_IN_FORCE)
            continue;
        print_checked(s.path, &all->at[done], n, o);
        done += n;
        n_files++;
    }
    return n_files;
}

/* Returns how many problems there are, or -1. */
static int check_files(struct cli *cli, const struct opts *o,
                       struct espota_error *err)
{
    struct config_problems all = {0};
    struct config config = {.problems = &all};
    const int rc = eo_config_load(&config, o, &cli->notes, err);
    const int n = (int)all.n;

    eo_cli_notes(cli);
    if (rc == 0 && print_files(o, &all) == 0 && !o->quiet)
        fputs("espota-c: no configuration file is in force\n", stderr);
    eo_config_free(&config);
    eo_config_problems_free(&all);
    return rc == 0 ? n : -1;
}

static int check(struct cli *cli)
{
    const struct texts *words = &cli->parsed.args; /* after "check" */
    struct espota_error err;
    int all = 0;

    for (size_t i = 0; i == 0 || i + 1 < words->n; i++) {
        struct opts o = cli->opts; /* borrowed */
        int n;

        if (words->n > 1) {
            o.config = words->at[i + 1];
            o.no_config = false;
        }
        n = check_files(cli, &o, &err);
        if (n < 0)
            return eo_cli_fail(&err);
        all += n;
    }
    if (all == 0)
        return 0;
    eo_fail(&err, ESPOTA_E_USAGE, "%d mistake%s in the configuration", all,
            all == 1 ? "" : "s");
    return eo_cli_fail(&err);
}

/* ---- the command ----------------------------------------------------------- */

static const struct {
    const char *name;
    int (*run)(struct cli *);
    bool takes_words;
} PARTS[] = {
    {"init", eo_cmd_config_init, false},
    {"show", eo_cmd_config_show, true},
    {"check", check, true},
    {"path", path, false},
};

enum { N_PARTS = sizeof PARTS / sizeof *PARTS };

static int refuse(const char *word, struct espota_error *err)
{
    const char *names[N_PARTS + 1] = {NULL};
    char near[DID_YOU_MEAN], space[120];
    struct text shown;

    for (size_t i = 0; i < N_PARTS; i++)
        names[i] = PARTS[i].name;
    eo_text_init(&shown, space, sizeof space);
    eo_text_add_given(&shown, word);
    return eo_fail(err, ESPOTA_E_USAGE,
                   "config takes init, show, check or path, not \"%s\"%s",
                   space, eo_did_you_mean(near, eo_nearest(word, names)));
}

int eo_cmd_config(struct cli *cli)
{
    const struct opts *o = &cli->opts;
    const struct texts *words = &cli->parsed.args;
    struct espota_error err;
    size_t i = 0;

    while (i < N_PARTS && strcmp(PARTS[i].name, words->at[0]) != 0)
        i++;
    if (i == N_PARTS)
        refuse(words->at[0], &err);
    else if (words->n > 1 && !PARTS[i].takes_words)
        eo_fail(&err, ESPOTA_E_USAGE, "config %s takes no name or file",
                PARTS[i].name);
    else if (o->own_config && i > 0)
        eo_fail(&err, ESPOTA_E_USAGE, "--user is for config init");
    else if (o->json != NULL && o->json[0] != '\0')
        eo_fail(&err, ESPOTA_E_USAGE,
                "config prints JSON to standard output: use --json > %s",
                o->json);
    else
        return PARTS[i].run(cli);
    return eo_cli_fail(&err);
}
