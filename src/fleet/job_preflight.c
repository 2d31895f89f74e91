/* job_preflight.c -- the preflight of a job. */
#include "fleet/job_preflight.h"

#include <string.h>

static void on_doubt(void *ctx, const char *code, const char *text)
{
    eo_report_emit(ctx, &(struct espota_event){.kind = ESPOTA_EVENT_WARNING,
                                               .code = code,
                                               .text = text});
}

/* All other doubts were reported the first time. */
static void on_new_doubt(void *ctx, const char *code, const char *text)
{
    if (strcmp(code, "other-chip") == 0 || strcmp(code, "protocol") == 0)
        on_doubt(ctx, code, text);
}

int eo_fit(struct report *report, const struct espota_image *image,
           const struct espota_target *t, const struct detected *found,
           struct espota_error *err)
{
    const struct espota_check check = ESPOTA_CHECK(
        .protocol = found != NULL ? found->protocol : t->protocol,
        .type = t->how.type,
        .port = t->port,
        .chip = found != NULL ? found->platform : NULL,
        .board = found != NULL ? found->board : NULL,
        .force = t->force,
        .on_warning = found != NULL ? on_new_doubt : on_doubt,
        .ctx = report);

    return espota_image_check(image, &check, err);
}
