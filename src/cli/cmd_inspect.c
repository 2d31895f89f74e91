/* cmd_inspect.c -- what an image is, as a sheet or as JSON. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <espota/espota.h>

#include "base/str.h"
#include "cli/cli.h"
#include "cli/inspect.h"
#include "os/file.h"
#include "ui/advice.h"
#include "ui/whole_file.h"

/* ---- for people --------------------------------------------------------- */

static void line(const char *name, const char *value)
{
    char title[32];
    size_t i = 0;

    for (; name[i] != '\0' && i + 1 < sizeof title; i++)
        title[i] = name[i] == '_' ? ' ' : name[i];
    title[i] = '\0';
    printf("  %-16s %s\n", title, value);
}

static void print_problem(FILE *to, const char *indent,
                          const struct espota_image_problem *p)
{
    char space[ADVICE_TEXT];

    fprintf(to, "%s%s", indent, eo_severity_word(p->severity));
    if (p->located)
        fprintf(to, " at byte %zu (0x%zx)", p->at, p->at);
    fprintf(to, ": %s\n", eo_advised(p->advice, p->text, space));
}

static void print_sheet(const struct espota_image_info *info)
{
    char bytes[64];

    printf("%s: %s\n", info->file, info->what);
    if (info->chip != NULL)
        line("chip", info->chip);
    snprintf(bytes, sizeof bytes, "%zu bytes%s", info->bytes,
             info->is_gzip ? ", packed by gzip" : "");
    line("size", bytes);
    line("md5", info->md5);
    line("sha256", info->sha256);
    for (size_t i = 0; i < info->n_facts; i++)
        line(info->facts[i].name, info->facts[i].text);
    for (size_t i = 0; i < info->n_problems; i++)
        print_problem(stdout, "  ", &info->problems[i]);
    line("can be flashed", info->ok ? "yes" : "no");
}

static void print_errors(const struct espota_image_info *info)
{
    for (size_t i = 0; i < info->n_problems; i++)
        if (info->problems[i].severity == ESPOTA_ERROR) {
            fprintf(stderr, "espota-c: %s: ", info->file);
            print_problem(stderr, "", &info->problems[i]);
        }
}

/* ---- for both ----------------------------------------------------------- */

/* Where the objects go, if anywhere. */
struct objects {
    struct whole_file file; /* where out is not standard output */
    FILE *out;
    int broken; /* the first errno of a write that failed */
    unsigned sheets; /* printed for people */
};

/* sys: an errno, or 0. */
static void keep_broken(struct objects *to, int sys)
{
    if (to->broken == 0)
        to->broken = sys;
}

/* Gives the exit status: 0 if it could be flashed. */
static int inspect(const struct cli *cli, const char *file, struct objects *to)
{
    const struct espota_image_info *info;
    struct espota_image *img;
    struct espota_error err;
    int status = 0;

    if (espota_image_open(&img, file, ESPOTA_COMPRESS_NEVER, &err) != 0) {
        status = eo_cli_fail(&err);
        if (to->out != NULL)
            keep_broken(to, eo_inspect_json_unreadable(to->out, file, &err));
        return status;
    }
    info = espota_image_info(img);
    if (!info->ok)
        status = espota_category_status(ESPOTA_E_IMAGE);
    if (to->out != NULL)
        keep_broken(to, eo_inspect_json(to->out, info));
    if (cli->opts.quiet)
        print_errors(info);
    else if (to->out != stdout) {
        if (to->sheets++ > 0)
            putchar('\n');
        print_sheet(info);
    }
    espota_image_free(img);
    return status;
}

static int open_json(const char *path, struct objects *to,
                     struct espota_error *err)
{
    if (path == NULL)
        return 0;
    if (path[0] == '\0') {
        to->out = stdout;
        return 0;
    }
    if (eo_whole_open(&to->file, path, err) != 0)
        return -1;
    to->out = to->file.out;
    return 0;
}

/* Standard output is looked at when the program ends. */
static int close_json(const char *path, struct objects *to,
                      struct espota_error *err)
{
    if (to->out == NULL || to->out == stdout)
        return 0;
    if (to->broken == 0)
        return eo_whole_end(&to->file, err);
    eo_whole_drop(&to->file);
    return eo_fail_sys(err, ESPOTA_E_INTERNAL, to->broken,
                       "cannot write %s: %s", path, eo_file_text(to->broken));
}

int eo_cmd_inspect(struct cli *cli)
{
    const struct texts *files = &cli->parsed.args;
    struct objects to = {.out = NULL};
    struct espota_error err;
    int status = 0;

    if (open_json(cli->opts.json, &to, &err) != 0)
        return eo_cli_fail(&err);
    for (size_t i = 0; i < files->n; i++) {
        const int one = inspect(cli, files->at[i], &to);

        if (status == 0) /* the first that is wrong */
            status = one;
    }
    if (close_json(cli->opts.json, &to, &err) != 0)
        return eo_cli_fail(&err);
    return status;
}
