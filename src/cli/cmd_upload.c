/* cmd_upload.c -- flash the devices that -i names. */
#include "cli/run.h"

int eo_cmd_upload(struct cli *cli)
{
    const struct texts *ip = &cli->opts.ip;
    struct run run = {.cli = cli};
    struct espota_error err;
    bool missing = ip->n == 0;
    int status = -1;

    for (size_t i = 0; i < ip->n; i++)
        missing |= ip->at[i][0] == '\0';
    if (missing) {
        eo_fail_hint(&err, ESPOTA_E_USAGE,
                     "espota-c -i HOST -f FILE flashes FILE into the device "
                     "at HOST; espota-c -h lists the options",
                     "no device: -i HOST is missing");
        return eo_cli_fail(&err);
    }
    for (size_t i = 0; i < ip->n && status != 2; i++)
        if (eo_run_add(&run, ip->at[i], NULL, &err) != 0)
            status = eo_cli_fail(&err);
    if (status < 0)
        status = eo_run_go(&run);
    eo_run_free(&run);
    return status;
}
