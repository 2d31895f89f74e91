/* run_ready.c -- what can be known of a device before anything is sent: its image,
 * and whether that may go there.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/run.h"

/* The build of an ESP8266 or Pico core leaves a signed copy beside FILE, and
 * espota.py sends that. */
static char *signed_path(struct run *run, const struct opts *o)
{
    const size_t n = strlen(o->file) + sizeof ".signed";
    char *path = eo_calloc(n, 1);

    if (path == NULL)
        return NULL;
    snprintf(path, n, "%s.signed", o->file);
    if (!o->no_signed && strcmp(o->file, "-") != 0 &&
        access(path, F_OK) == 0) {
        eo_note(&run->cli->notes, "signed", "%s is sent instead of %s", path,
                o->file);
        return path;
    }
    eo_free(path);
    return eo_strdup(o->file);
}

static struct run_image *find_image(struct run *run, const char *path,
                                    enum espota_compress compress)
{
    for (size_t i = 0; i < run->n_images; i++)
        if (run->image[i]->compress == compress &&
            strcmp(run->image[i]->path, path) == 0)
            return run->image[i];
    return NULL;
}

/* Each file is read once, however many devices get it.  Takes path over. */
static struct run_image *open_image(struct run *run, char *path,
                                    enum espota_compress compress)
{
    struct run_image **all =
        eo_resize(run->image, run->n_images + 1, sizeof *all);
    struct run_image *i = eo_calloc(1, sizeof *i);

    if (all != NULL)
        run->image = all;
    if (all == NULL || i == NULL) {
        eo_free(path);
        eo_free(i);
        return NULL;
    }
    i->path = path;
    i->compress = compress;
    all[run->n_images++] = i;
    if (espota_image_open(&i->image, path, compress, &i->error) != 0)
        i->image = NULL;
    return i;
}

static void load(struct run *run, struct run_device *d)
{
    const enum espota_compress compress =
        (enum espota_compress)d->opts.compress;
    char *path = signed_path(run, &d->opts);
    struct run_image *image =
        path != NULL ? find_image(run, path, compress) : NULL;

    if (image != NULL)
        eo_free(path);
    else if (path != NULL)
        image = open_image(run, path, compress);
    if (image == NULL)
        eo_fail(&d->error, ESPOTA_E_INTERNAL, "out of memory");
    else if (image->image == NULL)
        d->error = image->error;
    else
        d->image = image->image;
}

void eo_run_ready(struct run *run, struct run_device *d)
{
    const struct opts *o = &d->opts;
    const struct espota_check check = {
        .protocol = EO_PROTOCOLS[o->protocol],
        .type = (enum espota_type)o->type,
        .port = (uint16_t)o->port,
        .force = o->force,
    };
    struct espota_error err;

    if (d->error.category == ESPOTA_E_OK)
        load(run, d);
    if (d->error.category != ESPOTA_E_OK)
        return;
    eo_uis_image(&run->ui, &d->ui, espota_image_info(d->image));
    /* Its doubts are told when its turn comes. */
    if (espota_image_check(d->image, &check, &err) != 0)
        d->error = err;
}

void eo_run_images_free(struct run *run)
{
    for (size_t i = 0; i < run->n_images; i++) {
        espota_image_free(run->image[i]->image);
        eo_free(run->image[i]->path);
        eo_free(run->image[i]);
    }
    eo_free(run->image);
}
