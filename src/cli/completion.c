/* completion.c -- the parts that the completions of all shells share. */
#include "cli/completion.h"

#include <stdio.h>
#include <string.h>

#include "cli/topics.h"

enum follows eo_follows(const struct opt *opt)
{
    if (opt->words != NULL)
        return FOLLOWS_WORDS;
    if ((opt->flags & OPT_FILE) != 0)
        return FOLLOWS_FILE;
    return strcmp(opt->arg, "HOST") == 0 ? FOLLOWS_HOST : FOLLOWS_ANY;
}

enum follows eo_follows_command(const struct command *c)
{
    if (strncmp(c->args, "FILE", 4) == 0)
        return FOLLOWS_FILE;
    if (strncmp(c->args, "HOST", 4) == 0)
        return strstr(c->args, "FILE") != NULL ? FOLLOWS_HOST_OR_FILE
                                               : FOLLOWS_HOST;
    return strchr(c->args, '|') != NULL ? FOLLOWS_WORDS : FOLLOWS_ANY;
}

void eo_print_choices(const char *choices)
{
    for (; *choices != '\0' && *choices != ' '; choices++)
        putchar(*choices == '|' ? ' ' : *choices);
}

void eo_print_commands(const struct command *c)
{
    for (; c->name != NULL; c++) {
        printf("%s ", c->name);
        if (c->alias != NULL)
            printf("%s ", c->alias);
    }
}

void eo_print_explained(const struct command *commands)
{
    const struct topic *topic;

    eo_print_commands(commands);
    for (size_t i = 0; (topic = eo_topic_at(i)) != NULL; i++)
        if (eo_command_named(commands, topic->name, NULL) == NULL)
            printf("%s ", topic->name);
}
