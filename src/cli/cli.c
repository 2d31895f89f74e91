/* cli.c -- what the commands share: options of a device, warnings, statuses. */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "os/signals.h"
#include "ui/ui.h"

int eo_cli_interrupted(void)
{
    return espota_category_status(ESPOTA_E_INTERRUPTED) + eo_signals_caught();
}

int eo_cli_status(const struct espota_error *err)
{
    return err->category == ESPOTA_E_INTERRUPTED
               ? eo_cli_interrupted()
               : espota_category_status(err->category);
}

int eo_cli_fail(const struct espota_error *err)
{
    eo_ui_print_error(stderr, NULL, err);
    return eo_cli_status(err);
}

void eo_cli_describe(const char *device, const struct opts *o)
{
    const struct opt *opt;

    for (size_t i = 0; (opt = eo_opt_at(i)) != NULL; i++) {
        char line[400];

        if (o->from[i].level == 0)
            continue;
        eo_opts_describe(o, opt, line, sizeof line);
        fprintf(stderr, "%s%s%s\n", device != NULL ? device : "",
                device != NULL ? ": " : "", line);
    }
}

/* The sources that override the files. */
static int begin_opts(const struct cli *cli, const struct settings *own,
                      struct opts *o, struct espota_error *err)
{
    return eo_opts_init(o, err) != 0 ||
                   (own != NULL && eo_opts_apply(o, own, err) != 0) ||
                   eo_opts_apply(o, &cli->parsed.settings, err) != 0 ||
                   eo_opts_apply(o, &cli->env, err) != 0
               ? -1
               : 0;
}

int eo_cli_opts(const struct cli *cli, const char *device,
                const struct settings *own, struct opts *o,
                struct espota_error *err)
{
    return begin_opts(cli, own, o, err) == 0
               ? eo_config_apply(&cli->config, device, o, err)
               : -1;
}

int eo_cli_group_opts(const struct cli *cli, const char *group,
                      struct opts *o, struct espota_error *err)
{
    return begin_opts(cli, NULL, o, err) == 0
               ? eo_config_apply_group(&cli->config, group, o, err)
               : -1;
}

void eo_cli_notes(struct cli *cli)
{
    for (size_t i = 0; i < cli->notes.n && !cli->opts.quiet; i++)
        fprintf(stderr, "espota-c: warning: %s\n", cli->notes.at[i].text);
    eo_notes_free(&cli->notes);
}

static const struct command *unknown_command(const struct command *commands,
                                             const char *name,
                                             struct espota_error *err)
{
    const char *names[16];
    const char *near;
    char space[120];
    struct text shown;
    size_t n = 0;

    eo_text_init(&shown, space, sizeof space);
    eo_text_add_given(&shown, name);
    while (n < 15 && commands[n].name != NULL) {
        names[n] = commands[n].name;
        n++;
    }
    names[n] = NULL;
    near = eo_nearest(name, names);
    if (near != NULL)
        eo_fail(err, ESPOTA_E_USAGE,
                "unknown command \"%s\" (did you mean \"%s\"?)", shown.at,
                near);
    else
        eo_fail(err, ESPOTA_E_USAGE,
                "unknown command \"%s\" (espota-c -h lists them)", shown.at);
    return NULL;
}

const struct command *eo_command_named(const struct command *commands,
                                       const char *name,
                                       struct espota_error *err)
{
    for (const struct command *c = commands; c->name != NULL; c++)
        if (strcmp(c->name, name) == 0 ||
            (c->alias != NULL && strcmp(c->alias, name) == 0))
            return c;
    return unknown_command(commands, name, err);
}
