/* run.h -- one run: devices with their options, images and secrets, flashed
 * and shown. */
#ifndef EO_RUN_H
#define EO_RUN_H

#include <espota/espota.h>

#include "cli/cli.h"
#include "cli/secret.h"
#include "cli/ui.h"

struct run_device {
    struct ui_device ui; /* first: a target's tag points at it */
    struct opts opts;
    struct secrets passwords, key; /* one key, or none */
    const struct espota_image *image;
    const char *host;          /* where it is; its name unless a file says */
    struct espota_error error; /* OK, or why it is not tried */
    int status;                /* exit status, once it has ended */
};

struct run_image {
    char *path;
    enum espota_compress compress;
    struct espota_image *image; /* NULL: it could not be opened */
    struct espota_error error;
};

struct run {
    struct cli *cli;
    struct run_device **device;
    size_t n;
    struct run_image **image; /* each file once */
    size_t n_images;
    struct asked asked;
    struct ui_set ui;
    struct espota_fleet *fleet;
    unsigned jobs; /* at once; 0: the library's choice */
};

/* Adds a device by the name the user gave.  Fails (USAGE) if its options make
 * no sense; what is wrong with its secrets or its image shows when it is
 * tried. */
int eo_run_add(struct run *, const char *name, struct espota_error *err)
    EO_MUST_CHECK;

/* Flashes them all and gives the exit status of the run. */
int eo_run_go(struct run *);
void eo_run_free(struct run *);

#endif
