/* flash.h -- what the examples share: they flash one image to one device and
 * print what happens.  Each example uses a different loop.
 *
 * usage: EXAMPLE HOST PORT IMAGE
 */
#ifndef EXAMPLES_FLASH_H
#define EXAMPLES_FLASH_H

#include <stdio.h>
#include <stdlib.h>

#include <espota/espota.h>

struct flash {
    struct espota_loop *loop;
    struct espota_fleet *fleet;
    struct espota_image *image;
    int status; /* exit status */
};

static inline void flash_event(void *ctx, const struct espota_event *e)
{
    struct flash *f = ctx;

    if (e->kind == ESPOTA_EVENT_PROGRESS)
        printf("%s: %zu of %zu bytes\n", e->device, e->done, e->total);
    if (e->kind != ESPOTA_EVENT_END)
        return;
    f->status = espota_result_status(e->result);
    printf("%s: %s\n", e->device,
           f->status == 0 ? "updated" : e->result->error->message);
}

/* Returns 0, or -1 after it has printed a message. */
static inline int flash_begin(struct flash *f, char **argv)
{
    const struct espota_target target =
        ESPOTA_TARGET(.host = argv[1], .port = (uint16_t)atoi(argv[2]));
    const struct espota_fleet_config config =
        ESPOTA_FLEET_CONFIG(.on_event = flash_event, .on_event_ctx = f);
    struct espota_error err;

    *f = (struct flash){.status = 1};
    if (espota_image_open(&f->image, argv[3], ESPOTA_COMPRESS_AUTO, &err) == 0 &&
        espota_loop_new(&f->loop, &err) == 0 &&
        espota_fleet_new(&f->fleet, f->loop, &config, &err) == 0 &&
        espota_fleet_add(f->fleet, f->image, &target, &err) >= 0)
        return 0;
    fprintf(stderr, "%s\n", err.message);
    return -1;
}

static inline void flash_end(struct flash *f)
{
    espota_fleet_free(f->fleet);
    espota_loop_free(f->loop);
    espota_image_free(f->image);
}

#endif
