/* hooks.h -- commands of the user's, run before and after a device.
 *
 * A hook is words, split as below, and run without a shell; --hook-shell gives
 * the whole line to /bin/sh instead.  It finds the facts in ESPOTA_*, and
 * the event on its standard input.  It has so much time, then SIGTERM, and
 * two seconds later SIGKILL.
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
    /* Called from eo_hooks_poll(): status is the exit status, 128 plus the
     * signal, or -1: not run, or out of time (why says it). */
    void (*on_end)(void *ctx, void *tag, int status, const char *why);
    void *ctx;
};

struct hooks *eo_hooks_new(const struct hooks_config *); /* NULL: no memory */

/* env is "NAME=VALUE", NULL-terminated, added to ours (copied); input is a file
 * that it reads from its beginning (may be closed afterwards).  -1: it could
 * not be started, and on_end is not called. */
int eo_hooks_start(struct hooks *, const char *command,
                   const char *const *env, FILE *input, void *tag,
                   struct espota_error *err) EO_MUST_CHECK;

/* Looks for hooks that have ended or are out of time; how many still run. */
size_t eo_hooks_poll(struct hooks *);

/* Ends those that run (by their ids) and waits for them.  NULL is fine. */
void eo_hooks_free(struct hooks *);

#endif
