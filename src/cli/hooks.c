/* hooks.c -- commands of the user's, run before and after a device. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* posix_spawn_file_actions_addclosefrom_np() */
#endif
#include "cli/hooks.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "os/clock.h"

enum { WORDS_MAX = 64, GRACE_MS = 2000 };

/* NOLINTNEXTLINE(readability-redundant-declaration): not on every system */
extern char **environ;

struct hook {
    struct hook *next;
    pid_t pid;
    void *tag;
    uint64_t due_ms; /* when its time is over; after SIGTERM: its grace */
    bool told;       /* SIGTERM was sent */
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

/* Splits in place at blanks; single and double quotes keep them, a backslash
 * outside of single quotes takes the next character as it is.  -1: too many
 * words, or a quote that stays open. */
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

static char **join_env(const char *const *more)
{
    size_t n = 0, m = 0;
    char **all;

    while (environ[n] != NULL)
        n++;
    while (more[m] != NULL)
        m++;
    all = eo_calloc(n + m + 1, sizeof *all);
    if (all == NULL)
        return NULL;
    for (size_t i = 0; i < m; i++)
        all[i] = (char *)more[i];
    for (size_t i = 0; i < n; i++)
        /* Our secrets are not the hook's business. */
        if (!eo_starts_with(environ[i], "ESPOTA_"))
            all[m++] = environ[i];
    return all;
}

/* A library may have opened something that an exec does not close. */
static void close_others(posix_spawn_file_actions_t *actions)
{
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
    posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
#else
    DIR *dir = opendir("/dev/fd");
    const struct dirent *e;
    uint64_t fd;

    while (dir != NULL && (e = readdir(dir)) != NULL)
        if (eo_parse_uint(e->d_name, STDERR_FILENO + 1, INT_MAX, &fd) == 0 &&
            (int)fd != dirfd(dir))
            fcntl((int)fd, F_SETFD, FD_CLOEXEC);
    if (dir != NULL)
        closedir(dir);
    (void)actions;
#endif
}

/* Its own process group, default signals, our stderr for both outputs: stdout
 * carries results. */
static int spawn(pid_t *pid, char *const *argv, char *const *env, int in)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    sigset_t all;
    int rc;

    sigfillset(&all);
    if (posix_spawn_file_actions_init(&actions) != 0)
        return ENOMEM;
    if (posix_spawnattr_init(&attr) != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return ENOMEM;
    }
    posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
    close_others(&actions);
    posix_spawnattr_setsigdefault(&attr, &all);
    posix_spawnattr_setpgroup(&attr, 0);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF |
                                        POSIX_SPAWN_SETPGROUP);
    rc = posix_spawnp(pid, argv[0], &actions, &attr, argv, env);
    /* Where it is a fork we may be back before the child has its group, and
     * could not end it; after its exec this fails, and it has one. */
    if (rc == 0)
        setpgid(*pid, *pid);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&actions);
    return rc;
}

int eo_hooks_start(struct hooks *h, const char *command,
                   const char *const *more_env, FILE *input, void *tag,
                   struct espota_error *err)
{
    char *word[WORDS_MAX + 1] = {(char *)"sh", (char *)"-c", (char *)command};
    char *copy = eo_strdup(command), **env = join_env(more_env);
    struct hook *k = eo_calloc(1, sizeof *k);
    int sys = ENOMEM, rc = -1;

    if (copy == NULL || env == NULL || k == NULL) {
        eo_fail(err, ESPOTA_E_INTERNAL, "out of memory for a hook");
    } else if (fseek(input, 0, SEEK_SET) != 0) { /* which also flushes it */
        eo_fail_sys(err, ESPOTA_E_INTERNAL, errno,
                    "the event for a hook cannot be written: %s",
                    strerror(errno));
    } else if (!h->c.shell && split(copy, word) != 0) {
        eo_fail_hint(err, ESPOTA_E_USAGE,
                     "use --hook-shell if it is meant for a shell",
                     "the hook \"%s\" cannot be split into words", command);
    } else if ((sys = spawn(&k->pid, word, env, fileno(input))) != 0) {
        eo_fail_sys(err, ESPOTA_E_USAGE, sys, "the hook %s cannot be run: %s",
                    word[0], strerror(sys));
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

/* ---- watching them -------------------------------------------------------- */

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
    kill(-k->pid, k->told ? SIGKILL : SIGTERM);
    k->told = true;
    k->due_ms = eo_monotonic_ms() + GRACE_MS;
}

size_t eo_hooks_poll(struct hooks *h)
{
    for (struct hook **at = &h->first; *at != NULL;) {
        struct hook *k = *at;
        int status;

        if (waitpid(k->pid, &status, WNOHANG) != k->pid) {
            remind(k);
            at = &k->next;
        } else if (k->told) {
            over(h, at, -1, "took too long and was ended");
        } else if (WIFEXITED(status)) {
            over(h, at, WEXITSTATUS(status), NULL);
        } else {
            over(h, at, 128 + WTERMSIG(status), NULL);
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

        kill(-k->pid, SIGKILL);
        waitpid(k->pid, NULL, 0);
        h->first = k->next;
        eo_free(k);
    }
    eo_free(h);
}
