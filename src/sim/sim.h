/* sim.h -- what all simulated devices share: options, lives, flash, reports.
 *
 * TO ADD A PROFILE write a room src/sim_NAME, one of whose files ends in
 * "const struct profile eo_sim_NAME", and add one line to PROFILES in
 * sim_main/main.c and one to tools/check-layers.sh.
 * The profile brings a configuration (any struct; its options are a table), and
 * a device (any struct that begins with struct device) with open and close.
 * Everything is driven by device->sim->loop; nothing may block.
 *
 * A device is written from what real devices do (docs/PROTOCOLS.md), never
 * from what our client sends: src/proto is out of bounds here.
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
    OPT_CALL    /* whatever parse makes of it; may be given more than once */
};

/* One option.  The parser and --help read nothing else. */
struct opt {
    const char *name;
    enum opt_kind kind;
    size_t at; /* where in the configuration */
    uint64_t min, max;
    const char *arg, *help;     /* as --help shows them; a \n in help indents */
    const char *const *choices; /* ends with NULL */
    int (*parse)(void *at, const char *value, struct espota_error *);
};

/* A table and the struct its rows point into. */
struct opt_set {
    const struct opt *opts;
    size_t n;
    void *base;
};

/* Reads argv[0..argc), all of which must be options.  *help is set, and
 * nothing else read, if one of them asks for it.  -1: USAGE. */
int eo_sim_opts(const struct opt_set *, size_t n_sets, int argc, char **argv,
                bool *help, struct espota_error *err) EO_MUST_CHECK;

/* What --help says of a table, on stdout. */
void eo_sim_opts_help(const struct opt *, size_t n);

/* Fails with "KIND VALUE is not known" and the nearest of names as hint;
 * names ends with NULL. */
int eo_sim_unknown(struct espota_error *err, const char *kind,
                   const char *value, const char *const *names);

/* ---- what a run is ------------------------------------------------------ */

/* Options every profile has. */
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

    size_t device_size; /* of a struct that begins with struct device */
    /* Powers up: opens the device's port, d->addr.  Port 0 means any free one,
     * and what was taken is written back.  Called again after each reboot.
     * -1 leaves nothing open; err->sys_errno tells EADDRINUSE. */
    int (*open)(struct device *, struct espota_error *err);
    /* Powers down at once, whatever is under way; also when not open. */
    void (*close)(struct device *);
    /* Restarts in no time, without closing its port.  NULL: it closes it for a
     * moment all the same. */
    void (*restart)(struct device *);
    /* What it says of itself, with --mdns.  NULL: there is no --mdns. */
    void (*announce)(const struct device *, struct announcement *);
};

struct sim {
    const struct profile *profile;
    struct sim_config common;
    void *config; /* the profile's */
    struct espota_loop *loop;
    void *devices;   /* count of them, device_size each: eo_sim_device() */
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
    unsigned sessions; /* begun; the profile counts */
    bool restarted;    /* as --restart wanted it */
    struct timer reboot, pause;
    struct watch *paused; /* until then no call is taken */
};

static inline struct device *eo_sim_device(const struct sim *s, unsigned number)
{
    return (struct device *)((char *)s->devices +
                             number * s->profile->device_size);
}

/* A TCP listener on d->addr, whose port is written back.  rcvbuf 0 leaves the
 * system's window.  The descriptor, or -1. */
int eo_sim_listen(struct device *, int backlog, size_t rcvbuf,
                  struct espota_error *err) EO_MUST_CHECK;

/* Who calls there, or -1.  Where no descriptor can be had, the watch pauses. */
int eo_sim_accept(struct device *, int listener, struct watch *watch,
                  struct addr *peer);

/* Where --store puts this device's image ("%d" is its number), or NULL if it
 * is not kept.  The caller frees it. */
char *eo_sim_store_path(const struct device *);

/* ---- reports: one JSON object a line ------------------------------------ */

struct report;

/* With "event" and "device" (NULL: none) in it.  NULL for lack of memory, or
 * in a build without JSON; all others take that and do nothing. */
struct report *eo_sim_report_new(const char *event, const struct device *);
void eo_sim_report_text(struct report *, const char *key, const char *value);
void eo_sim_report_number(struct report *, const char *key, uint64_t value);
void eo_sim_report_flag(struct report *, const char *key, bool value);
void eo_sim_report_null(struct report *, const char *key);
/* What is added until _leave is inside an object called key. */
void eo_sim_report_enter(struct report *, const char *key);
void eo_sim_report_leave(struct report *);
/* Writes it as a line, flushes, and frees it. */
void eo_sim_report_end(struct report *, FILE *out);

/* NULL: standard output.  NULL is given for a file that cannot be written. */
struct out *eo_sim_out_open(const char *path, struct espota_error *err);
/* Writes the line and frees the report. */
void eo_sim_out_put(struct out *, struct report *);
void eo_sim_out_free(struct out *);

/* A session is over: its report is written.  If it updated the device, the
 * device is closed, and opened again after --reboot-ms; do not touch anything
 * of the session after this call. */
void eo_sim_session_end(struct device *, struct report *, bool updated,
                        unsigned violations);

/* The device loses its power now, as --restart wants it, and has it again after
 * --reboot-ms; what it was doing is gone, and not to be touched any more. */
void eo_sim_restart(struct device *);

/* So that the other side sees no orderly end, but a reset. */
void eo_sim_drop(int fd);

#endif
