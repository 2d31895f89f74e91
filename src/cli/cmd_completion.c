/* cmd_completion.c -- completions for shells, written from the option table. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

int eo_cmd_completion(struct cli *cli)
{
    struct espota_error err;

    eo_fail(&err, ESPOTA_E_USAGE, "no completions for \"%s\"",
            cli->parsed.args.at[0]);
    return eo_cli_fail(&err);
}
