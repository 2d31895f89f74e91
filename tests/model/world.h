/* world.h -- the world of the model test: devices, a disk, a clock and a user,
 * none of which exists.
 *
 * The program is linked as it is, but for the calls that leave it: the linker's
 * --wrap hands those to us (names: WRAPPED in the Makefile).  A history is a
 * row of bytes, the knobs, of which 0 is always the harmless choice; the same
 * knobs give the same history.
 */
#ifndef MODEL_WORLD_H
#define MODEL_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <espota/espota.h>

enum {
    DEVICES_MAX = 4,
    RUNS_MAX = 4, /* those with faults; one without follows */
    IMAGES = 2,
    ATTEMPTS = 3
};

/* ---- knobs ---------------------------------------------------------------- */

enum run_knob {
    RUN_IMAGE,   /* A, B */
    RUN_FORCE,
    RUN_VERIFY,  /* none, back, version */
    RUN_RETRY,
    RUN_JOBS,
    RUN_CANARY,
    RUN_MAX_FAIL,
    RUN_WAVES,
    RUN_WAIT,     /* --wait-online */
    RUN_MAX_TIME,
    RUN_SKIP,     /* --offline skip */
    RUN_ONLY,     /* --only failed */
    RUN_DRY,
    RUN_END,      /* nothing, kill, loss of power, Ctrl-C */
    RUN_END_AT,   /* at which of its points */
    RUN_DISK,     /* good, full, fsync() fails, full and cannot be cut */
    RUN_DISK_AT,
    RUN_TORN,     /* how much of what was not synced is lost */
    RUN_KNOBS
};

enum device_knob {
    DEVICE_ANNOUNCES_NOT, /* it never says what it runs */
    DEVICE_KNOBS
};

/* Of a device in a run. */
enum turn_knob {
    TURN_AWAY,    /* there; no name, or silent: for some attempts or for good */
    TURN_RETURN,  /* it restarts in time, late, or never */
    TURN_OUTCOME, /* of each attempt */
    TURN_KNOBS = TURN_OUTCOME + ATTEMPTS
};

struct history {
    uint8_t n_devices, n_runs;
    uint8_t device[DEVICES_MAX][DEVICE_KNOBS];
    uint8_t run[RUNS_MAX][RUN_KNOBS];
    uint8_t turn[RUNS_MAX][DEVICES_MAX][TURN_KNOBS];
};

/* ---- the world ------------------------------------------------------------ */

enum outcome { /* of a sending; behind GOOD one a line of device.c's table */
    GOOD,
    OUTCOMES = 18
};

struct device {
    int runs;           /* an image, or -1: what it came with */
    bool rolled_back;   /* and nobody saw it: its word was not its last */
    uint64_t away_till; /* it restarts */
    unsigned attempts;  /* to reach it, in this run */
    unsigned sendings;  /* in this run */
    unsigned stored;    /* in this run */
    bool said_yes;      /* in this run */
    bool uncertain;     /* ever sent to its end without a word that was kept */
};

extern struct world {
    struct history h;
    int now;   /* the run; h.n_runs: the last, without faults */
    int image; /* of the run */
    bool force;
    struct device device[DEVICES_MAX];
    uint64_t clock_ms;
    unsigned points; /* moments so far at which the run can end */
    bool dead;       /* it was killed: nothing it does happens any more */
    int signal;
    bool journal_failed; /* a record could not be written, in this run */
    struct espota_image *images[IMAGES];
    bool tells; /* what happens, on standard error */
    char why[400]; /* "": no promise was broken */
} world;

/* Knobs, all 0 in the last run. */
unsigned world_run(enum run_knob, unsigned n);
unsigned world_turn(size_t device, unsigned turn_knob, unsigned n);

/* A moment at which the run may be killed or interrupted.  False: it is dead. */
bool world_point(const char *what);

void world_tell(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* A promise was broken; the first one counts. */
void world_broken(const char *fmt, ...)
    __attribute__((format(printf, 1, 2)));

/* ---- its parts ------------------------------------------------------------ */

/* disk.c */
void disk_begin(const char *journal);
void disk_end(void); /* the run is over: what is left on the disk */

/* judge.c */
void judge_begin(void);
void judge_begun(size_t device);              /* its first word to the device */
void judge_sent(size_t device, int image);    /* the last byte was handed over */
void judge_end(const char *journal, int status);

/* device.c */
void device_store(size_t device, int image);
extern const char *const DEVICE_VERSIONS[IMAGES];

/* history.c: NULL, or what was broken. */
const char *history_play(const struct history *, bool tells);
void history_random(struct history *, uint64_t seed);
void history_shrink(struct history *);

#endif
