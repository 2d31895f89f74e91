/* hooks.h -- commands of the user that run before and after a device.
 *
 * A hook is a list of words, split as described below and run without a shell.
 * With --hook-shell the whole line goes to /bin/sh instead.  The hook gets the
 * facts in variables ESPOTA_* and the event on its standard input.  When its
 * time is over, it gets SIGTERM, and two seconds later SIGKILL.
 */
#ifndef EO_HOOKS_H
#define EO_HOOKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"

struct hooks;

struct hooks_config {
    bool shell;
    uint32_t timeout_ms;
    /* Called from eo_hooks_poll().  status is the exit status, or 128 plus the
     * signal, or -1: it did not run or ran out of time (see why). */
    void (*on_end)(void *ctx, void *tag, int status, const char *why);
    void *ctx;
};

struct hooks *eo_hooks_new(const struct hooks_config *); /* NULL: no memory */

/* env is a NULL-terminated list of "NAME=VALUE" that is added to our own
 * environment (copied).  input is a file that the hook reads from its
 * beginning; the caller may close it afterwards.  -1: the hook could not be
 * started, and on_end is not called. */
int eo_hooks_start(struct hooks *, const char *command,
                   const char *const *env, FILE *input, void *tag,
                   struct espota_error *err) EO_MUST_CHECK;

/* Handles hooks that have ended or are out of time; returns how many still
 * run. */
size_t eo_hooks_poll(struct hooks *);

/* Ends the running hooks (by their process ids) and waits for them.  Does
 * nothing for NULL. */
void eo_hooks_free(struct hooks *);

#endif
