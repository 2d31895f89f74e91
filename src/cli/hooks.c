/* hooks.c -- commands of the user that run before and after a device. */
#include "cli/hooks.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "os/clock.h"
#include "os/process.h"

enum { WORDS_MAX = 64, GRACE_MS = 2000 };

struct hook {
    struct hook *next;
    struct process process;
    void *tag;
    uint64_t due_ms; /* the end of its time, or of its grace */
    bool told;       /* it was asked to end */
};

struct hooks {
    struct hooks_config c;
    struct hook *first;
    size_t n;
};

struct hooks *eo_hooks_new(const struct hooks_config *c)
{
    struct hooks *h = eo_calloc(1, sizeof *h);

    if (h != NULL)
        h->c = *c;
    return h;
}

/* ---- starting one --------------------------------------------------------- */

/* Splits the line in place at blanks.  Single and double quotes keep blanks.
 * Outside single quotes, a backslash makes the next character ordinary.  -1:
 * too many words, or an unclosed quote. */
static int split(char *line, char *word[WORDS_MAX + 1])
{
    size_t n = 0;

    for (char *in = line; *(in += strspn(in, " \t\n")) != '\0';) {
        char *out = in, quote = '\0';

        if (n == WORDS_MAX)
            return -1;
        word[n++] = out;
        for (; *in != '\0' && (quote != '\0' || !eo_is_space(*in)); in++) {
            if (*in == quote)
                quote = '\0';
            else if (quote == '\0' && (*in == '"' || *in == '\''))
                quote = *in;
            else if (*in == '\\' && quote != '\'' && in[1] != '\0')
                *out++ = *++in;
            else
                *out++ = *in;
        }
        if (quote != '\0')
            return -1;
        if (*in != '\0')
            in++;
        *out = '\0';
    }
    word[n] = NULL;
    return n > 0 ? 0 : -1;
}

static const char **join_env(const char *const *more)
{
    const char *const *ours = eo_process_env();
    size_t n = 0, m = 0;
    const char **all;

    while (ours[n] != NULL)
        n++;
    while (more[m] != NULL)
        m++;
    all = eo_calloc(n + m + 1, sizeof *all);
    if (all == NULL)
        return NULL;
    for (size_t i = 0; i < m; i++)
        all[i] = more[i];
    for (size_t i = 0; i < n; i++)
        /* A hook must not get our secrets. */
        if (!eo_starts_with(ours[i], "ESPOTA_"))
            all[m++] = ours[i];
    return all;
}

int eo_hooks_start(struct hooks *h, const char *command,
                   const char *const *more_env, FILE *input, void *tag,
                   struct espota_error *err)
{
    char *word[WORDS_MAX + 1], *copy = eo_strdup(command);
    const char **env = join_env(more_env);
    const struct process_start start = {
        .words = (const char *const *)word,
        .shell = h->c.shell ? command : NULL,
        .env = env,
        .in = input,
        .out = stderr, /* stdout is for results */
    };
    struct hook *k = eo_calloc(1, sizeof *k);
    int sys = ENOMEM, rc = -1;

    if (copy == NULL || env == NULL || k == NULL) {
        eo_fail(err, ESPOTA_E_INTERNAL, "out of memory for a hook");
    } else if (fseek(input, 0, SEEK_SET) != 0) { /* this also flushes it */
        eo_fail_sys(err, ESPOTA_E_INTERNAL, errno,
                    "the event for a hook cannot be written: %s",
                    strerror(errno));
    } else if (!h->c.shell && split(copy, word) != 0) {
        eo_fail_hint(err, ESPOTA_E_USAGE,
                     "use --hook-shell if it is meant for a shell",
                     "the hook \"%s\" cannot be split into words", command);
    } else if ((sys = eo_process_start(&k->process, &start)) != 0) {
        eo_fail_sys(err, ESPOTA_E_USAGE, sys, "the hook %s cannot be run: %s",
                    h->c.shell ? eo_process_shell() : word[0],
                    strerror(sys));
    } else {
        k->tag = tag;
        k->due_ms = eo_monotonic_ms() + h->c.timeout_ms;
        k->next = h->first;
        h->first = k;
        h->n++;
        k = NULL;
        rc = 0;
    }
    eo_free(k);
    eo_free(env);
    eo_free(copy);
    return rc;
}

/* ---- waiting for them ---------------------------------------------------- */

static void over(struct hooks *h, struct hook **at, int status,
                 const char *why)
{
    struct hook *k = *at;

    *at = k->next;
    h->n--;
    h->c.on_end(h->c.ctx, k->tag, status, why);
    eo_free(k);
}

static void remind(struct hook *k)
{
    if (eo_monotonic_ms() < k->due_ms)
        return;
    if (k->told)
        eo_process_kill(&k->process);
    else
        eo_process_ask_to_end(&k->process);
    k->told = true;
    k->due_ms = eo_monotonic_ms() + GRACE_MS;
}

size_t eo_hooks_poll(struct hooks *h)
{
    for (struct hook **at = &h->first; *at != NULL;) {
        struct hook *k = *at;
        int status;

        if (!eo_process_ended(&k->process, &status)) {
            remind(k);
            at = &k->next;
        } else if (k->told) {
            over(h, at, -1, "took too long and was ended");
        } else {
            over(h, at, status, NULL);
        }
    }
    return h->n;
}

void eo_hooks_free(struct hooks *h)
{
    if (h == NULL)
        return;
    while (h->first != NULL) {
        struct hook *k = h->first;

        eo_process_kill(&k->process);
        eo_process_wait(&k->process);
        h->first = k->next;
        eo_free(k);
    }
    eo_free(h);
}
