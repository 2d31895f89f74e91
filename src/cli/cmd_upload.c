/* cmd_upload.c -- flashes the devices that are given as words or with -i. */
#include "cli/neighbors.h"
#include "cli/run.h"

static bool is_missing(const struct texts *ip)
{
    for (size_t i = 0; i < ip->n; i++)
        if (ip->at[i][0] == '\0')
            return true;
    return ip->n == 0;
}

/* "espota-c FILE": a new user may not know the name of the device. */
static bool names_image_only(const struct cli *cli)
{
    return cli->parsed.args.n == 1 && cli->opts.ip.n == 0 &&
           cli->opts.file != NULL && cli->opts.json == NULL &&
           !cli->opts.quiet;
}

static int gather(struct cli *cli, struct run *run, struct target_list *list,
                  struct espota_error *err)
{
    if (is_missing(&cli->opts.ip) && names_image_only(cli))
        return eo_fail(err, ESPOTA_E_USAGE,
                       "no device: espota-c HOST FILE flashes one");
    if (is_missing(&cli->opts.ip))
        return eo_fail_hint(err, ESPOTA_E_USAGE,
                            "espota-c HOST FILE flashes FILE into the device at "
                            "HOST; espota-c -h shows more",
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
        if (names_image_only(cli))
            eo_print_neighbors(cli, cli->opts.file);
    } else {
        status = eo_run_go(&run);
    }
    eo_run_free(&run);
    eo_targets_free(&list);
    return status;
}
