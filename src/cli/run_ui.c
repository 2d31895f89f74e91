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
    if (can_draw() && !set("CI") && !o->quiet)
        return eo_ui_tty(&(struct ui_tty_config){
            .out = frame_stream(),
            .fd = STDERR_FILENO,
            .color = wants_color(o),
        });
    return eo_ui_plain(&(struct ui_plain_config){
        .out = stderr,
        .quiet = o->quiet,
        .bar = o->progress && run->n == 1 && !o->quiet,
        .color = wants_color(o),
    });
}

int eo_run_ui(struct run *run, const struct opts *o, struct espota_error *err)
{
    FILE *out = stdout;

    run->ui.at[run->ui.n] = screen(run, o);
    if (run->ui.at[run->ui.n] == NULL)
        return eo_fail(err, ESPOTA_E_INTERNAL, "out of memory");
    run->ui.n++;
    if (o->json == NULL)
        return 0;
    if (*o->json != '\0')
        out = fopen(o->json, "we");
    if (out == NULL)
        return eo_fail_sys(err, ESPOTA_E_USAGE, errno, "--json=%s: %s",
                           o->json, strerror(errno));
    run->ui.at[run->ui.n] = eo_ui_json(out);
    if (run->ui.at[run->ui.n] == NULL)
        return eo_fail(err, ESPOTA_E_INTERNAL, "out of memory");
    run->ui.n++;
    return 0;
}
