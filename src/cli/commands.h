/* commands.h -- the whole program, given its commands. */
#ifndef EO_COMMANDS_H
#define EO_COMMANDS_H

#include "cli/cli.h"

/* Finds the command, reads its options and runs it; returns the exit status.
 * The table ends with a NULL name.  Its first command is the default. */
int eo_commands_run(const struct command *commands, int argc, char **argv);

#endif
