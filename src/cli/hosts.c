/* hosts.c -- names of devices for whoever has pressed Tab and waits. */
#include "cli/hosts.h"

#include <poll.h>
#include <stdio.h>

#include <espota/discover.h>

#include "os/clock.h"

enum { LISTEN_MS = 250, FDS_MAX = 64 };

static void on_device(void *ctx, enum espota_device_news news,
                      const struct espota_device *d)
{
    (void)ctx;
    if (news == ESPOTA_DEVICE_APPEARED && d->host != NULL)
        puts(d->host);
}

/* One turn, for at most so long. */
static void turn(struct espota_discover *d, int max_ms)
{
    struct espota_fd fds[FDS_MAX];
    struct pollfd polled[FDS_MAX];
    size_t n = espota_discover_fds(d, fds, FDS_MAX);
    int timeout = espota_discover_timeout(d);

    if (n > FDS_MAX)
        n = FDS_MAX;
    if (timeout < 0 || timeout > max_ms)
        timeout = max_ms;
    for (size_t i = 0; i < n; i++)
        polled[i] = (struct pollfd){.fd = fds[i].fd, .events = POLLIN};
    if (poll(polled, (nfds_t)n, timeout) < 0)
        return;
    for (size_t i = 0; i < n; i++)
        fds[i].ready = polled[i].revents != 0 ? ESPOTA_READ : 0;
    espota_discover_process(d, fds, n);
}

void eo_print_hosts(const struct cli *cli)
{
    const struct espota_discover_config config = {
        .bind = cli->opts.host_ip,
        .watch = true, /* at once, not when the time is over */
        .on_device = on_device,
    };
    const uint64_t end = eo_monotonic_ms() + LISTEN_MS;
    struct espota_discover *discover;
    uint64_t now;

    for (size_t i = 0; i < cli->config.n; i++)
        if (cli->config.at[i].kind == SECTION_DEVICE)
            puts(cli->config.at[i].name);
    if (espota_discover_new(&discover, &config, NULL) != 0)
        return;
    while ((now = eo_monotonic_ms()) < end && espota_discover_live(discover))
        turn(discover, (int)(end - now));
    espota_discover_free(discover);
}
