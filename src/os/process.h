/* process.h -- processes that we start, and what the system says about our
 * own. */
#ifndef EO_PROCESS_H
#define EO_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* A process that was started, with all that it starts itself: they end as one.
 * It may be moved by assignment. */
struct process {
    intptr_t id, group;
};

struct process_start {
    const char *const *words; /* up to NULL; the first is looked for where
                                 programs are */
    const char *shell;        /* not NULL: instead, a line for a shell */
    const char *const *env;   /* "NAME=VALUE" up to NULL: all that it has */
    FILE *in;  /* its standard input, from the current position of the stream's
                  file */
    FILE *out; /* its standard output and its standard error */
};

/* It inherits nothing else that we have open, and its signals have their
 * default actions.  0, or an errno.  A system that cannot tell why it failed
 * starts something that ends with 127. */
int eo_process_start(struct process *, const struct process_start *);

/* Has it ended?  Gives its status, or 128 plus the signal that ended it.  Says
 * so once; after that, the struct is invalid. */
bool eo_process_ended(struct process *, int *status);

/* Asks all of them to end; the other one ends them by force. */
void eo_process_ask_to_end(struct process *);
void eo_process_kill(struct process *);
/* Waits until it has ended, however long. */
void eo_process_wait(struct process *);

/* The name of this system's shell. */
const char *eo_process_shell(void);

/* ---- our own ------------------------------------------------------------- */

/* Opens those of the three standard streams that our parent had closed, to
 * nowhere, so that no other file takes their places. */
void eo_process_open_streams(void);

/* "NAME=VALUE" up to NULL; the system's. */
const char *const *eo_process_env(void);

/* The number of this process. */
uint64_t eo_process_id(void);

/* We may do anything, as root may. */
bool eo_process_is_admin(void);

/* Gives up our rights for those of a user, permanently.  -1 with *why, a
 * sentence, or NULL: errno says why. */
int eo_process_become(const char *user, const char **why);

#endif
