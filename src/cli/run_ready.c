/* run_ready.c -- what can be checked before anything is sent: the image of a
 * device, and whether it may go to that device.
 */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/run.h"
#include "os/file.h"

/* Why the signed copy must not be sent, or NULL. */
static const char *why_not(const struct run_image *i,
                           const struct file_facts *copy)
{
    struct file_facts facts;

    if (i->image == NULL)
        return i->error.message;
    if (!espota_image_info(i->image)->is_signed)
        return "it carries no signature";
    if (eo_file_facts(i->path, &facts) == 0 &&
        facts.stamp.mtime_ns > copy->stamp.mtime_ns)
        return "it is older";
    return NULL;
}

/* The build of an ESP8266 or Pico core leaves a signed copy beside FILE, and
 * espota.py sends that copy.  A copy that has the name but no signature, or
 * comes from an earlier build, is not what the user wants. */
static bool open_signed(struct run *run, struct run_image *i)
{
    const size_t n = strlen(i->path) + sizeof ".signed";
    char *path = eo_calloc(n, 1);
    const char *why;
    struct file_facts copy;

    if (path == NULL)
        return false;
    snprintf(path, n, "%s.signed", i->path);
    if (strcmp(i->path, "-") == 0 || eo_file_facts(path, &copy) != 0) {
        eo_free(path);
        return false;
    }
    if (espota_image_open(&i->image, path, i->compress, &i->error) != 0)
        i->image = NULL;
    why = why_not(i, &copy);
    if (why == NULL) {
        eo_note(&run->cli->notes, "signed", "%s is sent instead of %s", path,
                i->path);
    } else {
        eo_note(&run->cli->notes, "not-signed", "%s is not sent instead of %s: "
                "%s", path, i->path, why);
        espota_image_free(i->image);
        i->image = NULL;
    }
    eo_free(path);
    return why == NULL;
}

static struct run_image *find_image(struct run *run, const struct opts *o)
{
    for (size_t i = 0; i < run->n_images; i++)
        if (run->image[i]->compress == o->how.compress &&
            run->image[i]->no_signed == o->no_signed &&
            run->image[i]->from_factory == o->from_factory &&
            strcmp(run->image[i]->path, o->file) == 0)
            return run->image[i];
    return NULL;
}

/* Replaces the image with the app in it, and adds a note about that. */
static void take_app(struct run *run, struct run_image *i)
{
    struct espota_image *whole = i->image;
    const struct espota_image_info *info;

    if (espota_image_extract(&i->image, whole, i->compress, &i->error) != 0) {
        i->image = NULL;
    } else {
        info = espota_image_info(i->image);
        if (info->taken == NULL)
            eo_note(&run->cli->notes, "from-factory",
                    "%s is %s alone, and is sent as it is", info->file,
                    info->what);
        else
            eo_note(&run->cli->notes, "from-factory",
                    "of %s only the app is sent, %zu bytes: %s", info->file,
                    info->bytes, info->taken);
    }
    espota_image_free(whole);
}

/* Each file is read once, even if many devices get it. */
static struct run_image *open_image(struct run *run, const struct opts *o)
{
    struct run_image **all =
        eo_resize(run->image, run->n_images + 1, sizeof *all);
    struct run_image *i = eo_calloc(1, sizeof *i);

    if (all != NULL)
        run->image = all;
    if (i != NULL)
        i->path = eo_strdup(o->file);
    if (all == NULL || i == NULL || i->path == NULL) {
        eo_free(i);
        return NULL;
    }
    i->compress = o->how.compress;
    i->no_signed = o->no_signed;
    i->from_factory = o->from_factory;
    all[run->n_images++] = i;
    if ((o->no_signed || !open_signed(run, i)) &&
        espota_image_open(&i->image, i->path, i->compress, &i->error) != 0)
        i->image = NULL;
    if (i->image != NULL && o->from_factory)
        take_app(run, i);
    return i;
}

static void load(struct run *run, struct run_device *d)
{
    struct run_image *image = find_image(run, &d->opts);

    if (image == NULL)
        image = open_image(run, &d->opts);
    if (image == NULL)
        eo_fail_memory(&d->error);
    else if (image->image == NULL)
        d->error = image->error;
    else
        d->image = image->image;
}

void eo_run_ready(struct run *run, struct run_device *d)
{
    const struct opts *o = &d->opts;
    const struct espota_check check = ESPOTA_CHECK(
        .protocol = espota_protocol_word_at((size_t)o->protocol),
        .type = o->how.type,
        .port = (uint16_t)o->port,
        .force = o->force);
    struct espota_error err;

    if (d->error.category == ESPOTA_E_OK)
        load(run, d);
    if (d->error.category != ESPOTA_E_OK)
        return;
    eo_uis_image(&run->ui, &d->ui, espota_image_info(d->image));
    /* Warnings are shown when the device's turn comes. */
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
