/* cmd_wait.c -- wait until a device is on the network. */
#include <espota/discover.h>

#include "cli/cli.h"
#include "cli/signals.h"
#include "cli/ui.h"

int eo_cmd_wait(struct cli *cli)
{
    const struct opts *o = &cli->opts;
    const struct espota_wait_config config = {
        .host = cli->parsed.args.at[0],
        .port = (uint16_t)o->wait_port,
        .bind = o->host_ip,
        .family = o->ipv4 == o->ipv6 ? 0 : o->ipv4 ? 4 : 6,
        .timeout_ms = o->wait_ms,
    };
    struct espota_error err;

    eo_signals_catch();
    if (espota_wait(&config, eo_signals_flag(), &err) == 0)
        return 0;
    eo_ui_print_error(stderr, config.host, &err);
    return eo_cli_status(&err);
}
