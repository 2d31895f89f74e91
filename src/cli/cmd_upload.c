/* cmd_upload.c -- flash the devices that -i names. */
#include "cli/run.h"

static bool is_missing(const struct texts *ip)
{
    for (size_t i = 0; i < ip->n; i++)
        if (ip->at[i][0] == '\0')
            return true;
    return ip->n == 0;
}

static int gather(struct cli *cli, struct run *run, struct target_list *list,
                  struct espota_error *err)
{
    if (is_missing(&cli->opts.ip))
        return eo_fail_hint(err, ESPOTA_E_USAGE,
                            "espota-c -i HOST -f FILE flashes FILE into the "
                            "device at HOST; espota-c -h lists the options",
                            "no device: -i HOST is missing");
    if (eo_targets_ip(list, &cli->opts, &cli->config, err) != 0 ||
        eo_targets_unique(list, &cli->notes, err) != 0)
        return -1;
    for (size_t i = 0; i < list->n; i++)
        if (eo_run_add(run, &list->at[i], err) != 0)
            return -1;
    return 0;
}

int eo_cmd_upload(struct cli *cli)
{
    struct target_list list = {0};
    struct run run = {.cli = cli};
    struct espota_error err;
    int status;

    if (gather(cli, &run, &list, &err) != 0) {
        eo_cli_notes(cli);
        status = eo_cli_fail(&err);
    } else {
        status = eo_run_go(&run);
    }
    eo_run_free(&run);
    eo_targets_free(&list);
    return status;
}
