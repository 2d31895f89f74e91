/* test_ui_serve_show.c -- which lines people get of deliveries that take long.
 */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/serve_show.h"

static void progress(struct serve_show *s, unsigned long request, uint32_t ms)
{
    static const struct espota_serve_client CLIENT = {
        .address = "192.0.2.7:1", .family = "client", .mac = "",
        .chip_id = "", .mode = "", .version = "", .md5 = "", .sha256 = ""};

    eo_serve_show_event(
        s, &(struct espota_serve_event){.kind = ESPOTA_SERVE_PROGRESS,
                                        .request = request,
                                        .client = &CLIENT,
                                        .path = "/",
                                        .done = 1,
                                        .total = 100,
                                        .ms = ms});
}

static const struct {
    const char *what;
    struct {
        unsigned long request;
        uint32_t ms;
        bool line;
    } at[8];
} ROWS[] = {
    {"quick", {{1, 100, false}, {1, 240, false}}},
    {"every four seconds, whenever it is looked at",
     {{1, 300, false}, {1, 3999, false}, {1, 4000, true}, {1, 4249, false},
      {1, 7999, false}, {1, 8100, true}, {1, 12099, false}, {1, 12100, true}}},
    {"after a long silence one",
     {{1, 300, false}, {1, 4300, true}, {1, 60000, true}, {1, 60250, false}}},
    {"each on its own",
     {{1, 4100, false}, {2, 300, false}, {2, 4050, true}, {1, 8100, true},
      {1, 8350, false}, {2, 8049, false}, {2, 8050, true}}},
    {"two that share a place do not flood",
     {{1, 300, false}, {1 + SHOWN_DELIVERIES, 9000, false},
      {1, 9250, false}, {1 + SHOWN_DELIVERIES, 9500, false}}},
};

static void test_lines(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct serve_show *s = calloc(1, sizeof *s);
        char *said = NULL;
        size_t len = 0, before = 0;

        s->text = open_memstream(&said, &len);
        for (size_t k = 0; k < 8 && ROWS[i].at[k].request != 0; k++) {
            progress(s, ROWS[i].at[k].request, ROWS[i].at[k].ms);
            fflush(s->text);
            if ((len > before) != ROWS[i].at[k].line)
                fail_msg("%s: at %u ms", ROWS[i].what,
                         (unsigned)ROWS[i].at[k].ms);
            before = len;
        }
        fclose(s->text);
        free(said);
        free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_lines)};

    return cmocka_run_group_tests_name("ui/serve_show", tests, NULL, NULL);
}
