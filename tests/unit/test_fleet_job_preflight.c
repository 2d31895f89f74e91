/* test_fleet_job_preflight.c -- what a device says of itself counts against the image. */
#include "support/test.h"

#include "support/forge.h"

#include "fleet/job_preflight.h"

struct heard {
    unsigned n;
    char code[32];
};

static void on_event(void *ctx, const struct espota_event *e)
{
    struct heard *h = ctx;

    assert_int_equal(e->kind, ESPOTA_EVENT_WARNING);
    assert_true(e->text[0] != '\0');
    h->n++;
    strncpy(h->code, e->code, sizeof h->code - 1);
}

static int ask(struct heard *heard, const struct espota_target *t,
               const struct detected *found, struct espota_error *err)
{
    static struct forged forged;
    struct report report = {.on_event = on_event, .on_event_ctx = heard};
    struct espota_image *img;
    int rc;

    *heard = (struct heard){0};
    /* An image that has a warning of its own. */
    forge_rp2040(&forged, 0x10200000, 0x10200000);
    assert_int_equal(espota_image_wrap(&img, forged.bytes, forged.len,
                                       ESPOTA_COMPRESS_NEVER, NULL), 0);
    rc = eo_fit(&report, img, t, found, err);
    espota_image_free(img);
    return rc;
}

static const struct row {
    const char *name;
    struct espota_target target;
    struct detected found;
    bool said; /* the device has said something */
    int rc;
    unsigned warnings;
    const char *code; /* of the last */
} ROWS[] = {
    {"nothing known", {0}, {0}, false, 0, 1, "image"},
    {"its port is another's", {.port = 8266}, {0}, false, -1, 0, ""},
    {"what was told is not told again", {0}, {.platform = "RP2040"}, true, 0,
     0, ""},
    {"another platform", {0}, {.platform = "ESP32"}, true, -1, 0, ""},
    {"another board", {0}, {.platform = "RP2", .board = "rpipico2w"}, true, -1,
     0, ""},
    {"forced", {.force = true}, {.platform = "ESP32"}, true, 0, 1,
     "other-chip"},
};

static void test_row(void **state)
{
    const struct row *r = *state;
    struct espota_error err = {0};
    struct heard heard;

    assert_int_equal(ask(&heard, &r->target, r->said ? &r->found : NULL, &err),
                     r->rc);
    assert_int_equal(err.category, r->rc == 0 ? ESPOTA_E_OK : ESPOTA_E_IMAGE);
    assert_int_equal(heard.n, r->warnings);
    assert_string_equal(heard.code, r->code);
}

int main(void)
{
    struct CMUnitTest tests[sizeof ROWS / sizeof *ROWS];

    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
        tests[i] = (struct CMUnitTest){
            .name = ROWS[i].name,
            .test_func = test_row,
            .initial_state = (void *)&ROWS[i],
        };
    return cmocka_run_group_tests_name("fleet/job_preflight", tests, NULL, NULL);
}
