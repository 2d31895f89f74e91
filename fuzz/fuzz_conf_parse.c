/* fuzz_conf_parse.c -- any words as a command line: the first byte chooses the
 * command, each line of the rest is an argument. */
#include "check.h"
#include "base/str.h"
#include "conf/parse.h"

enum { ARGS_MAX = 32 };

static void check_parsed(const struct parsed *p, unsigned command, int argc,
                         char **argv)
{
    struct espota_error err;
    struct opts opts;

    for (size_t i = 0; i < p->args.n; i++) {
        int at = 0;

        while (at < argc && argv[at] != p->args.at[i])
            at++;
        fuzz_check(at < argc); /* borrowed, and in their order */
    }
    for (size_t i = 0; i < p->settings.n; i++) {
        const struct setting *s = &p->settings.at[i];

        fuzz_check((s->opt->commands & command) != 0);
        fuzz_check(s->level == LEVEL_ARGV);
        fuzz_check(s->opt->arg == NULL || s->value != NULL);
    }
    fuzz_check(eo_opts_init(&opts, &err) == 0);
    fuzz_check(eo_opts_apply(&opts, &p->settings, &err) == 0);
    eo_opts_free(&opts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = fuzz_input(data, size);
    const unsigned command = 1u << fuzz_byte(&in) % 10;
    struct parsed parsed = {.settings = {0}};
    struct notes notes = {0};
    struct espota_error err;
    char *argv[ARGS_MAX + 1];
    int argc = 0;

    while (argc < ARGS_MAX && fuzz_left(&in) > 0)
        argv[argc++] = fuzz_until(&in, '\n');
    argv[argc] = NULL;
    if (eo_parse_args(&parsed, command, argc, argv, &notes, &err) == 0) {
        check_parsed(&parsed, command, argc, argv);
    } else {
        fuzz_error(&err);
        fuzz_check(err.category == ESPOTA_E_USAGE);
    }
    eo_parsed_free(&parsed);
    eo_notes_free(&notes);
    while (argc > 0)
        free(argv[--argc]);
    return 0;
}
