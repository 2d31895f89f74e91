/* cmd_help.c -- -h, which fits one screen, and "help COMMAND", which is all. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "ui/ui.h"

enum { LEFT_COLUMN = 29, COMMAND_COLUMN = 13 };

static void print_option(const struct opt *opt)
{
    char left[80], help[OPT_HELP];
    const bool optional = (opt->flags & OPT_OPTIONAL) != 0;
    int n = snprintf(left, sizeof left, "  %c%c%c --%s",
                     opt->brief != 0 ? '-' : ' ',
                     opt->brief != 0 ? opt->brief : ' ',
                     opt->brief != 0 ? ',' : ' ', opt->name);

    if (opt->arg != NULL)
        snprintf(left + n, sizeof left - (size_t)n, optional ? "[=%s]" : " %s",
                 opt->arg);
    printf("%-*s %s", LEFT_COLUMN, left,
           eo_opt_help(opt, help));
    if (opt->def != NULL && opt->words == NULL)
        printf(opt->kind == OPT_SECONDS ? " [%s s]" : " [%s]", opt->def);
    putchar('\n');
}

static void print_group(unsigned command, enum opt_group group, bool all)
{
    const struct opt *opt;
    bool titled = false;

    for (size_t i = 0; (opt = eo_opt_at(i)) != NULL; i++) {
        if ((opt->commands & command) == 0 || opt->group != group ||
            !(all || (opt->flags & OPT_COMMON) != 0))
            continue;
        if (!titled)
            printf("%s:\n", eo_opt_group_title(group));
        titled = true;
        print_option(opt);
    }
}

static void print_commands(const struct command *c)
{
    puts("\nCommands:");
    for (; c->name != NULL; c++)
        printf("  %-*s%s\n", COMMAND_COLUMN, c->name, c->summary);
}

void eo_help(const struct command *commands, const struct command *c,
             bool all)
{
    const bool first = c == commands;

    printf("usage: espota-c %s%s%s%s\n\n", first ? "-i HOST -f FILE" : c->name,
           *c->args != '\0' ? " " : "", c->args, " [OPTION]...");
    for (int g = 0; g < OPT_GROUPS; g++)
        print_group(c->bit, (enum opt_group)g, all);
    if (first && !all)
        print_commands(commands);
    if (!all)
        printf("\nAll options: espota-c help %s. Manual: man "
               "espota-c.\n",
               c->name);
}

int eo_cmd_help(struct cli *cli)
{
    const struct command *c;
    struct espota_error err;

    if (cli->parsed.args.n == 0) {
        eo_help(cli->commands, cli->commands, false);
        return 0;
    }
    c = eo_command_named(cli->commands, cli->parsed.args.at[0], &err);
    if (c == NULL)
        return eo_cli_fail(&err);
    eo_help(cli->commands, c, true);
    return 0;
}
