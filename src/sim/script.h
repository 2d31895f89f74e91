/* script.h -- what a simulated device should do wrong, and when.  Parses the
 * words of --fault, --refuse, --fail and --restart, and decides whether their
 * moment has come.  Pure.
 *
 * A protocol has one list for each option.  It gives the enum, the words and
 * the text of --help:
 *   FAULTS(X):  X(NAME, word, argument, its default, what happens)
 *   STEPS(X):   X(NAME, word, what happens)
 */
#ifndef EO_SIM_SCRIPT_H
#define EO_SIM_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* ---- words --------------------------------------------------------------- */

/* What may follow "@" after the name of a fault. */
enum script_arg {
    SCRIPT_NONE,
    SCRIPT_STEP,  /* a step of the conversation */
    SCRIPT_COUNT, /* the N-th, or the first N */
    SCRIPT_MS,
    SCRIPT_BYTES /* of the image; without a default: the middle */
};

struct script_row {
    const char *word;
    enum script_arg arg;
    const char *preset; /* if "@" is missing; NULL: no default */
};

/* What a list expands to. */
/* clang-format off */
#define SCRIPT_WORD(name, word, text) word,
#define SCRIPT_ROW(name, word, arg, preset, text) {word, SCRIPT_##arg, preset},
/* The text for --help. */
#define SCRIPT_WORD_HELP(name, word, text) "  " word "\n      " text "\n"
#define SCRIPT_ROW_HELP(name, word, arg, preset, text) \
    "  " word SCRIPT_HELP_##arg(preset) "\n      " text "\n"
#define SCRIPT_HELP_NONE(preset) ""
#define SCRIPT_HELP_STEP(preset) "@STEP (" preset ")"
#define SCRIPT_HELP_COUNT(preset) "@N (" preset ")"
#define SCRIPT_HELP_MS(preset) "@MS (" preset ")"
#define SCRIPT_HELP_BYTES(preset) "@BYTES (the middle)"
/* clang-format on */

enum { SCRIPT_WORDS_MAX = 40 /* in one list */ };

/* The lists of a protocol. */
struct script {
    const char *const *steps; /* ends with NULL; NULL: none */
    int data;                 /* the step in the image: it may have a number of
                                 bytes, "data:4096" */
    const struct script_row *faults;
    size_t n_faults; /* at most SCRIPT_WORDS_MAX */
};

struct script_where {
    int step;
    size_t bytes; /* in the data step; 0: the middle */
};

/* An action that should happen. */
struct script_act {
    bool on;
    unsigned n; /* what was given: a code, a count, milliseconds, bytes */
    struct script_where where;
};

/* Parses "end", "data", "data:4096".  Like all parsers here, it returns 0, or
 * -1 with USAGE. */
int eo_sim_script_where(const struct script *, struct script_where *,
                        const char *text,
                        struct espota_error *err) EO_MUST_CHECK;
/* --fault: parses "NAME" or "NAME@ARGUMENT" into acts[its index in the list].
 */
int eo_sim_script_fault(const struct script *, struct script_act *acts,
                        const char *text,
                        struct espota_error *err) EO_MUST_CHECK;
/* --refuse: parses "0x85" (at the step usual) or "0x83@data:4096".  n is the
 * code. */
int eo_sim_script_refusal(const struct script *, struct script_act *, int usual,
                          const char *text,
                          struct espota_error *err) EO_MUST_CHECK;
/* --fail: parses "WHAT" (at the step usual[its index]) or "WHAT@STEP".  n is
 * the index in names, which ends with NULL. */
int eo_sim_script_failure(const struct script *, struct script_act *,
                          const char *const *names, const int *usual,
                          const char *text,
                          struct espota_error *err) EO_MUST_CHECK;

/* ---- moments ------------------------------------------------------------- */

/* Is the session (counted from 1) one of the first ones, which go wrong?
 * sessions is their number; 0: all go wrong. */
bool eo_sim_script_holds(unsigned sessions, unsigned session);

/* The place in an image of that size; bytes 0: the middle. */
size_t eo_sim_script_place(size_t bytes, size_t size);

/* Does an act for a step apply in this step?  In the data step it applies only
 * when exactly its number of bytes have arrived (total of size). */
bool eo_sim_script_here(const struct script *, const struct script_where *,
                        int step, size_t total, size_t size);

/* Did the new bytes reach or pass that place? */
bool eo_sim_script_passed(size_t place, size_t before, size_t after);

/* Where to stop reading so that an act in the image happens at its exact byte:
 * its place if that is after total and before stop, else stop. */
size_t eo_sim_script_stop(const struct script *, const struct script_act *,
                          size_t total, size_t size, size_t stop);

/* True for the first n calls; counts this one. */
bool eo_sim_script_first(const struct script_act *, unsigned *count);
/* True if count is exactly n. */
bool eo_sim_script_nth(const struct script_act *, unsigned count);

/* --restart: true once, at the wanted step. */
bool eo_sim_script_once(bool *done, int wanted, int step);

#endif
