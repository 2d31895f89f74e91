/* cmd_help.c -- -h, which fits on one screen, and "help" in full. */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "cli/cli.h"
#include "cli/topics.h"
#include "ui/ui.h"

enum { LEFT_COLUMN = 29, NAME_COLUMN = 13, NAMES_MAX = 40 };

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

/* all: prints every option of a group, under its title; otherwise only the
 * common ones, without a title. */
static void print_group(unsigned command, enum opt_group group, bool all)
{
    const struct opt *opt;
    bool titled = !all;

    for (size_t i = 0; (opt = eo_opt_at(i)) != NULL; i++) {
        if ((opt->commands & command) == 0 || opt->group != group ||
            !(all || (opt->flags & OPT_COMMON) != 0))
            continue;
        if (!titled)
            printf("\n%s:\n", eo_opt_group_title(group));
        titled = true;
        print_option(opt);
    }
}

static void print_lines(const char *lines)
{
    while (*lines != '\0') {
        const size_t n = strcspn(lines, "\n");

        printf("  %.*s\n", (int)n, lines);
        lines += n + 1;
    }
}

/* For -h: only the names. */
static void print_names(const struct command *c)
{
    const struct topic *topic;

    fputs("\nCommands:", stdout);
    while ((++c)->name != NULL) /* the first is the default and needs no name */
        printf(" %s", c->name);
    fputs("\nTopics:  ", stdout);
    for (size_t i = 0; (topic = eo_topic_at(i)) != NULL; i++)
        printf(" %s", topic->name);
    puts(" (espota-c help TOPIC)");
}

/* For "help": with a summary each. */
static void print_summaries(const struct command *c)
{
    const struct topic *topic;

    puts("Commands:");
    for (; c->name != NULL; c++)
        printf("  %-*s%s\n", NAME_COLUMN, c->name, c->summary);
    puts("\nTopics:");
    for (size_t i = 0; (topic = eo_topic_at(i)) != NULL; i++)
        printf("  %-*s%s\n", NAME_COLUMN, topic->name, topic->summary);
    puts("\nMore: espota-c help COMMAND, espota-c help TOPIC, man espota-c.");
}

void eo_help(const struct command *commands, const struct command *c,
             bool all)
{
    const bool first = c == commands;

    printf("usage: espota-c %s%s%s%s[OPTION]...\n", first ? "" : c->name,
           first ? "" : " ", c->args, *c->args != '\0' ? " " : "");
    if (first)
        puts("       espota-c COMMAND ...");
    printf("\n%s\n\nExamples:\n", c->about);
    print_lines(c->examples);
    if (!all)
        puts("\nOptions:");
    for (int g = 0; g < OPT_GROUPS; g++)
        print_group(c->bit, (enum opt_group)g, all);
    if (all)
        return;
    if (first)
        print_names(commands);
    printf("%sAll options: espota-c help %s. Manual: man espota-c.\n",
           first ? "" : "\n", c->name);
}

static int unknown(const struct command *c, const char *name)
{
    const char *names[NAMES_MAX + 1];
    char space[120], near[DID_YOU_MEAN];
    const struct topic *topic;
    struct espota_error err;
    struct text shown;
    size_t n = 0;

    for (; c->name != NULL && n < NAMES_MAX; c++)
        names[n++] = c->name;
    for (size_t i = 0; (topic = eo_topic_at(i)) != NULL && n < NAMES_MAX; i++)
        names[n++] = topic->name;
    names[n] = NULL;
    eo_text_init(&shown, space, sizeof space);
    eo_text_add_given(&shown, name);
    eo_fail_hint(&err, ESPOTA_E_USAGE, "espota-c help lists them",
                 "\"%s\" is neither a command nor a topic%s", shown.at,
                 eo_did_you_mean(near, eo_nearest(name, names)));
    return eo_cli_fail(&err);
}

int eo_cmd_help(struct cli *cli)
{
    const struct command *c;
    const struct topic *topic;
    const char *name;

    if (cli->parsed.args.n == 0) {
        print_summaries(cli->commands);
        return 0;
    }
    name = cli->parsed.args.at[0];
    c = eo_command_named(cli->commands, name, NULL);
    topic = eo_topic_named(name);
    if (c == NULL && topic == NULL)
        return unknown(cli->commands, name);
    if (c != NULL)
        eo_help(cli->commands, c, true);
    if (c != NULL && topic != NULL)
        putchar('\n');
    if (topic != NULL)
        topic->print();
    return 0;
}
