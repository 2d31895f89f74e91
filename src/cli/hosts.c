/* hosts.c -- names of devices for completion in a shell. */
#include "cli/hosts.h"

#include <stdio.h>

#include <espota/discover.h>

enum { LISTEN_MS = 250 };

static void on_device(void *ctx, enum espota_device_news news,
                      const struct espota_device *d)
{
    (void)ctx;
    if (news == ESPOTA_DEVICE_APPEARED && d->host != NULL)
        puts(d->host);
}

void eo_print_hosts(const struct cli *cli)
{
    const struct espota_discover_config config = ESPOTA_DISCOVER_CONFIG(
        .bind = cli->opts.host_ip,
        .watch = true, /* print at once, not when the time is over */
        .on_device = on_device);
    struct espota_loop *loop;
    struct espota_discover *discover;

    for (size_t i = 0; i < cli->config.n; i++)
        if (cli->config.at[i].kind == SECTION_DEVICE &&
            !cli->config.at[i].again)
            puts(cli->config.at[i].name);
    if (espota_loop_new(&loop, NULL) != 0)
        return;
    if (espota_discover_new(&discover, loop, &config, NULL) == 0) {
        (void)!espota_loop_run(loop, LISTEN_MS, NULL);
        espota_discover_free(discover);
    }
    espota_loop_free(loop);
}
