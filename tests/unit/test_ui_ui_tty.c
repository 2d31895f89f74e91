/* test_ui_ui_tty.c -- what stands on the screen while time passes; in a time
 * that the test makes up. */
#include "support/test.h"

#include "support/clock.h"

#include <stdio.h>

#include "ui/ui.h"

struct show {
    struct ui_set set;
    struct ui_device device, *devices[1];
    char *text;
    size_t len;
    FILE *out;
};

static void open_show(struct show *s, unsigned width, bool color)
{
    *s = (struct show){0};
    s->out = open_memstream(&s->text, &s->len);
    assert_non_null(s->out);
    s->device.name = "porch";
    s->devices[0] = &s->device;
    s->set.devices = s->devices;
    s->set.n_devices = 1;
    s->set.at[0] = eo_ui_tty(&(struct ui_tty_config){.out = s->out,
                                                     .screen = NULL,
                                                     .width = width,
                                                     .height = 24,
                                                     .color = color});
    s->set.n = 1;
    eo_uis_start(&s->set, 1);
}

static void tell(struct show *s, struct espota_event e)
{
    e.tag = &s->device;
    e.device = s->device.name;
    eo_uis_event(&s->set, &e);
}

static void tell_phase(struct show *s, enum espota_phase phase)
{
    tell(s, (struct espota_event){.kind = ESPOTA_EVENT_PHASE,
                                  .phase = phase, .attempt = 1});
}

static void tell_progress(struct show *s, size_t done)
{
    tell(s, (struct espota_event){.kind = ESPOTA_EVENT_PROGRESS,
                                  .phase = ESPOTA_PHASE_DATA,
                                  .done = done,
                                  .total = 100000});
}

/* What was drawn since the last time must have it. */
static void expect(struct show *s, const char *part)
{
    fflush(s->out);
    if (strstr(s->text, part) == NULL)
        fail_msg("\"%s\" is not in \"%s\"", part, s->text);
    rewind(s->out);
    memset(s->text, 0, s->len);
}

static void close_show(struct show *s)
{
    eo_uis_end(&s->set, 0);
    eo_uis_free(&s->set);
    free(s->text);
}

static void see_time_left(const char *name, unsigned width, const char *line)
{
    struct show s;

    open_show(&s, width, false);
    s.device.name = name;
    tell_phase(&s, ESPOTA_PHASE_DATA);
    tell_progress(&s, 0);
    for (size_t done = 0; done <= 40000; done += 2500) {
        clock_ms += 250; /* 10 kB a second */
        tell_progress(&s, done);
    }
    expect(&s, line);
    close_show(&s);
}

static void test_rate_and_time_left(void **state)
{
    (void)state;
    see_time_left("porch", 100,
                  " 40 %   40.0 kB of 100.0 kB   10.0 kB/s    0:06 left\033[K");
    /* Any IPv4 address leaves room for it on the usual screen. */
    see_time_left("192.168.100.100", 80,
                  "192.168.100.100  [==>    ]  40 %   40.0 kB of 100.0 kB   "
                  "10.0 kB/s    0:06 left\033[K");
}

/* As long as it is the data that goes on. */
static void test_the_bar_ends_at_all_of_it(void **state)
{
    struct show s;

    (void)state;
    open_show(&s, 60, false);
    tell_phase(&s, ESPOTA_PHASE_DATA);
    tell_progress(&s, 0);
    clock_ms += 300;
    tell_progress(&s, 100000);
    expect(&s, "=] 100 %");
    tell_phase(&s, ESPOTA_PHASE_COMMIT);
    expect(&s, "porch  verifying\033[K\n");
    close_show(&s);
}

/* Who waits is told for how long. */
static void test_a_phase_that_takes_its_time(void **state)
{
    struct show s;

    (void)state;
    open_show(&s, 60, false);
    tell_phase(&s, ESPOTA_PHASE_PREPARE);
    expect(&s, "porch  preparing flash\033[K\n");
    clock_ms += 1500;
    eo_uis_tick(&s.set);
    expect(&s, "porch  preparing flash\033[K\n");
    clock_ms += 12000;
    eo_uis_tick(&s.set);
    expect(&s, "porch  preparing flash 13 s\033[K\n");
    close_show(&s);
}

static void test_nothing_is_drawn_ten_times_in_a_tenth_of_a_second(void **state)
{
    struct show s;
    long before, after;

    (void)state;
    open_show(&s, 60, false);
    tell_phase(&s, ESPOTA_PHASE_DATA);
    fflush(s.out);
    before = ftell(s.out);
    for (int i = 1; i < 10; i++) {
        clock_ms += 9;
        tell_progress(&s, (size_t)i);
        eo_uis_tick(&s.set);
    }
    after = ftell(s.out);
    assert_int_equal(before, after);
    clock_ms += 30;
    eo_uis_tick(&s.set);
    assert_true(ftell(s.out) > after);
    close_show(&s);
}

static const struct espota_error STALLED = {
    .category = ESPOTA_E_BROKEN,
    .message = "nothing came for 160 s",
};

/* Lines that stay, above what goes on. */
static void test_lines_that_stay(void **state)
{
    static const struct {
        struct espota_event event;
        const char *line, *colored;
    } ROWS[] = {
        {{.kind = ESPOTA_EVENT_RETRY, .error = &STALLED, .attempt = 2,
          .attempts = 3, .delay_ms = 5000},
         "\033[Jporch: nothing came for 160 s; trying again in 5 s (2 of 3)\n",
         "\033[J\033[33mporch: nothing came for 160 s; trying again in 5 s "
         "(2 of 3)\033[0m\n"},
        {{.kind = ESPOTA_EVENT_RETRY, .error = &STALLED, .attempt = 2,
          .attempts = 3, .delay_ms = 1500},
         "\033[Jporch: nothing came for 160 s; trying again in 1.5 s (2 of 3)\n",
         "\033[J\033[33mporch: nothing came for 160 s; trying again in 1.5 s "
         "(2 of 3)\033[0m\n"},
        {{.kind = ESPOTA_EVENT_WARNING, .text = "odd\033[2J"},
         "\033[Jporch: warning: odd\\x1b[2J\n",
         "\033[J\033[33mporch: warning: odd\\x1b[2J\033[0m\n"},
        {{.kind = ESPOTA_EVENT_LOG, .text = "speaking"},
         "\033[Jporch: speaking\n", "\033[Jporch: speaking\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
        for (int color = 0; color < 2; color++) {
            struct show s;

            open_show(&s, 80, color);
            tell_phase(&s, ESPOTA_PHASE_CONNECT);
            tell(&s, ROWS[i].event);
            expect(&s, color ? ROWS[i].colored : ROWS[i].line);
            close_show(&s);
        }
}

static void test_a_name_longer_than_the_screen(void **state)
{
    struct show s;

    (void)state;
    open_show(&s, 20, false);
    s.device.name = "a-very-long-name-of-a-porch.example.org";
    tell_phase(&s, ESPOTA_PHASE_CONNECT);
    expect(&s, "a-very-long  connec\033[K\n");
    close_show(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rate_and_time_left),
        cmocka_unit_test(test_the_bar_ends_at_all_of_it),
        cmocka_unit_test(test_a_phase_that_takes_its_time),
        cmocka_unit_test(
            test_nothing_is_drawn_ten_times_in_a_tenth_of_a_second),
        cmocka_unit_test(test_lines_that_stay),
        cmocka_unit_test(test_a_name_longer_than_the_screen),
    };

    return cmocka_run_group_tests_name("ui/ui_tty", tests, NULL, NULL);
}
