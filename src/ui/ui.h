/* ui.h -- what is shown while devices are flashed.
 *
 * A front end is a table of functions that receive events.  The eo_uis_*()
 * functions keep what all front ends need to know about each device (struct
 * ui_device) and pass every event to each front end.  The tag of a target is
 * its struct ui_device.
 */
#ifndef EO_UI_H
#define EO_UI_H

#include <stdio.h>

#include <espota/espota.h>

#include "conf/reports.h"

/* ---- how fast it goes --------------------------------------------------- */

/* The rate of the last few seconds: a ring of points METER_STEP_MS apart. */
enum { METER_POINTS = 12, METER_STEP_MS = 250 };

struct meter {
    uint64_t at_ms[METER_POINTS];
    size_t done[METER_POINTS];
    unsigned n; /* points so far */
};

void eo_meter_add(struct meter *, uint64_t now_ms, size_t done);
/* Bytes a second; 0: not known yet. */
uint64_t eo_meter_rate(const struct meter *, uint64_t now_ms, size_t done);

/* ---- words -------------------------------------------------------------- */

enum { UI_WORD = 24 };

/* "512 B", "84.3 kB", "1.20 MB". */
void eo_ui_bytes(char out[UI_WORD], uint64_t bytes);
/* "0:05", "1:02:03". */
void eo_ui_clock(char out[UI_WORD], uint64_t seconds);

/* How many columns UTF-8 text takes on a terminal. */
unsigned eo_ui_columns(const char *text);
/* The length in bytes of the part that fits into that many columns. */
size_t eo_ui_fit(const char *text, unsigned columns);

/* Prints "espota-c: DEVICE: what happened (CODE)" and the hint.  device may be
 * NULL. */
void eo_ui_print_error(FILE *, const char *device,
                       const struct espota_error *);

/* Says on stderr that events are missing, if sys, the errno of a write, is not
 * 0.  Nothing is said for EPIPE: the reader left and knows. */
void eo_ui_incomplete(int sys);

/* "updated, 512.0 kB in 6.2 s (84.3 kB/s)". */
void eo_ui_summary(char *out, size_t cap, const struct espota_result *);

/* ---- devices and front ends --------------------------------------------- */

struct ui_device {
    const char *name; /* what the user called it */
    enum espota_phase phase;
    char doing[64];    /* in words, for people */
    uint64_t since_ms; /* when it began doing that */
    uint64_t data_ms;  /* when its first byte was sent; 0: not yet */
    size_t done, total;
    struct meter meter;
    bool started, ended;
    enum espota_standing standing; /* once it has ended ... */
    enum espota_category category; /* ... and why */

    unsigned shown_tenth; /* ui_plain */
    uint64_t shown_ms;    /* ui_json: time of the latest progress */
    size_t shown_done;
    bool shown; /* in this attempt */
};

struct ui_total {
    struct espota_counts counts;
    char stopped[160]; /* why the rest did not begin, or "" */
    int exit;
    uint64_t ms;
};

/* "3 updated, 1 failed, 9 skipped (8 not begun) in 12.3 s". */
void eo_ui_totals(char *out, size_t cap, const struct ui_total *);

/* "2 of them could not be reached (connect): attic, cellar": one line a
 * reason, most frequent first.  Prints nothing if all went well. */
struct ui_set;
void eo_ui_reasons(FILE *, const struct ui_set *);

/* "12 done, 1 failed, 2 skipped, 16 running, 171 waiting". */
void eo_ui_counts(char *out, size_t cap, const struct ui_set *);

/* "espota-c: stopped: 1 of 2 canaries failed; 58 not begun", and how to
 * continue.  Prints nothing if every device was begun. */
void eo_ui_print_stop(FILE *, const struct ui_set *);

struct ui;

struct ui_ops {
    void (*start)(struct ui *, unsigned jobs);
    void (*image)(struct ui *, const struct ui_device *,
                  const struct espota_image_info *);
    void (*event)(struct ui *, struct ui_device *,
                  const struct espota_event *);
    void (*tick)(struct ui *); /* time has passed */
    void (*end)(struct ui *, const struct ui_total *);
    void (*free)(struct ui *);
};

/* What front ends know besides the event. */
struct ui_set {
    struct ui *at[2 + REPORT_COUNT]; /* the screen, JSON, reports */
    size_t n;
    struct ui_device **devices;
    size_t n_devices;
    uint64_t start_ms, now_ms; /* monotonic */
    uint64_t wall_ms;          /* since 1970 */
    int signal;                /* the one that ends the run; 0: none */
    struct ui_total total;
};

struct ui {
    const struct ui_ops *ops;
    const struct ui_set *set;
    FILE *out;
};

void eo_uis_clock(struct ui_set *); /* now_ms and wall_ms from the system */
void eo_uis_start(struct ui_set *, unsigned jobs);
void eo_uis_image(struct ui_set *, const struct ui_device *,
                  const struct espota_image_info *);
/* For use as espota_event_fn; ctx is the set. */
void eo_uis_event(void *ctx, const struct espota_event *);
void eo_uis_tick(struct ui_set *);
void eo_uis_end(struct ui_set *, int exit);
void eo_uis_free(struct ui_set *);

/* The exit status of an error; covers signals. */
int eo_uis_status(const struct ui_set *, const struct espota_error *);

/* The exit status of a device; 0 also if it was skipped. */
int eo_uis_result(const struct ui_set *, const struct espota_result *);

/* With many devices, those that did not begin get no line each: the totals
 * give their number. */
bool eo_uis_is_silent(const struct ui_set *, const struct espota_result *);

/* ---- the front ends ----------------------------------------------------- */

struct ui_plain_config {
    FILE *out;     /* borrowed */
    bool quiet;    /* errors only */
    bool bar;      /* espota.py's bar, for programs that read a pipe */
    bool dots;     /* or its dots */
    bool color;
};

struct ui *eo_ui_plain(const struct ui_plain_config *);

struct ui_tty_config {
    FILE *out; /* closed at the end; must be fully buffered, or it flickers */
    FILE *screen; /* its size counts; NULL: use width and height */
    unsigned width, height;
    bool color;
};

struct ui *eo_ui_tty(const struct ui_tty_config *);

/* Writes one object a line.  out is closed at the end unless it is stdout.  If
 * a write fails, the output ends but the run goes on.  NULL: no memory, or no
 * JSON in this build. */
struct ui *eo_ui_json(FILE *out);

/* JUnit XML, written at the end.  out is treated as above. */
struct ui *eo_ui_junit(FILE *out);

/* A report is moved to path once it is complete; path is copied.  NULL: no
 * memory. */
#define X(option, make) struct ui *make(const char *path);
REPORTS(X)
#undef X

#endif
