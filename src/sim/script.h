/* script.h -- what a simulated device is told to do wrong, and when: the words
 * of --fault, --refuse, --fail and --restart, and whether their moment has
 * come.  Pure.
 *
 * A protocol has one list for each option, which gives its enum, its words and
 * what --help says:
 *   FAULTS(X):  X(NAME, word, argument, its default, what happens)
 *   STEPS(X):   X(NAME, word, what happens)
 */
#ifndef EO_SIM_SCRIPT_H
#define EO_SIM_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* ---- words --------------------------------------------------------------- */

/* What may follow the word of a fault after "@". */
enum script_arg {
    SCRIPT_NONE,
    SCRIPT_STEP,  /* a step of the conversation */
    SCRIPT_COUNT, /* the N-th, or the first N */
    SCRIPT_MS,
    SCRIPT_BYTES /* of the image; no default: the middle */
};

struct script_row {
    const char *word;
    enum script_arg arg;
    const char *preset; /* without "@"; NULL: there is none */
};

/* What a list becomes. */
/* clang-format off */
#define SCRIPT_WORD(name, word, text) word,
#define SCRIPT_ROW(name, word, arg, preset, text) {word, SCRIPT_##arg, preset},
/* In --help. */
#define SCRIPT_WORD_HELP(name, word, text) "  " word "\n      " text "\n"
#define SCRIPT_ROW_HELP(name, word, arg, preset, text) \
    "  " word SCRIPT_HELP_##arg(preset) "\n      " text "\n"
#define SCRIPT_HELP_NONE(preset) ""
#define SCRIPT_HELP_STEP(preset) "@STEP (" preset ")"
#define SCRIPT_HELP_COUNT(preset) "@N (" preset ")"
#define SCRIPT_HELP_MS(preset) "@MS (" preset ")"
#define SCRIPT_HELP_BYTES(preset) "@BYTES (the middle)"
/* clang-format on */

enum { SCRIPT_WORDS_MAX = 40 /* of one list */ };

/* The lists of a protocol. */
struct script {
    const char *const *steps; /* ends with NULL; NULL: there are none */
    int data;                 /* the step in the image: it may have a number of
                                 bytes, "data:4096" */
    const struct script_row *faults;
    size_t n_faults; /* at most SCRIPT_WORDS_MAX */
};

struct script_where {
    int step;
    size_t bytes; /* in the data step; 0: in the middle */
};

/* Something that is to happen. */
struct script_act {
    bool on;
    unsigned n; /* what was given: a code, a count, milliseconds, bytes */
    struct script_where where;
};

/* "end", "data", "data:4096".  Like all readers here: 0, or -1 and USAGE. */
int eo_sim_script_where(const struct script *, struct script_where *,
                        const char *text,
                        struct espota_error *err) EO_MUST_CHECK;
/* --fault: "NAME" or "NAME@ARGUMENT", into acts[its index in the list]. */
int eo_sim_script_fault(const struct script *, struct script_act *acts,
                        const char *text,
                        struct espota_error *err) EO_MUST_CHECK;
/* --refuse: "0x85" (at step usual) or "0x83@data:4096"; n is the code. */
int eo_sim_script_refusal(const struct script *, struct script_act *, int usual,
                          const char *text,
                          struct espota_error *err) EO_MUST_CHECK;
/* --fail: "WHAT" (at step usual[its index]) or "WHAT@STEP"; n is the index in
 * names, which end with NULL. */
int eo_sim_script_failure(const struct script *, struct script_act *,
                          const char *const *names, const int *usual,
                          const char *text,
                          struct espota_error *err) EO_MUST_CHECK;

/* ---- moments ------------------------------------------------------------- */

/* Whether a session, counted from 1, is one of those that go wrong; of 0 all
 * are. */
bool eo_sim_script_holds(unsigned sessions, unsigned session);

/* Where in an image of that size; bytes 0: in the middle. */
size_t eo_sim_script_place(size_t bytes, size_t size);

/* Whether an act for a step holds in this one: in the data step, where exactly
 * total bytes of size have come. */
bool eo_sim_script_here(const struct script *, const struct script_where *,
                        int step, size_t total, size_t size);

/* Whether what came led past that place. */
bool eo_sim_script_passed(size_t place, size_t before, size_t after);

/* Where reading must stop so that an act in the image happens at its very byte:
 * its place if that is after total and before stop, else stop. */
size_t eo_sim_script_stop(const struct script *, const struct script_act *,
                          size_t total, size_t size, size_t stop);

/* True for the first n: one more is counted. */
bool eo_sim_script_first(const struct script_act *, unsigned *count);
/* True for the n-th alone, as the count stands. */
bool eo_sim_script_nth(const struct script_act *, unsigned count);

/* --restart: true at the wanted step, once. */
bool eo_sim_script_once(bool *done, int wanted, int step);

#endif
