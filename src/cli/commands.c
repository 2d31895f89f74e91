/* commands.c -- from argv to a command with its options, and on to its status.
 */
#include "cli/commands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "cli/words.h"
#include "os/file.h"
#include "os/process.h"
#include "os/secret.h"
#include "ui/json_library.h"

/* ---- which command ------------------------------------------------------ */

/* The first word may be a device, but not if it looks like a mistyped command.
 */
static int check_slip(const struct cli *cli, const char *word,
                      struct espota_error *err)
{
    for (const struct command *c = cli->commands; c->name != NULL; c++) {
        const char *meant = eo_is_slip(word, c->name) ? c->name
                            : c->alias != NULL && eo_is_slip(word, c->alias)
                                ? c->alias
                                : NULL;
        if (meant != NULL)
            return eo_fail_hint(err, ESPOTA_E_USAGE,
                                "a device of that name is given with -i",
                                "unknown command \"%s\" (did you mean "
                                "\"%s\"?)",
                                word, meant);
    }
    return 0;
}

/* Takes the command's name out of the arguments.  Without one, the first
 * command of the table is used, as espota.py has no commands. */
static int choose(struct cli *cli, int *argc, char ***argv,
                  struct espota_error *err)
{
    const int skip = eo_parse_skip(*argc, *argv);

    cli->command = cli->commands;
    cli->as_espota_py = skip > 0;
    *argc -= skip;
    *argv += skip;
    if (*argc == 0 || (*argv)[0][0] == '-')
        return 0;
    cli->command = eo_command_named(cli->commands, (*argv)[0], NULL);
    if (cli->command == NULL) {
        cli->command = cli->commands;
        return check_slip(cli, (*argv)[0], err);
    }
    (*argc)--;
    (*argv)++;
    return 0;
}

static int check_args(const struct cli *cli, struct espota_error *err)
{
    const struct command *c = cli->command;
    const struct texts *args = &cli->parsed.args;

    if (args->n > c->max_args)
        return eo_words_extra(cli, args->at[c->max_args], err);
    if (args->n < c->min_args)
        return eo_fail(err, ESPOTA_E_USAGE, "%s needs %s", c->name, c->args);
    return 0;
}

/* ---- running it --------------------------------------------------------- */

static int prepare(struct cli *cli, struct espota_error *err)
{
    struct opts first = {0};
    int status = -1;

    /* --config and --no-config decide which files are read. */
    if (eo_env_settings(&cli->env, err) == 0 &&
        eo_cli_opts(cli, NULL, NULL, &first, err) == 0 &&
        (cli->command->bit == CMD_CONFIG || /* reads the files itself */
         eo_config_load(&cli->config, &first, &cli->notes, err) == 0))
        status = eo_cli_opts(cli, NULL, NULL, &cli->opts, err);
    eo_opts_free(&first);
    return status;
}

static bool asked_for(const struct cli *cli, const char *name)
{
    const struct settings *s = &cli->parsed.settings;

    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->at[i].opt->name, name) == 0)
            return true;
    return false;
}

/* If these commands cannot print, they fail.  The others have done their work
 * even if nobody reads about it. */
enum {
    RESULT_IS_PRINTED =
        CMD_DISCOVER | CMD_INSPECT | CMD_HELP | CMD_VERSION | CMD_COMPLETION |
        CMD_CONFIG
};

/* Output that was cut because the disk is full must not look like success. */
static int printed(int status)
{
    struct espota_error err;

    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    eo_fail_sys(&err, ESPOTA_E_INTERNAL, errno,
                "cannot write standard output%s%s", errno != 0 ? ": " : "",
                errno != 0 ? eo_file_text(errno) : "");
    return eo_cli_fail(&err);
}

static int run(struct cli *cli, int argc, char **argv)
{
    struct espota_error err;

    if (choose(cli, &argc, &argv, &err) != 0 ||
        eo_parse_args(&cli->parsed, cli->command->bit, argc, argv,
                      &cli->notes, &err) != 0)
        return eo_cli_fail(&err);
    if (asked_for(cli, "help")) {
        eo_help(cli->commands, cli->command, false);
        return printed(0);
    }
    if (asked_for(cli, "version"))
        return printed(eo_cmd_version(cli));
    if (check_args(cli, &err) != 0 ||
        (cli->command->bit == CMD_UPLOAD && eo_words_upload(cli, &err) != 0) ||
        prepare(cli, &err) != 0) {
        eo_cli_notes(cli);
        return eo_cli_fail(&err);
    }
    if ((cli->command->bit & (CMD_UPLOAD | CMD_FLEET)) == 0)
        eo_cli_notes(cli); /* these show them as events */
    if (cli->opts.json != NULL && eo_json_library() == NULL) {
        eo_fail(&err, ESPOTA_E_USAGE,
                "--json was left out of this build (jansson)");
        return eo_cli_fail(&err);
    }
    return cli->command->bit & RESULT_IS_PRINTED
               ? printed(cli->command->run(cli))
               : cli->command->run(cli);
}

int eo_commands_run(const struct command *commands, int argc, char **argv)
{
    struct cli cli = {.commands = commands};
    const char *exit_style = getenv("ESPOTA_EXIT");
    int status;

    eo_secret_no_core();
    /* Otherwise a socket could become descriptor 1 and receive our output. */
    eo_process_open_streams();
    eo_json_memory();
    status = run(&cli, argc - 1, argv + 1);
    eo_opts_free(&cli.opts);
    eo_parsed_free(&cli.parsed);
    eo_settings_free(&cli.env);
    eo_config_free(&cli.config);
    eo_notes_free(&cli.notes);
    if (exit_style != NULL && strcmp(exit_style, "simple") == 0 &&
        status != 0 && status != 2)
        status = 1;
    return status;
}
