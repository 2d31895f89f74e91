/* sim.h -- what all simulated devices share: options, lives, flash, reports.
 *
 * TO ADD A PROFILE, create a folder src/sim_NAME.  One of its files ends in
 * "const struct profile eo_sim_NAME".  Add one line to PROFILES in
 * sim_main/main.c and one to tools/check-layers.sh.  The profile provides a
 * configuration (any struct; its options are a table) and a device (any struct
 * that begins with struct device) with open and close.  Everything is driven
 * by device->sim->loop; nothing may block.
 *
 * Write a device from what real devices do (docs/PROTOCOLS.md), never from
 * what our client sends: do not use src/proto here.
 */
#ifndef EO_SIM_H
#define EO_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "net/loop.h"
#include "os/sock.h"
#include "sim/mdns.h"

/* ---- options ------------------------------------------------------------ */

enum opt_kind {
    OPT_FLAG,   /* bool */
    OPT_TEXT,   /* const char *, as given */
    OPT_NUMBER, /* unsigned, from min to max */
    OPT_SIZE,   /* size_t, from min to max; K and M multiply by 1024 */
    OPT_MICROS, /* unsigned microseconds; given as milliseconds, "0.25" */
    OPT_CHOICE, /* int, the index into choices */
    OPT_CALL    /* parsed by parse; may be given more than once */
};

/* One option.  The parser and --help use nothing else. */
struct opt {
    const char *name;
    enum opt_kind kind;
    size_t at; /* offset in the configuration */
    uint64_t min, max;
    const char *arg, *help;     /* as shown by --help; \n in help indents */
    const char *const *choices; /* ends with NULL */
    int (*parse)(void *at, const char *value, struct espota_error *);
};

/* A table and the struct its rows point into. */
struct opt_set {
    const struct opt *opts;
    size_t n;
    void *base;
};

/* Reads argv[0..argc), all of which must be options.  If one of them asks for
 * help, *help is set and nothing else is read.  -1: USAGE. */
int eo_sim_opts(const struct opt_set *, size_t n_sets, int argc, char **argv,
                bool *help, struct espota_error *err) EO_MUST_CHECK;

/* Prints the --help text of a table on stdout. */
void eo_sim_opts_help(const struct opt *, size_t n);

/* Fails with "KIND VALUE is not known" and, as a hint, the nearest of names,
 * which ends with NULL. */
int eo_sim_unknown(struct espota_error *err, const char *kind,
                   const char *value, const char *const *names);

/* ---- what a run is ------------------------------------------------------ */

/* Options that every profile has. */
struct sim_config {
    const char *bind;
    unsigned port, count, once;
    unsigned reboot_us;
    const char *report, *store;
    const char *mdns; /* name to announce; NULL: none */
    bool safe_mode;   /* announces no service */
};

struct device;

struct profile {
    const char *name, *summary;
    const char *notes; /* after the options in --help; NULL: none */
    const struct opt *opts;
    size_t n_opts;
    size_t config_size;
    void (*defaults)(void *config);                       /* may be NULL */
    int (*check)(void *config, struct espota_error *err); /* may be NULL */
    void (*free_config)(void *config);                    /* may be NULL */

    size_t device_size; /* size of a struct that begins with struct device */
    /* Powers up: opens the device's port, d->addr.  Port 0 means any free
     * port; the actual one is written back.  Called again after each reboot.
     * After -1 nothing is open, and err->sys_errno may be EADDRINUSE. */
    int (*open)(struct device *, struct espota_error *err);
    /* Powers down at once, even in the middle of a session; also allowed when
     * not open. */
    void (*close)(struct device *);
    /* Restarts instantly, without closing its port.  NULL: the port is closed
     * for a moment. */
    void (*restart)(struct device *);
    /* Fills in what --mdns announces.  NULL: there is no --mdns. */
    void (*announce)(const struct device *, struct announcement *);
};

struct sim {
    const struct profile *profile;
    struct sim_config common;
    void *config; /* the profile's */
    struct espota_loop *loop;
    void *devices;   /* count devices of device_size: eo_sim_device() */
    struct out *out; /* where reports go */
    struct responder *mdns; /* NULL: without --mdns */
    bool done;       /* the run is over: set by a signal or --once */

    unsigned sessions, updated; /* counted by eo_sim_session_end */
    unsigned long violations;
};

struct device {
    struct sim *sim;
    unsigned number;   /* from 0 */
    struct addr addr;  /* with its port, once open */
    unsigned sessions; /* begun; counted by the profile */
    bool restarted;    /* --restart has happened */
    struct timer reboot, pause;
    struct watch *paused; /* accepts no call until pause is over */
};

static inline struct device *eo_sim_device(const struct sim *s, unsigned number)
{
    return (struct device *)((char *)s->devices +
                             number * s->profile->device_size);
}

/* Opens a TCP listener on d->addr, whose port is written back.  rcvbuf 0 keeps
 * the system's receive window.  Returns the descriptor, or -1. */
int eo_sim_listen(struct device *, int backlog, size_t rcvbuf,
                  struct espota_error *err) EO_MUST_CHECK;

/* Accepts a call, or returns -1.  If no descriptor is free, the watch pauses.
 */
int eo_sim_accept(struct device *, int listener, struct watch *watch,
                  struct addr *peer);

/* The path where --store puts this device's image ("%d" is its number), or
 * NULL if the image is not kept.  The caller frees it. */
char *eo_sim_store_path(const struct device *);

/* ---- reports: one JSON object a line ------------------------------------ */

struct report;

/* Begins a report with "event" and "device" (NULL: none).  Returns NULL if
 * there is no memory, or in a build without JSON.  All other functions accept
 * NULL and do nothing. */
struct report *eo_sim_report_new(const char *event, const struct device *);
void eo_sim_report_text(struct report *, const char *key, const char *value);
void eo_sim_report_number(struct report *, const char *key, uint64_t value);
void eo_sim_report_flag(struct report *, const char *key, bool value);
void eo_sim_report_null(struct report *, const char *key);
/* Members added until eo_sim_report_leave() go into an object named key. */
void eo_sim_report_enter(struct report *, const char *key);
void eo_sim_report_leave(struct report *);
/* Writes the report as a line, flushes, and frees it. */
void eo_sim_report_end(struct report *, FILE *out);

/* path NULL: standard output.  Returns NULL if the file cannot be written. */
struct out *eo_sim_out_open(const char *path, struct espota_error *err);
/* Writes the line and frees the report. */
void eo_sim_out_put(struct out *, struct report *);
void eo_sim_out_free(struct out *);

/* Ends a session: writes its report.  If the session updated the device, the
 * device is closed, and opened again after --reboot-ms.  Do not touch anything
 * of the session after this call. */
void eo_sim_session_end(struct device *, struct report *, bool updated,
                        unsigned violations);

/* The device loses power now, as --restart says, and gets it back after
 * --reboot-ms.  Whatever it was doing is freed and must not be touched. */
void eo_sim_restart(struct device *);

/* Makes the close send a reset instead of an orderly end. */
void eo_sim_drop(int fd);

#endif
