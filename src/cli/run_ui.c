/* run_ui.c -- chooses the front ends of a run. */
#include "cli/run_ui.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "os/console.h"
#include "os/file.h"
#include "ui/whole_file.h"

static bool set(const char *name)
{
    const char *value = getenv(name);

    return value != NULL && *value != '\0';
}

static bool wants_color(const struct opts *o)
{
    if (o->color != COLOR_AUTO)
        return o->color == COLOR_ALWAYS;
    return eo_console_draws(stderr) && !set("NO_COLOR");
}

/* If two streams go to one terminal, the bar of one would overwrite the lines
 * of the other. */
static bool shares_terminal(const struct opts *o)
{
    return o->json != NULL &&
           eo_console_shared(stderr, stdout,
                             *o->json != '\0' ? o->json : NULL);
}

static struct ui *screen(const struct run *run, const struct opts *o)
{
    const bool shared = shares_terminal(o);
    FILE *frames =
        eo_console_draws(stderr) && !set("CI") && !o->quiet && !shared
            ? eo_console_frames(stderr)
            : NULL;

    if (frames != NULL)
        return eo_ui_tty(&(struct ui_tty_config){
            .out = frames,
            .screen = stderr,
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
        return eo_fail_memory(err);
    run->ui.at[run->ui.n++] = ui;
    return 0;
}

/* Adds a front end that writes to a file.  path "": stdout; NULL: not wanted.
 */
static int add_file(struct run *run, const char *option, const char *path,
                    struct ui *(*make)(FILE *), struct espota_error *err)
{
    FILE *out = stdout;

    if (path == NULL)
        return 0;
    if (*path != '\0')
        out = eo_file_stream_write(path);
    if (out == NULL)
        return eo_fail_sys(err, ESPOTA_E_USAGE, errno, "--%s=%s: %s", option,
                           path, eo_file_text(errno));
    return add(run, make(out), err);
}

/* Checks that the report can be written before anything is sent. */
static int add_report(struct run *run, const char *option, const char *path,
                      struct ui *(*make)(const char *path),
                      struct espota_error *err)
{
    struct espota_error why;

    if (path == NULL)
        return 0;
    if (eo_whole_check(path, &why) != 0)
        return eo_fail_sys(err, why.category, why.sys_errno, "--%s: %s", option,
                           why.message);
    return add(run, make(path), err);
}

int eo_run_ui(struct run *run, const struct opts *o, struct espota_error *err)
{
    if (add(run, screen(run, o), err) != 0 ||
        add_file(run, "json", o->json, eo_ui_json, err) != 0)
        return -1;
#define X(option, make) \
    if (add_report(run, #option, o->option, make, err) != 0) \
        return -1;
    REPORTS(X)
#undef X
    return 0;
}
