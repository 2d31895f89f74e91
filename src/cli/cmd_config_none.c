/* cmd_config_none.c -- a build without configuration files. */
#include "cli/cli.h"

int eo_cmd_config(struct cli *cli)
{
    struct espota_error err;

    (void)cli;
    eo_fail(&err, ESPOTA_E_USAGE,
            "configuration files were left out of this build (inih)");
    return eo_cli_fail(&err);
}
