/* run_ui.c -- which front ends a run has. */
#include "cli/run_ui.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

static struct ui *screen(const struct run *run, const struct opts *o)
{
    FILE *frames =
        can_draw() && !set("CI") && !o->quiet ? frame_stream() : NULL;

    if (frames != NULL)
        return eo_ui_tty(&(struct ui_tty_config){
            .out = frames,
            .fd = STDERR_FILENO,
            .color = wants_color(o),
        });
    return eo_ui_plain(&(struct ui_plain_config){
        .out = stderr,
        .quiet = o->quiet,
        .bar = o->progress && run->n == 1 && !o->quiet,
        .dots = run->cli->as_espota_py && run->n == 1 && !o->quiet,
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

int eo_run_ui(struct run *run, const struct opts *o, struct espota_error *err)
{
    if (add(run, screen(run, o), err) != 0 ||
        add_file(run, "json", o->json, eo_ui_json, err) != 0)
        return -1;
    return add_file(run, "junit", o->junit, eo_ui_junit, err);
}
