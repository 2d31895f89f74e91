/* ui_junit.c -- the results as JUnit XML, for CI servers. */
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/utc.h"
#include "ui/advice.h"
#include "ui/ui.h"
#include "ui/whole_file.h"

struct verdict {
    char *device;
    enum espota_outcome outcome;
    struct espota_error error;
    uint32_t ms;
    enum espota_standing standing;
};

struct junit {
    struct ui base;
    char *path; /* NULL: write to base.out */
    uint64_t start_ms; /* since 1970 */
    struct verdict *at;
    size_t n;
};

static struct junit *self(struct ui *ui)
{
    return (struct junit *)(void *)ui;
}

/* XML 1.0 is UTF-8 and cannot express most control characters.  They are shown
 * as in the other front ends. */
static void put(FILE *out, const char *text)
{
    static const struct {
        char c;
        const char *entity;
    } ENTITIES[] = {
        {'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}};
    char space[1600];
    struct text t;

    eo_text_init(&t, space, sizeof space);
    eo_text_add_safe(&t, text, strlen(text));
    for (const char *at = space; *at != '\0'; at++) {
        size_t i = 0;

        while (i < sizeof ENTITIES / sizeof *ENTITIES && ENTITIES[i].c != *at)
            i++;
        if (i < sizeof ENTITIES / sizeof *ENTITIES)
            fputs(ENTITIES[i].entity, out);
        else
            fputc(*at, out);
    }
}

static void start(struct ui *ui, unsigned jobs)
{
    (void)jobs;
    self(ui)->start_ms = ui->set->wall_ms;
}

static void image(struct ui *ui, const struct ui_device *d,
                  const struct espota_image_info *info)
{
    (void)ui, (void)d, (void)info;
}

static void event(struct ui *ui, struct ui_device *d,
                  const struct espota_event *e)
{
    struct junit *j = self(ui);
    struct verdict *at;

    if (e->kind != ESPOTA_EVENT_END || d == NULL)
        return;
    at = eo_resize(j->at, j->n + 1, sizeof *at);
    if (at == NULL)
        return;
    j->at = at;
    at[j->n++] = (struct verdict){
        .device = eo_strdup(d->name),
        .outcome = e->result->outcome,
        .error = *e->result->error,
        .ms = e->result->ms_total,
        .standing = espota_counts_add(NULL, e->result),
    };
}

static void tick(struct ui *ui)
{
    (void)ui;
}

/* The element inside a test case that did not pass; NULL: it passed. */
static const char *element(const struct verdict *v)
{
    switch (v->standing) {
    case ESPOTA_STANDS_WELL:
        return NULL;
    case ESPOTA_STANDS_FAILED:
        return v->outcome == ESPOTA_UNKNOWN ? "error" : "failure";
    case ESPOTA_STANDS_SKIPPED:
    case ESPOTA_STANDS_NOT_BEGUN:
        break;
    }
    return "skipped";
}

static void put_case(FILE *out, const struct verdict *v)
{
    const char *name = element(v), *hint;
    char space[ADVICE_TEXT];

    hint = eo_hint(&v->error, space);
    fprintf(out, "    <testcase classname=\"espota-c\" name=\"");
    put(out, v->device != NULL ? v->device : "?");
    fprintf(out, "\" time=\"%u.%03u\"", v->ms / 1000, v->ms % 1000);
    if (name == NULL) {
        fputs("/>\n", out);
        return;
    }
    fprintf(out, ">\n      <%s message=\"", name);
    put(out, v->error.message);
    if (v->standing == ESPOTA_STANDS_FAILED) {
        fprintf(out, "\" type=\"%s\">",
                espota_category_name(v->error.category));
        put(out, hint != NULL ? hint : "");
        fprintf(out, "</%s>\n    </testcase>\n", name);
    } else {
        fputs("\"/>\n    </testcase>\n", out);
    }
}

static void write_suite(const struct junit *j, FILE *out,
                        const struct ui_total *total)
{
    const struct espota_counts *c = &total->counts;
    char stamp[UTC_TEXT], numbers[160];

    eo_utc_text(stamp, j->start_ms, false);
    snprintf(numbers, sizeof numbers,
             "tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" "
             "skipped=\"%zu\" time=\"%u.%03u\"",
             j->n, c->failed - c->outcome[ESPOTA_UNKNOWN],
             c->outcome[ESPOTA_UNKNOWN], c->n - c->failed - c->succeeded,
             (unsigned)(total->ms / 1000), (unsigned)(total->ms % 1000));
    fprintf(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<testsuites name=\"espota-c\" %s timestamp=\"%s\">\n"
            "  <testsuite name=\"espota-c\" %s timestamp=\"%s\">\n",
            numbers, stamp, numbers, stamp);
    for (size_t i = 0; i < j->n; i++)
        put_case(out, &j->at[i]);
    fputs("  </testsuite>\n</testsuites>\n", out);
}

static void end(struct ui *ui, const struct ui_total *total)
{
    const struct junit *j = self(ui);
    struct whole_file file;
    struct espota_error err;

    if (j->path == NULL) {
        write_suite(j, ui->out, total);
        return;
    }
    if (eo_whole_begin(&file, j->path, &err) == 0) {
        write_suite(j, file.out, total);
        if (eo_whole_end(&file, &err) == 0)
            return;
    }
    eo_ui_print_error(stderr, NULL, &err);
}

static void junit_free(struct ui *ui)
{
    struct junit *j = self(ui);

    for (size_t i = 0; i < j->n; i++)
        eo_free(j->at[i].device);
    eo_free(j->at);
    eo_free(j->path);
    if (ui->out != NULL && ui->out != stdout)
        fclose(ui->out);
    eo_free(j);
}

static struct junit *make(void)
{
    static const struct ui_ops OPS = {start, image, event, tick, end,
                                      junit_free};
    struct junit *j = eo_calloc(1, sizeof *j);

    if (j != NULL)
        j->base.ops = &OPS;
    return j;
}

struct ui *eo_ui_junit(FILE *out)
{
    struct junit *j = make();

    if (j == NULL)
        return NULL;
    j->base.out = out;
    return &j->base;
}

struct ui *eo_ui_junit_file(const char *path)
{
    struct junit *j = make();

    if (j != NULL && (j->path = eo_strdup(path)) != NULL)
        return &j->base;
    eo_free(j);
    return NULL;
}
