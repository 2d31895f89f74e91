/* ui_junit.c -- the results as JUnit's XML, for CI servers. */
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/ui.h"

struct verdict {
    char *device;
    enum espota_outcome outcome;
    struct espota_error error;
    uint32_t ms;
    int status;
};

struct junit {
    struct ui base;
    struct verdict *at;
    size_t n;
};

static struct junit *self(struct ui *ui)
{
    return (struct junit *)(void *)ui;
}

/* XML 1.0 is UTF-8 and has no way to say most control characters: they are
 * shown as in the other front ends. */
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
    (void)ui, (void)jobs;
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
        .status = eo_uis_result(ui->set, e->result),
    };
}

static void tick(struct ui *ui)
{
    (void)ui;
}

static void put_case(FILE *out, const struct verdict *v)
{
    const bool bad = v->status != 0;

    fprintf(out, "  <testcase classname=\"espota-c\" name=\"");
    put(out, v->device != NULL ? v->device : "?");
    fprintf(out, "\" time=\"%u.%03u\"", v->ms / 1000, v->ms % 1000);
    if (!bad && v->outcome != ESPOTA_SKIPPED) {
        fputs("/>\n", out);
        return;
    }
    fprintf(out, ">\n    <%s message=\"", bad ? "failure" : "skipped");
    put(out, v->error.message);
    if (bad) {
        fprintf(out, "\" type=\"%s\">",
                espota_category_name(v->error.category));
        put(out, v->error.hint != NULL ? v->error.hint : "");
        fputs("</failure>\n  </testcase>\n", out);
    } else {
        fputs("\"/>\n  </testcase>\n", out);
    }
}

static void end(struct ui *ui, const struct ui_total *total)
{
    struct junit *j = self(ui);
    size_t failures = 0, skipped = 0;

    for (size_t i = 0; i < j->n; i++) {
        failures += j->at[i].status != 0;
        skipped += j->at[i].status == 0 && j->at[i].outcome == ESPOTA_SKIPPED;
    }
    fprintf(ui->out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<testsuite name=\"espota-c\" tests=\"%zu\" failures=\"%zu\" "
            "errors=\"0\" skipped=\"%zu\" time=\"%u.%03u\">\n",
            j->n, failures, skipped, (unsigned)(total->ms / 1000),
            (unsigned)(total->ms % 1000));
    for (size_t i = 0; i < j->n; i++)
        put_case(ui->out, &j->at[i]);
    fputs("</testsuite>\n", ui->out);
}

static void junit_free(struct ui *ui)
{
    struct junit *j = self(ui);

    for (size_t i = 0; i < j->n; i++)
        eo_free(j->at[i].device);
    eo_free(j->at);
    if (ui->out != stdout)
        fclose(ui->out);
    eo_free(j);
}

struct ui *eo_ui_junit(FILE *out)
{
    static const struct ui_ops OPS = {start, image, event, tick, end,
                                      junit_free};
    struct junit *j = eo_calloc(1, sizeof *j);

    if (j == NULL)
        return NULL;
    j->base.ops = &OPS;
    j->base.out = out;
    return &j->base;
}
