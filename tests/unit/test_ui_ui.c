/* test_ui_ui.c -- what the front ends print, event by event. */
#include "support/test.h"

#include <stdio.h>

#ifdef EO_WITH_JSON
#include <jansson.h>
#endif

#include "ui/ui.h"

static void test_bytes_and_clocks(void **state)
{
    static const struct {
        uint64_t n;
        const char *bytes, *clock;
    } ROWS[] = {
        {0, "0 B", "0:00"},         {999, "999 B", "16:39"},
        {1000, "1.0 kB", "16:40"},  {84321, "84.3 kB", "23:25:21"},
        {999949, "999.9 kB", "99:59:59"}, {999950, "1.00 MB", "99:59:59"},
        {67108864, "67.11 MB", "99:59:59"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        char out[UI_WORD];

        eo_ui_bytes(out, ROWS[i].n);
        assert_string_equal(out, ROWS[i].bytes);
        eo_ui_clock(out, ROWS[i].n);
        assert_string_equal(out, ROWS[i].clock);
    }
}

static void test_columns_of_names_from_everywhere(void **state)
{
    static const struct {
        const char *text;
        unsigned columns;
        size_t fits_5; /* bytes in five columns */
    } ROWS[] = {
        {"kitchen", 7, 5},
        {"K\u00fcche", 5, 6},
        {"Ku\u0308che", 5, 7}, /* the dots are a character of their own */
        {"\u53a8\u623f\u706f", 6, 6},
        {"a\U0001f4a1b", 4, 6},
        {"", 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        assert_int_equal(eo_ui_columns(ROWS[i].text), ROWS[i].columns);
        assert_int_equal(eo_ui_fit(ROWS[i].text, 5), ROWS[i].fits_5);
    }
}

static void test_the_meter_forgets(void **state)
{
    struct meter m = {0};

    (void)state;
    assert_int_equal(eo_meter_rate(&m, 100, 10), 0);
    for (unsigned t = 0; t <= 10000; t += 250)
        eo_meter_add(&m, 1000 + t, t < 5000 ? t : 5000 + 10 * (t - 5000));
    /* The first half went at 1000 bytes a second, the last three seconds at
     * 10000. */
    assert_in_range(eo_meter_rate(&m, 11000, 55000), 9900, 10100);
    eo_meter_add(&m, 11300, 0); /* another attempt */
    assert_int_equal(eo_meter_rate(&m, 11300, 0), 0);
}

static void test_the_error_line(void **state)
{
    struct espota_error err = {
        .category = ESPOTA_E_REFUSED,
        .hint = "press its reset button",
        .device = "0x85",
        .message = "Invalid bootstrapping: \x1b[31mred",
    };
    char *text = NULL;
    size_t len;
    FILE *f = open_memstream(&text, &len);

    (void)state;
    eo_ui_print_error(f, "kitchen.local", &err);
    fclose(f);
    assert_string_equal(text,
                        "espota-c: kitchen.local: Invalid bootstrapping: "
                        "\\x1b[31mred (0x85)\nhint: press its reset button\n");
    free(text);
}

/* ---- a whole run -------------------------------------------------------- */

struct show {
    struct ui_set set;
    struct ui_device device[2], *devices[2];
    FILE *out;
    char *text;
    size_t len;
};

static void open_show(struct show *s, size_t n)
{
    *s = (struct show){0};
    s->out = open_memstream(&s->text, &s->len);
    s->device[0].name = "K\u00fcche";
    s->device[1].name = "porch";
    for (size_t i = 0; i < 2; i++)
        s->devices[i] = &s->device[i];
    s->set.devices = s->devices;
    s->set.n_devices = n;
}

static void tell(struct show *s, struct espota_event e, size_t device)
{
    e.tag = &s->device[device];
    e.device = s->device[device].name;
    eo_uis_event(&s->set, &e);
}

static void tell_phase(struct show *s, size_t device, enum espota_phase phase,
                       const char *doing)
{
    tell(s,
         (struct espota_event){.kind = ESPOTA_EVENT_PHASE,
                               .phase = phase,
                               .doing = doing,
                               .attempt = 1},
         device);
}

static void tell_progress(struct show *s, size_t device, size_t done)
{
    tell(s,
         (struct espota_event){.kind = ESPOTA_EVENT_PROGRESS,
                               .phase = ESPOTA_PHASE_DATA,
                               .done = done,
                               .total = 1000},
         device);
}

static void tell_end(struct show *s, size_t device,
                     const struct espota_error *err)
{
    const struct espota_result result = {
        .outcome = espota_category_outcome(err->category),
        .error = err,
        .phase = ESPOTA_PHASE_DATA,
        .attempts = 1,
        .bytes_image = 1000,
        .ms_total = 2345,
    };

    tell(s,
         (struct espota_event){.kind = ESPOTA_EVENT_END, .result = &result},
         device);
}

static const struct espota_error FINE = {.category = ESPOTA_E_OK};
static const struct espota_error STALLED = {
    .category = ESPOTA_E_BROKEN,
    .message = "nothing came for 160 s",
};

/* The story of the run; gives what was printed. */
static char *play(struct show *s, struct ui *ui, size_t n)
{
    s->set.at[0] = ui;
    s->set.n = 1;
    eo_uis_start(&s->set, (unsigned)n);
    for (size_t i = 0; i < n; i++) {
        tell_phase(s, i, ESPOTA_PHASE_CONNECT, NULL);
        tell_phase(s, i, ESPOTA_PHASE_DATA, "writing flash");
        for (size_t done = 0; done <= 1000; done += 25)
            tell_progress(s, i, done);
        tell_end(s, i, i == 0 ? &FINE : &STALLED);
    }
    eo_uis_end(&s->set, n == 1 ? 0 : 40);
    eo_uis_free(&s->set);
    if (s->out != NULL)
        fclose(s->out);
    return s->text;
}

/* Time may pass between two events, and then there is a rate. */
static void forget_rates(char *text)
{
    for (char *end; (end = strstr(text, "B/s\n")) != NULL;) {
        char *from = end;

        while (*from != ',')
            from--;
        memmove(from, end + 3, strlen(end + 3) + 1);
    }
}

static void test_plain_is_a_line_a_phase_and_ten_percent(void **state)
{
    struct show s;
    char *text;

    (void)state;
    open_show(&s, 1);
    text = play(&s, eo_ui_plain(&(struct ui_plain_config){.out = s.out}), 1);
    forget_rates(text);
    assert_string_equal(text, "K\u00fcche: connecting\n"
                              "K\u00fcche: writing flash\n"
                              "K\u00fcche: 10 %, 100 B of 1.0 kB\n"
                              "K\u00fcche: 20 %, 200 B of 1.0 kB\n"
                              "K\u00fcche: 30 %, 300 B of 1.0 kB\n"
                              "K\u00fcche: 40 %, 400 B of 1.0 kB\n"
                              "K\u00fcche: 50 %, 500 B of 1.0 kB\n"
                              "K\u00fcche: 60 %, 600 B of 1.0 kB\n"
                              "K\u00fcche: 70 %, 700 B of 1.0 kB\n"
                              "K\u00fcche: 80 %, 800 B of 1.0 kB\n"
                              "K\u00fcche: 90 %, 900 B of 1.0 kB\n"
                              "K\u00fcche: 100 %, 1.0 kB of 1.0 kB\n"
                              "K\u00fcche: updated, 1.0 kB in 2.3 s\n");
    free(text);
}

static void test_quiet_says_nothing_but_the_error(void **state)
{
    struct show s;
    char *text;

    (void)state;
    open_show(&s, 2);
    text = play(&s,
                eo_ui_plain(&(struct ui_plain_config){.out = s.out,
                                                      .quiet = true}),
                2);
    assert_string_equal(text, "espota-c: porch: nothing came for 160 s\n");
    free(text);
}

static void test_the_bar_of_espota_py(void **state)
{
    struct show s;
    char *text;

    (void)state;
    open_show(&s, 1);
    text = play(
        &s, eo_ui_plain(&(struct ui_plain_config){.out = s.out, .bar = true}),
        1);
    assert_non_null(strstr(
        text, "\rUploading: [                                              "
              "              ] 0% "));
    assert_non_null(strstr(
        text, "\rUploading: [==============================                "
              "              ] 50% "));
    assert_non_null(strstr(text, "] 100% Done...\r\n"));
    free(text);
}

static void test_the_dots_of_espota_py(void **state)
{
    struct show s;
    char *text;

    (void)state;
    open_show(&s, 1);
    text = play(
        &s, eo_ui_plain(&(struct ui_plain_config){.out = s.out, .dots = true}),
        1);
    assert_non_null(strstr(text, "\nUploading.\n")); /* 1000 bytes: a chunk */
    assert_null(strstr(text, "%"));
    free(text);
}

/* No line of a frame is wider than the terminal, down to 20 columns. */
static void test_frames_fit_the_terminal(void **state)
{
    (void)state;
    for (unsigned width = 20; width <= 120; width++) {
        struct show s;
        struct ui *ui;
        char *text;

        open_show(&s, 2);
        ui = eo_ui_tty(&(struct ui_tty_config){.out = s.out,
                                               .screen = NULL,
                                               .width = width,
                                               .height = 24});
        s.out = NULL; /* it is closed with the front end */
        text = play(&s, ui, 2);
        for (char *line = strtok(text, "\n"); line != NULL;
             line = strtok(NULL, "\n")) {
            char *end = strstr(line, "\033[K"), *start;

            if (end == NULL)
                continue; /* a line that stays may wrap */
            *end = '\0';
            start = strrchr(line, '\r');
            if (eo_ui_columns(start != NULL ? start + 1 : line) >= width)
                fail_msg("%u columns: \"%s\"", width, line);
        }
        free(text);
    }
}

#ifdef EO_WITH_JSON

static void test_json_has_one_end_for_each(void **state)
{
    struct show s;
    struct ui *ui;
    char *text;
    unsigned ends = 0, runs = 0, first = 0, last = 0, progress = 0, seq = 0;

    (void)state;
    open_show(&s, 2);
    ui = eo_ui_json(s.out);
    s.out = NULL; /* it is closed with the front end */
    text = play(&s, ui, 2);
    for (char *line = strtok(text, "\n"); line != NULL;
         line = strtok(NULL, "\n")) {
        json_t *o = json_loads(line, 0, NULL);
        const char *event;

        assert_non_null(o);
        event = json_string_value(json_object_get(o, "event"));
        assert_int_equal(json_integer_value(json_object_get(o, "seq")), seq++);
        assert_int_equal(json_integer_value(json_object_get(o, "v")), 1);
        ends += strcmp(event, "device_end") == 0;
        runs += strcmp(event, "run_end") == 0;
        if (strcmp(event, "progress") == 0) {
            const json_int_t pct =
                json_integer_value(json_object_get(o, "pct"));

            progress++;
            first += pct == 0;
            last += pct == 100;
        }
        json_decref(o);
    }
    assert_int_equal(ends, 2);
    assert_int_equal(runs, 1);
    assert_int_equal(first, 2);
    assert_int_equal(last, 2);
    assert_in_range(progress, 4, 8); /* all within a few milliseconds */
    free(text);
}

/* A device that takes nothing, at two attempts. */
static void test_json_says_zero_once_an_attempt(void **state)
{
    const struct espota_event again = {.kind = ESPOTA_EVENT_RETRY,
                                       .attempt = 2,
                                       .attempts = 3,
                                       .error = &STALLED};
    struct show s;
    unsigned zeros = 0;

    (void)state;
    open_show(&s, 1);
    s.set.at[0] = eo_ui_json(s.out);
    s.set.n = 1;
    eo_uis_start(&s.set, 1);
    for (int i = 0; i < 20; i++) {
        if (i == 10)
            tell(&s, again, 0);
        tell_progress(&s, 0, 0);
    }
    eo_uis_end(&s.set, 0);
    eo_uis_free(&s.set);
    for (char *at = s.text; (at = strstr(at, "\"pct\":0")) != NULL; at++)
        zeros++;
    assert_in_range(zeros, 2, 8); /* all within a few milliseconds */
    free(s.text);
}

#endif

/* What the pause between two attempts took is no part of the rate. */
static void test_a_retry_starts_the_meter_anew(void **state)
{
    struct show s;

    (void)state;
    open_show(&s, 1);
    tell_progress(&s, 0, 0);
    assert_int_equal(s.device[0].meter.n, 1);
    tell(&s,
         (struct espota_event){.kind = ESPOTA_EVENT_RETRY, .error = &STALLED},
         0);
    assert_int_equal(s.device[0].meter.n, 0);
    fclose(s.out);
    free(s.text);
}

/* One who was not begun is silent among others, and is counted. */
static void test_not_begun_is_a_number_and_a_reason(void **state)
{
    static const struct espota_error stopped = {
        .category = ESPOTA_E_FLEET_STOPPED,
        .message = "not begun: 1 of 1 canary failed"};
    const struct espota_result bad = {.outcome = ESPOTA_FAILED,
                                      .error = &STALLED},
                               never = {.outcome = ESPOTA_SKIPPED,
                                        .error = &stopped};
    struct show s;
    char counts[80];

    (void)state;
    open_show(&s, 2);
    s.set.at[0] = eo_ui_plain(&(struct ui_plain_config){.out = s.out});
    s.set.n = 1;
    eo_uis_start(&s.set, 2);
    tell(&s, (struct espota_event){.kind = ESPOTA_EVENT_END, .result = &bad},
         0);
    tell(&s,
         (struct espota_event){.kind = ESPOTA_EVENT_END, .result = &never}, 1);
    eo_ui_counts(counts, sizeof counts, &s.set);
    assert_string_equal(counts, "0 done, 1 failed, 1 skipped, 0 running, "
                                "0 waiting");
    assert_int_equal(eo_uis_result(&s.set, &never), 41);
    eo_uis_end(&s.set, 41);
    eo_uis_free(&s.set);
    fclose(s.out);
    assert_string_equal(
        s.text,
        "espota-c: K\u00fcche: nothing came for 160 s\n"
        "espota-c: 1 failed, 1 skipped (1 not begun) in 0.0 s\n"
        "  1: the connection was lost before the last byte (broken): "
        "K\u00fcche\n"
        "espota-c: stopped: 1 of 1 canary failed; 1 not begun\n"
        "hint: fix what failed, then run it again; with --journal it "
        "continues where it stopped\n");
    free(s.text);
}

static void test_no_arrow_without_versions(void **state)
{
    static const struct {
        const char *from, *to, *end;
    } ROWS[] = {
        {"1.0", "1.1", ", 1.0 -> 1.1"}, {"", "1.1", ", now runs 1.1"},
        {NULL, "1.1", ", now runs 1.1"}, {"1.0", "", "in 0.0 s"},
        {"", "", "in 0.0 s"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        const struct espota_result r = {.error = &FINE,
                                        .old_version = ROWS[i].from,
                                        .new_version = ROWS[i].to};
        char line[200];

        eo_ui_summary(line, sizeof line, &r);
        assert_string_equal(line + strlen(line) - strlen(ROWS[i].end),
                            ROWS[i].end);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes_and_clocks),
        cmocka_unit_test(test_columns_of_names_from_everywhere),
        cmocka_unit_test(test_the_meter_forgets),
        cmocka_unit_test(test_a_retry_starts_the_meter_anew),
        cmocka_unit_test(test_the_error_line),
        cmocka_unit_test(test_plain_is_a_line_a_phase_and_ten_percent),
        cmocka_unit_test(test_quiet_says_nothing_but_the_error),
        cmocka_unit_test(test_the_bar_of_espota_py),
        cmocka_unit_test(test_the_dots_of_espota_py),
        cmocka_unit_test(test_frames_fit_the_terminal),
        cmocka_unit_test(test_not_begun_is_a_number_and_a_reason),
        cmocka_unit_test(test_no_arrow_without_versions),
#ifdef EO_WITH_JSON
        cmocka_unit_test(test_json_has_one_end_for_each),
        cmocka_unit_test(test_json_says_zero_once_an_attempt),
#endif
    };

    return cmocka_run_group_tests_name("ui/ui", tests, NULL, NULL);
}
