/* cmd_inspect.c -- describes an image as a sheet or as JSON, and extracts the
 * app in it to a file. */
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

static void print_sheet(const struct inspected *it)
{
    const struct espota_image_info *info = it->info;
    char bytes[64];

    printf("%s: %s\n", it->name, info->what);
    if (it->from != NULL) {
        line("taken from", it->from);
        line("where", info->taken != NULL ? info->taken : "all of it");
    }
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

static void print_errors(const struct inspected *it)
{
    const struct espota_image_info *info = it->info;

    for (size_t i = 0; i < info->n_problems; i++)
        if (info->problems[i].severity == ESPOTA_ERROR) {
            fprintf(stderr, "espota-c: %s: ", it->name);
            print_problem(stderr, "", &info->problems[i]);
        }
}

/* ---- for people and programs ------------------------------------------- */

/* Where the JSON objects go, if anywhere. */
struct objects {
    struct whole_file file; /* unless out is standard output */
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

static void tell(const struct cli *cli, const struct inspected *it,
                 struct objects *to)
{
    if (to->out != NULL)
        keep_broken(to, eo_inspect_json(to->out, it));
    if (cli->opts.quiet) {
        print_errors(it);
    } else if (to->out != stdout) {
        if (to->sheets++ > 0)
            putchar('\n');
        print_sheet(it);
    }
}

/* Returns the exit status. */
static int fail(const char *file, const struct espota_error *err,
                struct objects *to)
{
    if (to->out != NULL)
        keep_broken(to, eo_inspect_json_unreadable(to->out, file, err));
    return eo_cli_fail(err);
}

/* Returns the exit status: 0 if the image could be flashed. */
static int inspect(const struct cli *cli, const char *file, struct objects *to)
{
    struct inspected it = {.name = file};
    struct espota_image *img;
    struct espota_error err;
    int status = 0;

    if (espota_image_open(&img, file, ESPOTA_COMPRESS_NEVER, &err) != 0)
        return fail(file, &err, to);
    it.info = espota_image_info(img);
    tell(cli, &it, to);
    if (!it.info->ok)
        status = espota_category_status(ESPOTA_E_IMAGE);
    espota_image_free(img);
    return status;
}

/* ---- the app in a file -------------------------------------------------- */

static const char *first_error(const struct espota_image_info *info)
{
    for (size_t i = 0; i < info->n_problems; i++)
        if (info->problems[i].severity == ESPOTA_ERROR)
            return info->problems[i].text;
    return "it cannot be flashed";
}

/* Writes the app only if it could be flashed. */
static int write_app(const struct espota_image *app, const char *path,
                     struct espota_error *err)
{
    const struct espota_image_info *info = espota_image_info(app);
    struct whole_file w;
    const void *bytes;
    size_t len;

    if (!info->ok)
        return eo_fail(err, ESPOTA_E_IMAGE, "%s: the app in it: %s",
                       eo_base_name(info->file), first_error(info));
    bytes = espota_image_bytes(app, &len);
    if (eo_whole_open(&w, path, err) != 0)
        return -1;
    if (fwrite(bytes, 1, len, w.out) != len) {
        const int sys = errno;

        eo_whole_drop(&w);
        return eo_fail_sys(err, ESPOTA_E_INTERNAL, sys, "cannot write %s: %s",
                           path, eo_file_text(sys));
    }
    return eo_whole_end(&w, err);
}

/* Extracts the app and describes it. */
static int extract(const struct cli *cli, const char *file, struct objects *to)
{
    struct inspected it = {.name = cli->opts.extract, .from = file};
    struct espota_image *img = NULL, *app = NULL;
    struct espota_error err;
    int status = 0;

    if (espota_image_open(&img, file, ESPOTA_COMPRESS_NEVER, &err) != 0 ||
        espota_image_extract(&app, img, ESPOTA_COMPRESS_NEVER, &err) != 0 ||
        write_app(app, it.name, &err) != 0) {
        status = fail(file, &err, to);
    } else {
        it.info = espota_image_info(app);
        tell(cli, &it, to);
    }
    espota_image_free(app);
    espota_image_free(img);
    return status;
}

/* ---- the command -------------------------------------------------------- */

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

/* Standard output is checked when the program ends. */
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

static int check(const struct opts *o, size_t files, struct espota_error *err)
{
    if (o->extract == NULL)
        return 0;
    if (o->extract[0] == '\0' || strcmp(o->extract, "-") == 0)
        return eo_fail(err, ESPOTA_E_USAGE,
                       "--extract needs the name of a file to write");
    if (files > 1)
        return eo_fail(err, ESPOTA_E_USAGE,
                       "--extract takes the app out of one FILE, not of %zu",
                       files);
    return 0;
}

int eo_cmd_inspect(struct cli *cli)
{
    const struct texts *files = &cli->parsed.args;
    struct objects to = {.out = NULL};
    struct espota_error err;
    int status = 0;

    if (check(&cli->opts, files->n, &err) != 0 ||
        open_json(cli->opts.json, &to, &err) != 0)
        return eo_cli_fail(&err);
    for (size_t i = 0; i < files->n; i++) {
        const int one = cli->opts.extract != NULL
                            ? extract(cli, files->at[i], &to)
                            : inspect(cli, files->at[i], &to);

        if (status == 0) /* keep the first failure */
            status = one;
    }
    if (close_json(cli->opts.json, &to, &err) != 0)
        return eo_cli_fail(&err);
    return status;
}
