/* fuzz_conf_config.c -- any bytes as a configuration file, and what it says of
 * each of its devices. */
#include "conf/config.h"
#include "file.h"

static void check_sections(const struct config *c)
{
    for (size_t i = 0; i < c->n; i++) {
        const struct section *s = &c->at[i];

        fuzz_check(s->name != NULL && s->kind <= SECTION_DEFAULTS);
        fuzz_check((s->kind == SECTION_DEFAULTS) == (s->name[0] == '\0'));
        fuzz_check(s->group == NULL || s->kind == SECTION_DEVICE);
        for (size_t k = 0; k < s->settings.n; k++) {
            const struct setting *set = &s->settings.at[k];

            fuzz_check((set->opt->flags & OPT_CONFIG) != 0);
            fuzz_check(set->level == LEVEL_CONFIG + (unsigned)s->kind);
            fuzz_check(set->value != NULL && set->where != NULL);
        }
    }
}

/* What the file gave is what is in force, and can be shown. */
static void check_device(const struct config *c, const char *device)
{
    const struct setting *address = eo_config_address(c, device);
    struct espota_error err;
    struct opts opts;
    const struct opt *opt;
    char text[256];

    fuzz_check(eo_opts_init(&opts, &err) == 0);
    fuzz_check(eo_config_apply(c, device, &opts, &err) == 0);
    fuzz_check(address == NULL || opts.ip.n > 0);
    for (size_t i = 0; (opt = eo_opt_at(i)) != NULL; i++) {
        fuzz_check(opts.from[i].level == 0 ||
                   (opts.from[i].level >= LEVEL_CONFIG &&
                    opts.from[i].level <= LEVEL_CONFIG + SECTION_DEFAULTS));
        if (opts.from[i].level == 0)
            continue;
        eo_opts_describe(&opts, opt, text, sizeof text);
        fuzz_check(strncmp(text, opt->name, strlen(opt->name)) == 0);
    }
    eo_opts_free(&opts);
}

/* Where all problems are wanted, the reading ends well, and finds some if it ends
 * with one otherwise. */
static void check_problems(const char *path, bool bad, struct espota_error *first)
{
    struct config_problems all = {0};
    struct config config = {.problems = &all};
    struct notes notes = {0};
    struct espota_error err;

    fuzz_check(eo_config_read(&config, path, 0, false, &notes, &err) == 0);
    fuzz_check((all.n > 0) == bad);
    for (size_t i = 0; i < all.n; i++) {
        fuzz_error(&all.at[i].error);
        fuzz_check(all.at[i].line > 0 &&
                   (i == 0 || all.at[i - 1].line <= all.at[i].line));
        fuzz_check(strncmp(all.at[i].error.message, path, strlen(path)) == 0);
    }
    fuzz_check(!bad || strcmp(all.at[0].error.message, first->message) == 0);
    eo_config_problems_free(&all);
    eo_config_free(&config);
    eo_notes_free(&notes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = fuzz_file(data, size);
    struct config config = {0};
    struct notes notes = {0};
    struct espota_error err;

    if (eo_config_read(&config, path, 0, false, &notes, &err) != 0) {
        fuzz_error(&err);
        fuzz_check(err.category == ESPOTA_E_USAGE);
        check_problems(path, true, &err);
    } else {
        check_problems(path, false, &err);
        check_sections(&config);
        check_device(&config, NULL);
        for (size_t i = 0; i < config.n && i < 4; i++)
            check_device(&config, config.at[i].name);
    }
    eo_config_free(&config);
    eo_notes_free(&notes);
    return 0;
}
