/* process.h -- processes that we start, and what the system says of our own. */
#ifndef EO_PROCESS_H
#define EO_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* One that was started, with all that it starts itself: they end as one.  Moved
 * by assignment; what is in it is the system's. */
struct process {
    intptr_t id, group;
};

struct process_start {
    const char *const *words; /* up to NULL; the first is looked for where
                                 programs are */
    const char *shell;        /* not NULL: instead, a line for a shell */
    const char *const *env;   /* "NAME=VALUE" up to NULL: all that it has */
    FILE *in;  /* its standard input, from where the stream's file is now */
    FILE *out; /* its standard output and its standard error */
};

/* It has nothing else of ours open, and signals do to it what they always do.
 * 0, or why not, as errno would say it.  A system that cannot tell why starts
 * something that ends with 127. */
int eo_process_start(struct process *, const struct process_start *);

/* Has it ended?  Its status, or 128 plus the signal that ended it.  Says so
 * once; after that, process is nothing any more. */
bool eo_process_ended(struct process *, int *status);

/* Asks all of them to end; or ends them. */
void eo_process_ask_to_end(struct process *);
void eo_process_kill(struct process *);
/* Waits until it has ended, however long. */
void eo_process_wait(struct process *);

/* What the shell of this system is called. */
const char *eo_process_shell(void);

/* ---- our own ------------------------------------------------------------- */

/* The three standard streams are open, to nowhere where whoever started us had
 * closed them: nothing else takes their places, then. */
void eo_process_open_streams(void);

/* "NAME=VALUE" up to NULL; the system's. */
const char *const *eo_process_env(void);

/* Of this process, while it runs. */
uint64_t eo_process_id(void);

/* May do anything, as root may. */
bool eo_process_is_admin(void);

/* Gives the rights of whoever started us up for those of a user, and for good.
 * -1 with *why, a sentence, or NULL: errno says it. */
int eo_process_become(const char *user, const char **why);

#endif
