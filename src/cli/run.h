/* run.h -- one run: devices with their options, images and secrets, flashed
 * and shown. */
#ifndef EO_RUN_H
#define EO_RUN_H

#include <espota/espota.h>

#include "cli/cli.h"
#include "conf/inventory.h"
#include "conf/secret.h"
#include "ui/ui.h"

struct run_device {
    struct ui_device ui; /* first: a target's tag points at it */
    struct settings *own; /* of its row: wiped of secrets when it has ended */
    struct opts opts;
    struct secrets passwords, key; /* one key, or none */
    const struct espota_image *image;
    const char *asked;         /* the key of its row */
    bool named;                /* the user gave it a NAME of its own */
    char name_space[300];      /* for a longer one */
    char host_space[260];      /* for one that the files say */
    const char *host;          /* where it is; its name unless a file says */
    int job;                   /* in the fleet; -1: never became one */
    enum espota_state known;   /* of it and the image, says the journal */
    bool hold;                 /* until a hook has ended */
    bool left_out;             /* --only: not in this run */
    struct espota_error error; /* OK, or why it is not tried */
    int status;                /* exit status, once it has ended */
};

struct run_image {
    char *path; /* as it was given; a signed copy of it may be sent */
    enum espota_compress compress;
    bool no_signed, from_factory;
    struct espota_image *image; /* NULL: it could not be opened */
    struct espota_error error;
};

/* What a command adds to a run. */
struct run_extra {
    /* The image is known: false ends the device now, as SKIPPED if its error
     * is OK. */
    bool (*admit)(void *ctx, struct run_device *);
    /* After the front ends were told. */
    void (*event)(void *ctx, struct run_device *,
                  const struct espota_event *);
    /* Once a turn: true while there is something to wait for. */
    bool (*busy)(void *ctx);
    void *ctx;
};

struct run {
    struct cli *cli;
    struct run_device **device;
    size_t n, cap;
    struct run_image **image; /* each file once */
    size_t n_images;
    struct asked asked;
    struct ui_set ui;
    struct espota_loop *loop;
    struct espota_fleet *fleet;
    struct espota_fleet_config limits; /* its limits; the rest is filled in */
    const struct run_extra *extra;     /* NULL: nothing */
};

/* Adds a device (borrowed; its secrets are wiped when it has ended), whose own settings are stronger than all others.
 * Fails (USAGE) if its options make no sense; what is wrong with its secrets or
 * its image shows when it is tried. */
int eo_run_add(struct run *, struct target_row *,
               struct espota_error *err) EO_MUST_CHECK;

/* Opens its image, each file once, and asks whether that may go there; what
 * speaks against it becomes the device's error. */
void eo_run_ready(struct run *, struct run_device *);
void eo_run_images_free(struct run *);

/* What its options come to.  Everything in it is the device's. */
struct espota_target eo_run_target(struct run_device *);

/* Frees a device that was taken out of the run. */
void eo_run_drop(struct run_device *);

/* Flashes them all and gives the exit status of the run. */
int eo_run_go(struct run *);
void eo_run_free(struct run *);

#endif
