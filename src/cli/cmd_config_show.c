/* cmd_config_show.c -- "espota-c config show": the settings in force and their
 * sources. */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "cli/cmd_config.h"

/* ---- for people ------------------------------------------------------------ */

static void print_safe(const char *text)
{
    char space[OPT_VALUE];
    struct text t;

    eo_text_init(&t, space, sizeof space);
    eo_text_add_safe(&t, text, strlen(text));
    fputs(space, stdout);
}

static void print_settings(const struct opts *o, const char *indent,
                           bool defaults)
{
    const struct opt *opt;

    for (size_t i = 0; (opt = eo_opt_at(i)) != NULL; i++) {
        char line[OPT_VALUE];

        if (!eo_opts_in_force(o, opt) ||
            (o->from[i].level == 0) != defaults)
            continue;
        eo_opts_describe(o, opt, line, sizeof line);
        printf("%s%s\n", indent, line);
    }
}

static void print_whose(const struct config_whose *w)
{
    if (w->name == NULL)
        return;
    print_safe(w->name);
    printf(" (%s)", w->kind);
    for (size_t i = 0; i < w->n_members; i++) {
        fputs(i == 0 ? ": " : ", ", stdout);
        print_safe(w->members[i]->name);
    }
    putchar('\n');
    if (w->group == NULL)
        return;
    fputs("  group = ", stdout);
    print_safe(w->group);
    fputs(" (", stdout);
    print_safe(w->where);
    puts(")");
}

static void print_shown(const struct config_whose *w, const struct opts *o)
{
    const char *indent = w->name != NULL ? "  " : "";

    print_whose(w);
    print_settings(o, indent, false);
    print_settings(o, indent, true);
}

/* ---- the device or group ------------------------------------------------- */

static int find(const struct config *c, const char *word,
                struct config_whose *w, struct espota_error *err)
{
    const char *group = word[0] == '@' ? word + 1 : word;
    char near[DID_YOU_MEAN], space[120];
    struct text shown;

    *w = (struct config_whose){.name = word, .kind = "device"};
    if (eo_config_knows(c, word)) {
        w->group = eo_config_group(c, word, &w->where);
        return 0;
    }
    if (eo_config_knows_group(c, group)) {
        w->name = group;
        w->kind = "group";
        w->members = eo_config_members(c, group, &w->n_members);
        return 0;
    }
    eo_text_init(&shown, space, sizeof space);
    eo_text_add_given(&shown, word);
    return eo_fail(err, ESPOTA_E_USAGE,
                   "the configuration has no device or group \"%s\"%s", space,
                   eo_did_you_mean(near, eo_config_nearest(c, group)));
}

/* A word of NULL: no device in particular. */
static int show(struct cli *cli, const char *word, struct espota_error *err)
{
    struct config_whose w = {0};
    struct opts o = {0};
    int rc;

    if (word != NULL && find(&cli->config, word, &w, err) != 0)
        return -1;
    if (w.name == NULL || strcmp(w.kind, "device") == 0)
        rc = eo_cli_opts(cli, w.name, NULL, &o, err);
    else
        rc = eo_cli_group_opts(cli, w.name, &o, err);
    if (rc == 0 && cli->opts.json != NULL)
        eo_config_json_shown(&w, &o);
    else if (rc == 0)
        print_shown(&w, &o);
    eo_opts_free(&o);
    return rc;
}

int eo_cmd_config_show(struct cli *cli)
{
    const struct texts *words = &cli->parsed.args; /* after "show" */
    struct espota_error err;

    if (eo_config_load(&cli->config, &cli->opts, &cli->notes, &err) != 0) {
        eo_cli_notes(cli);
        if (err.hint == NULL)
            err.hint = "espota-c config check finds all that is wrong";
        return eo_cli_fail(&err);
    }
    eo_cli_notes(cli);
    if (words->n == 1 && show(cli, NULL, &err) != 0)
        return eo_cli_fail(&err);
    for (size_t i = 1; i < words->n; i++) {
        if (i > 1 && cli->opts.json == NULL)
            putchar('\n');
        if (show(cli, words->at[i], &err) != 0)
            return eo_cli_fail(&err);
    }
    return 0;
}
