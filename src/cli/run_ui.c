/* run_ui.c -- which front ends a run has. */
#include "cli/run_ui.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ui/whole_file.h"

static bool set(const char *name)
{
    const char *value = getenv(name);

    return value != NULL && *value != '\0';
}

/* A terminal that understands how to move the cursor. */
static bool can_draw(void)
{
    const char *term = getenv("TERM");

    return isatty(STDERR_FILENO) && term != NULL && strcmp(term, "dumb") != 0;
}

static bool wants_color(const struct opts *o)
{
    if (o->color != COLOR_AUTO)
        return o->color == COLOR_ALWAYS;
    return can_draw() && !set("NO_COLOR");
}

/* A second stream on stderr that holds a whole frame back. */
static FILE *frame_stream(void)
{
    const int fd = dup(STDERR_FILENO);
    FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;

    if (f != NULL)
        setvbuf(f, NULL, _IOFBF, 65536);
    return f;
}

/* Where two streams end in one terminal, a bar of one would be drawn over the
 * lines of the other. */
static bool shares_terminal(const struct opts *o)
{
    struct stat screen, events;

    if (o->json == NULL || !isatty(STDERR_FILENO) ||
        fstat(STDERR_FILENO, &screen) != 0)
        return false;
    return (*o->json != '\0' ? stat(o->json, &events)
                             : fstat(STDOUT_FILENO, &events)) == 0 &&
           S_ISCHR(events.st_mode) &&
           (events.st_rdev == screen.st_rdev ||
            strcmp(o->json, "/dev/tty") == 0);
}

static struct ui *screen(const struct run *run, const struct opts *o)
{
    const bool shared = shares_terminal(o);
    FILE *frames = can_draw() && !set("CI") && !o->quiet && !shared
                       ? frame_stream()
                       : NULL;

    if (frames != NULL)
        return eo_ui_tty(&(struct ui_tty_config){
            .out = frames,
            .fd = STDERR_FILENO,
            .color = wants_color(o),
        });
    return eo_ui_plain(&(struct ui_plain_config){
        .out = stderr,
        .quiet = o->quiet,
        .bar = o->progress && run->n == 1 && !o->quiet && !shared,
        .dots = run->cli->as_espota_py && run->n == 1 && !o->quiet && !shared,
        .color = wants_color(o),
    });
}

static int add(struct run *run, struct ui *ui, struct espota_error *err)
{
    if (ui == NULL)
        return eo_fail(err, ESPOTA_E_INTERNAL, "out of memory");
    run->ui.at[run->ui.n++] = ui;
    return 0;
}

/* A front end that writes to a file; path "": on stdout; NULL: not wanted. */
static int add_file(struct run *run, const char *option, const char *path,
                    struct ui *(*make)(FILE *), struct espota_error *err)
{
    FILE *out = stdout;

    if (path == NULL)
        return 0;
    if (*path != '\0')
        out = fopen(path, "we");
    if (out == NULL)
        return eo_fail_sys(err, ESPOTA_E_USAGE, errno, "--%s=%s: %s", option,
                           path, strerror(errno));
    return add(run, make(out), err);
}

/* That it cannot be written is known before anything is sent. */
static int add_junit(struct run *run, const char *path,
                     struct espota_error *err)
{
    struct espota_error why;

    if (path == NULL)
        return 0;
    if (eo_whole_check(path, &why) != 0)
        return eo_fail_sys(err, why.category, why.sys_errno, "--junit: %s",
                           why.message);
    return add(run, eo_ui_junit_file(path), err);
}

int eo_run_ui(struct run *run, const struct opts *o, struct espota_error *err)
{
    if (add(run, screen(run, o), err) != 0 ||
        add_file(run, "json", o->json, eo_ui_json, err) != 0)
        return -1;
    return add_junit(run, o->junit, err);
}
