/* fuzz_conf_settings.c -- any text as the value of any option, as it comes from
 * the command line, the environment or a file: the first byte chooses the
 * option, the rest is the value. */
#include "check.h"
#include "base/str.h"
#include "conf/opts.h"

static void check_value(const struct opts *o, const struct opt *opt)
{
    const void *at = (const char *)o + opt->at;
    const struct range *range = at;
    uint32_t n, words = 0;

    while (opt->words != NULL && opt->words(words) != NULL)
        words++;
    switch (opt->kind) {
    case OPT_FLAG:
    case OPT_TEXT:
    case OPT_TEXTS:
        return;
    case OPT_COUNT:
        fuzz_check(*(const unsigned *)at <= opt->max);
        return;
    case OPT_NUMBER:
        n = *(const uint32_t *)at;
        fuzz_check(n < words || (n >= opt->min && n <= opt->max));
        return;
    case OPT_SECONDS:
        n = *(const uint32_t *)at;
        fuzz_check(n <= opt->max * 1000 + 999 && (n > 0 || opt->min == 0));
        return;
    case OPT_RANGE:
        fuzz_check(range->from >= opt->min && range->from <= range->to &&
                   range->to <= opt->max);
        return;
    case OPT_WORD:
        fuzz_check(*(const int *)at >= 0 &&
                   (uint32_t) * (const int *)at < words);
        return;
    }
}

/* As shown it can be given again, and means the same. */
static void check_shown(const struct opts *o, const struct opt *opt)
{
    struct settings s = {0};
    struct espota_error err;
    struct opts again;
    char text[400], twice[400];
    char *shown, *end;

    eo_opts_describe(o, opt, text, sizeof text);
    fuzz_check(fuzz_clean(text));
    if ((opt->flags & OPT_SECRET) != 0)
        fuzz_check(strcmp(strstr(text, " = "), " = (not shown) (argv)") == 0);
    if (opt->kind == OPT_TEXT || opt->kind == OPT_TEXTS)
        return;
    shown = strstr(text, " = ") + 3;
    end = strstr(shown, " (argv)");
    fuzz_check(end != NULL);
    *end = '\0';
    fuzz_check(eo_settings_add(&s, opt, shown, LEVEL_ARGV, "argv", &err) == 0);
    *end = ' ';
    fuzz_check(eo_opts_init(&again, &err) == 0);
    fuzz_check(eo_opts_apply(&again, &s, &err) == 0);
    eo_opts_describe(&again, opt, twice, sizeof twice);
    fuzz_check(strcmp(text, twice) == 0);
    eo_opts_free(&again);
    eo_settings_free(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = fuzz_input(data, size);
    const uint8_t first = fuzz_byte(&in);
    struct settings s = {0};
    struct espota_error err;
    const struct opt *opt;
    size_t n = 0;
    struct opts o;
    char *value;

    while (eo_opt_at(n) != NULL)
        n++;
    opt = eo_opt_at(first % n);
    value = fuzz_text(&in, fuzz_left(&in));
    if (eo_settings_add(&s, opt, value, LEVEL_ARGV, "argv", &err) != 0) {
        fuzz_error(&err);
        fuzz_check(err.category == ESPOTA_E_USAGE && s.n == 0);
    } else {
        fuzz_check(s.n == 1 && strcmp(s.at[0].value, value) == 0);
        fuzz_check(eo_opts_init(&o, &err) == 0);
        fuzz_check(eo_opts_apply(&o, &s, &err) == 0);
        fuzz_check(eo_opts_given(&o, (const char *)&o + opt->at));
        check_value(&o, opt);
        check_shown(&o, opt);
        eo_opts_free(&o);
    }
    eo_settings_free(&s);
    free(value);
    return 0;
}
