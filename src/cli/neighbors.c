/* neighbors.c -- lists the devices on the network when the user named none. */
#include "cli/neighbors.h"

#include <stdio.h>

#include <espota/discover.h>

#include "base/str.h"
#include "cli/discover.h"

enum { LISTEN_MS = 2000 };

struct neighbors {
    const char *image;
    size_t n;
};

static void on_device(void *ctx, enum espota_device_news news,
                      const struct espota_device *d)
{
    struct neighbors *found = ctx;
    const char *host = eo_discover_host(d);

    (void)news;
    if (host == NULL || d->protocol == NULL)
        return;
    if (found->n++ == 0)
        fputs("These devices announce themselves:\n", stderr);
    fprintf(stderr, "  espota-c %s %s    # %s", host, found->image,
            d->protocol);
    if (d->board != NULL)
        fprintf(stderr, ", %s", d->board);
    fputc('\n', stderr);
}

void eo_print_neighbors(const struct cli *cli, const char *image)
{
    char shown[400];
    struct text t;
    struct neighbors found = {shown, 0};
    const struct espota_discover_config config = ESPOTA_DISCOVER_CONFIG(
        .bind = cli->opts.host_ip,
        .family = eo_opts_family(&cli->opts),
        .timeout_ms = LISTEN_MS,
        .on_device = on_device,
        .on_device_ctx = &found);
    struct espota_error err;

    eo_text_init(&t, shown, sizeof shown);
    eo_text_add_given(&t, image);
    if (eo_discover_run(&config, &err) == 0 && found.n == 0)
        fputs("No device announced itself on this network.\n", stderr);
}
