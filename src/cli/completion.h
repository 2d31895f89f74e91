/* completion.h -- the parts that the completions of all shells share. */
#ifndef EO_COMPLETION_H
#define EO_COMPLETION_H

#include "cli/cli.h"

/* What may follow an option or a command. */
enum follows {
    FOLLOWS_ANY,
    FOLLOWS_FILE,
    FOLLOWS_WORDS,
    FOLLOWS_HOST,
    FOLLOWS_HOST_OR_FILE
};

enum follows eo_follows(const struct opt *);
enum follows eo_follows_command(const struct command *);

/* choices is "bash|zsh|fish"; anything after a space is not a choice. */
void eo_print_choices(const char *choices);
void eo_print_commands(const struct command *);
/* Prints what "help" explains: commands and topics, each once. */
void eo_print_explained(const struct command *);

void eo_print_powershell(const struct command *);

#endif
