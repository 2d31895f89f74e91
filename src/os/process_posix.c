/* process_posix.c -- processes by POSIX. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* posix_spawn_file_actions_addclosefrom_np() */
#endif
#include "os/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"
#include "os/paths.h"

#ifdef __APPLE__
typedef int initgroups_gid;
#else
typedef gid_t initgroups_gid;
#endif

/* NOLINTNEXTLINE(readability-redundant-declaration): not on every system */
extern char **environ;

/* ---- others ---------------------------------------------------------------- */

#ifdef __GLIBC_PREREQ
#define CAN_CLOSE_FROM __GLIBC_PREREQ(2, 34)
#else
#define CAN_CLOSE_FROM 0
#endif

/* A library may have opened something that an exec does not close. */
static void close_others(posix_spawn_file_actions_t *actions)
{
#if CAN_CLOSE_FROM
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

static int spawn(pid_t *pid, const char *const *words,
                 const struct process_start *s)
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
    posix_spawn_file_actions_adddup2(&actions, fileno(s->in), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, fileno(s->out), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, fileno(s->out), STDERR_FILENO);
    close_others(&actions);
    posix_spawnattr_setsigdefault(&attr, &all);
    posix_spawnattr_setpgroup(&attr, 0);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF |
                                        POSIX_SPAWN_SETPGROUP);
    rc = posix_spawnp(pid, words[0], &actions, &attr,
                      (char *const *)(uintptr_t)words,
                      (char *const *)(uintptr_t)s->env);
    /* With a fork we may return before the child has its group, and could not
     * end it.  After its exec this call fails, but the group exists. */
    if (rc == 0)
        setpgid(*pid, *pid);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&actions);
    return rc;
}

const char *eo_process_shell(void)
{
    return "sh";
}

int eo_process_start(struct process *p, const struct process_start *s)
{
    const char *const in_shell[] = {eo_process_shell(), "-c", s->shell, NULL};
    pid_t pid;
    const int rc = spawn(&pid, s->shell != NULL ? in_shell : s->words, s);

    if (rc == 0)
        *p = (struct process){.id = pid, .group = pid};
    return rc;
}

bool eo_process_ended(struct process *p, int *status)
{
    int how;

    if (waitpid((pid_t)p->id, &how, WNOHANG) != (pid_t)p->id)
        return false;
    *status = WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
    return true;
}

void eo_process_ask_to_end(struct process *p)
{
    kill(-(pid_t)p->group, SIGTERM);
}

void eo_process_kill(struct process *p)
{
    kill(-(pid_t)p->group, SIGKILL);
}

void eo_process_wait(struct process *p)
{
    while (waitpid((pid_t)p->id, NULL, 0) < 0 && errno == EINTR)
        continue;
}

/* ---- our own ------------------------------------------------------------- */

void eo_process_open_streams(void)
{
    int fd;

    do
        fd = open(eo_paths_null(), O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

const char *const *eo_process_env(void)
{
    return (const char *const *)environ;
}

uint64_t eo_process_id(void)
{
    return (uint64_t)getpid();
}

bool eo_process_is_admin(void)
{
    return geteuid() == 0;
}

int eo_process_become(const char *user, const char **why)
{
    const struct passwd *pw = getpwnam(user);
    initgroups_gid group;

    *why = NULL;
    if (pw == NULL) {
        *why = "there is no such user";
        return -1;
    }
    group = (initgroups_gid)pw->pw_gid;
    if (initgroups(user, group) != 0 || setgid(pw->pw_gid) != 0 ||
        setuid(pw->pw_uid) != 0)
        return -1;
    /* It must not be possible to become root again. */
    if (pw->pw_uid != 0 && setuid(0) == 0) {
        *why = "the privileges came back";
        return -1;
    }
    return 0;
}
