/* run.h -- a run: devices with their options, images and secrets are flashed,
 * and the progress is shown. */
#ifndef EO_RUN_H
#define EO_RUN_H

#include <espota/espota.h>

#include "cli/cli.h"
#include "conf/inventory.h"
#include "conf/secret.h"
#include "ui/ui.h"

struct run_device {
    struct ui_device ui; /* first: the tag of a target points at it */
    struct settings *own; /* from its row; secrets are wiped at its end */
    struct opts opts;
    struct secrets passwords, key; /* one key, or none */
    const struct espota_image *image;
    const char *asked;         /* the key of its row */
    bool named;                /* the user gave it a NAME */
    char name_space[300];      /* for a name with the port added */
    char host_space[260];      /* for a host that the files give */
    const char *host;          /* its name, unless the files give it */
    int job;                   /* index in the fleet; -1: no job */
    enum espota_state known;   /* for it and the image, from the journal */
    bool hold;                 /* wait until a hook has ended */
    bool left_out;             /* --only: not in this run */
    struct espota_error error; /* OK, or why it is not tried */
    int status;                /* exit status, once it has ended */
};

struct run_image {
    char *path; /* as given; a signed copy of it may be sent */
    enum espota_compress compress;
    bool no_signed, from_factory;
    struct espota_image *image; /* NULL: it could not be opened */
    struct espota_error error;
};

/* What a command adds to a run. */
struct run_extra {
    /* Called when the image is known.  False ends the device now, as SKIPPED
     * if its error is OK. */
    bool (*admit)(void *ctx, struct run_device *);
    /* Called after the front ends. */
    void (*event)(void *ctx, struct run_device *,
                  const struct espota_event *);
    /* Called once a round: true while there is something to wait for. */
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
    struct espota_fleet_config limits; /* only the limits are set */
    const struct run_extra *extra;     /* NULL: none */
};

/* Adds a device (borrowed), whose own settings override all others.  Its
 * secrets are wiped when it has ended.  Fails with USAGE if its options make
 * no sense.  Errors in its secrets or its image show when it is tried. */
int eo_run_add(struct run *, struct target_row *,
               struct espota_error *err) EO_MUST_CHECK;

/* Opens the device's image, each file once, and checks whether that image may
 * go to the device.  A reason against it becomes the device's error. */
void eo_run_ready(struct run *, struct run_device *);
void eo_run_images_free(struct run *);

/* Makes a target of the device's options.  The device owns everything in it. */
struct espota_target eo_run_target(struct run_device *);

/* Frees a device that was removed from the run. */
void eo_run_drop(struct run_device *);

/* Flashes all devices and returns the exit status of the run. */
int eo_run_go(struct run *);
void eo_run_free(struct run *);

#endif
