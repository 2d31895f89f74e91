/* fuzz_ui_ui.c -- whatever devices, files and users call things, what is
 * written about them stays what it is: JSON is JSON, XML is XML, and no
 * terminal is driven but by us.
 *
 * The first byte says how wide the terminal is; each line is an event: a kind,
 * a flavour, and then the text for all the places where there may be any.
 */
#include "check.h"

#ifndef EO_WITH_JSON

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    (void)data;
    (void)size;
    return 0; /* nothing could be read back */
}

#else

#include <jansson.h>

#include "ui/ui.h"

enum { TEXTS = 4 };

struct outputs {
    char *text[TEXTS];
    size_t len[TEXTS];
};

/* ---- what came out ------------------------------------------------------- */

static void check_json(char *text)
{
    json_int_t last = -1;

    for (char *line = strtok(text, "\n"); line != NULL;
         line = strtok(NULL, "\n")) {
        json_t *o = json_loads(line, 0, NULL);
        const json_int_t seq = json_integer_value(json_object_get(o, "seq"));

        fuzz_check(json_is_object(o));
        fuzz_check(json_is_string(json_object_get(o, "event")));
        fuzz_check(seq == last + 1);
        last = seq;
        json_decref(o);
    }
}

/* Elements close in their order, and nothing stands bare that must not. */
static void check_xml(const char *text)
{
    const char *open[16];
    size_t depth = 0;

    while ((text = strpbrk(text, "<&")) != NULL) {
        const char *end = strpbrk(text, *text == '<' ? ">" : ";");
        const size_t name = strcspn(text + 1, " />?");

        fuzz_check(end != NULL);
        if (*text == '&')
            fuzz_check(end - text <= 5);
        else if (text[1] == '/')
            fuzz_check(depth > 0 && strncmp(open[--depth], text + 2,
                                            strcspn(text + 2, ">")) == 0);
        else if (text[1] != '?' && end[-1] != '/') {
            fuzz_check(depth < 16 && name > 0);
            open[depth++] = text + 1;
        }
        text = end;
    }
    fuzz_check(depth == 0);
}

/* Lines of clean text, and the few sequences that are ours. */
static void check_screen(char *text, bool escapes)
{
    char *out = text;

    for (const char *in = text; *in != '\0';) {
        if (escapes && *in == '\033') {
            fuzz_check(in[1] == '[');
            in += 2 + strspn(in + 2, "0123456789");
            fuzz_check(*in != '\0' && strchr("AJKm", *in) != NULL);
            in++;
        } else if (*in == '\n' || (escapes && *in == '\r')) {
            in++;
        } else {
            *out++ = *in++;
        }
    }
    *out = '\0';
    fuzz_check(fuzz_clean(text));
}

/* ---- what goes in -------------------------------------------------------- */

static void one_event(struct ui_set *s, struct ui_device *d, uint8_t kind,
                      uint8_t flavour, const char *words)
{
    struct espota_error err = {
        .category = (enum espota_category)(flavour % ESPOTA_E_COUNT),
        .hint = flavour & 1 ? "a hint" : NULL,
    };
    const char *const addresses[] = {words};
    const struct espota_resolved resolved = {words, addresses, 1};
    const struct espota_hello hello = {
        .protocol = "esphome", .auth = "none", .decided = words};
    const struct espota_result result = {
        .outcome = espota_category_outcome(err.category),
        .error = &err,
        .phase = (enum espota_phase)(flavour % ESPOTA_PHASE_COUNT),
        .old_version = words,
        .new_version = words,
        .bytes_image = (size_t)flavour << 12,
        .ms_total = flavour,
    };
    const struct espota_wave wave = {
        .state = (enum espota_wave_state)(flavour % 3),
        .wave = flavour,
        .why = flavour & 1 ? words : NULL};
    const struct espota_image_problem problem = {.severity = ESPOTA_WARNING,
                                                 .text = words};
    const struct espota_image_info info = {.file = words,
                                           .kind = "unknown",
                                           .what = "a file",
                                           .project = words,
                                           .version = words,
                                           .problems = &problem,
                                           .n_problems = 1};

    snprintf(err.message, sizeof err.message, "%s", words);
    snprintf(err.device, sizeof err.device, "%s", words);
    if (kind % 12 == 11) {
        eo_uis_image(s, d, &info);
        return;
    }
    eo_uis_event(
        s, &(struct espota_event){
               .kind = (enum espota_event_kind)(kind % (ESPOTA_EVENT_WAVE + 1)),
               .tag = d,
               .device = d->name,
               .phase = (enum espota_phase)(flavour % ESPOTA_PHASE_COUNT),
               .attempt = flavour,
               .attempts = flavour,
               .doing = flavour & 2 ? "erasing flash" : NULL,
               .done = flavour,
               .total = 255,
               .resolved = &resolved,
               .hello = &hello,
               .error = &err,
               .code = "word",
               .text = words,
               .level = (enum espota_log_level)(flavour % 3),
               .result = &result,
               .wave = &wave});
}

static void show(struct ui_set *s, struct ui_device *d, struct fuzz_input *in)
{
    eo_uis_start(s, 1);
    while (fuzz_left(in) > 2 && !d->ended) {
        const uint8_t kind = fuzz_byte(in), flavour = fuzz_byte(in);
        char *words = fuzz_until(in, '\0');

        one_event(s, d, kind, flavour, words);
        eo_uis_tick(s);
        free(words);
    }
    eo_uis_end(s, 0);
}

/* Twice: three front ends are all a run has. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = fuzz_input(data, size);
    const unsigned width = fuzz_byte(&in);
    char *name = fuzz_until(&in, '\0');
    struct outputs out = {{NULL}, {0}};
    FILE *f[TEXTS];

    for (int i = 0; i < TEXTS; i++)
        fuzz_check((f[i] = open_memstream(&out.text[i], &out.len[i])) != NULL);
    for (int half = 0; half < 2; half++) {
        struct ui_device d = {.name = name}, *devices[] = {&d};
        struct ui_set s = {.devices = devices, .n_devices = 1, .n = 2};
        struct fuzz_input copy = in;

        s.at[0] = half == 0 ? eo_ui_json(f[0])
                            : eo_ui_plain(&(struct ui_plain_config){
                                  .out = f[2], .bar = width % 2 != 0});
        s.at[1] = half == 0 ? eo_ui_junit(f[1])
                            : eo_ui_tty(&(struct ui_tty_config){.out = f[3],
                                                                .screen = NULL,
                                                                .width = width,
                                                                .height = 24,
                                                                .color = true});
        fuzz_check(s.at[0] != NULL && s.at[1] != NULL);
        show(&s, &d, &copy);
        eo_uis_free(&s);
    }
    fclose(f[2]); /* the others' owners have */
    check_json(out.text[0]);
    check_xml(out.text[1]);
    check_screen(out.text[1], false);
    check_screen(out.text[2], width % 2 != 0);
    check_screen(out.text[3], true);
    for (int i = 0; i < TEXTS; i++)
        free(out.text[i]);
    free(name);
    return 0;
}

#endif
