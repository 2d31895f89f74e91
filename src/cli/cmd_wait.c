/* cmd_wait.c -- waits until a device is on the network. */
#include <stdio.h>

#include <espota/discover.h>

#include "cli/cli.h"
#include "cli/drive.h"
#include "os/signals.h"
#include "ui/ui.h"

/* Reads HOST[:PORT]; NAME= may precede it. */
static int read_host(const struct cli *cli, struct espota_wait_config *c,
                     char *host, size_t cap, struct espota_error *err)
{
    struct device_words d;

    if (eo_device_given(&d, cli->parsed.args.at[0], err) != 0)
        return -1;
    if (d.port != 0 && c->port != 0 && d.port != c->port)
        return eo_fail(err, ESPOTA_E_USAGE, "%.*s has two ports: -p says %u",
                       (int)d.target.len, d.target.at, c->port);
    snprintf(host, cap, "%.*s", (int)d.host.len, d.host.at);
    c->host = host;
    if (d.port != 0 || d.url)
        c->port = d.port != 0 ? d.port : c->port != 0 ? c->port
                              : d.https ? 443 : 80;
    return 0;
}

int eo_cmd_wait(struct cli *cli)
{
    const struct opts *o = &cli->opts;
    struct espota_wait_config config = ESPOTA_WAIT_CONFIG(
        .port = (uint16_t)o->wait_port,
        .bind = o->host_ip,
        .family = eo_opts_family(o),
        .timeout_ms = o->wait_ms);
    struct espota_loop *loop = NULL;
    struct espota_wait *wait = NULL;
    struct espota_error err;
    char host[260];
    int rc;

    if (read_host(cli, &config, host, sizeof host, &err) != 0)
        return eo_cli_fail(&err);
    eo_signals_catch();
    rc = espota_loop_new(&loop, &err) != 0 ||
                 espota_wait_new(&wait, loop, &config, &err) != 0 ||
                 eo_drive(loop, -1, NULL, NULL, &err) != 0 ||
                 espota_wait_result(wait, &err) != 0
             ? -1
             : 0;
    espota_wait_free(wait);
    espota_loop_free(loop);
    if (rc == 0)
        return 0;
    eo_ui_print_error(stderr, config.host, &err);
    return eo_cli_status(&err);
}
