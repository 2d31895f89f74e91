/* parse.c -- the command line, as espota.py and its callers write it. */
#include "conf/parse.h"

#include <string.h>

#include "base/device.h"
#include "base/str.h"
#include "os/secret.h"

struct cursor {
    struct parsed *out;
    struct notes *notes;
    unsigned command;
    int argc, at;
    char **argv;
    struct espota_error *err;
};

/* Is the last component of the path "espota.py"? */
static bool is_script(const char *path)
{
    const char *name = path;

    for (const char *p = path; *p != '\0'; p++)
        if (*p == '/' || *p == '\\')
            name = p + 1;
    return strcmp(name, "espota.py") == 0;
}

int eo_parse_skip(int argc, char *const *argv)
{
    if (argc >= 2 && strcmp(argv[0], "-I") == 0 && is_script(argv[1]))
        return 2; /* -I was for the Python interpreter */
    return argc >= 1 && is_script(argv[0]) ? 1 : 0;
}

/* "{upload.port.properties.port}": a variable for which the Arduino IDE had no
 * value.  For a number, anything that begins with a brace is one.  Other text
 * must look like such a variable: a password may begin with a brace, too. */
static bool is_placeholder(const struct opt *opt, const char *value)
{
    static const char MORE[] = "abcdefghijklmnopqrstuvwxyz_.";
    const size_t n = strlen(value);

    if (value[0] != '{')
        return false;
    if (opt->kind == OPT_NUMBER || opt->kind == OPT_RANGE)
        return true;
    return n > 2 && value[n - 1] == '}' && strspn(value + 1, MORE) == n - 2 &&
           strchr(value, '.') != NULL;
}

static int take(struct cursor *c, const struct opt *opt, char *value)
{
    int status;

    if (value != NULL && is_placeholder(opt, value) &&
        !eo_holds_secret(opt, value)) {
        eo_note(c->notes, "placeholder",
                "--%s %s: the build system had no value for it; taken as not "
                "given",
                opt->name, value);
        return 0;
    }
    status = eo_settings_add(&c->out->settings, opt, value, LEVEL_ARGV,
                             "command line", c->err);
    if ((opt->flags & OPT_SECRET) != 0 && value != NULL)
        eo_secret_wipe_argument(value);
    return status;
}

/* Takes the next argument, whatever it looks like: a password may begin with
 * any character. */
static int take_next(struct cursor *c, const struct opt *opt)
{
    if (c->at + 1 >= c->argc)
        return eo_fail(c->err, ESPOTA_E_USAGE, "--%s needs a value: %s",
                       opt->name, opt->arg);
    return take(c, opt, c->argv[++c->at]);
}

static int parse_long(struct cursor *c, char *arg)
{
    char *const equals = strchr(arg, '=');
    const size_t len = equals != NULL ? (size_t)(equals - arg) : strlen(arg);
    const size_t word = strcspn(arg, " \t\r\n=");
    const struct opt *opt;

    if (word < len) /* what follows may be a password */
        return eo_fail_hint(c->err, ESPOTA_E_USAGE,
                            "are quotes around all of it, or missing where "
                            "they belong?",
                            "an option and more arrived as one argument: "
                            "\"--%.*s ...\"",
                            (int)word, arg);
    opt = eo_opt_match(c->command, arg, len, c->err);
    if (opt == NULL)
        return -1;
    if (opt->arg == NULL && equals != NULL)
        return eo_fail(c->err, ESPOTA_E_USAGE, "--%s takes no value",
                       opt->name);
    if (equals != NULL)
        return take(c, opt, equals + 1);
    if (opt->arg == NULL)
        return take(c, opt, NULL);
    if ((opt->flags & OPT_OPTIONAL) != 0)
        return take(c, opt, (char[]){""});
    return take_next(c, opt);
}

/* "-p8266", "-p 8266", "-dr", "-dri HOST". */
static int parse_brief(struct cursor *c, char *arg)
{
    for (; *arg != '\0'; arg++) {
        const struct opt *opt = eo_opt_brief(c->command, *arg);

        if (opt == NULL) {
            char space[16];
            struct text shown;

            eo_text_init(&shown, space, sizeof space);
            eo_text_add_safe(&shown, arg, 1);
            return eo_fail(c->err, ESPOTA_E_USAGE,
                           "unknown option \"-%s\" (-h lists them)", shown.at);
        }
        if (opt->arg != NULL)
            return arg[1] != '\0' ? take(c, opt, arg + 1) : take_next(c, opt);
        if (take(c, opt, NULL) != 0)
            return -1;
    }
    return 0;
}

static int take_word(struct cursor *c, const char *arg)
{
    if (eo_no_user_in_url(arg, c->err) != 0)
        return -1;
    if (eo_texts_add(&c->out->args, arg) != 0)
        return eo_fail_memory(c->err);
    return 0;
}

int eo_parse_args(struct parsed *out, unsigned command, int argc, char **argv,
                  struct notes *notes, struct espota_error *err)
{
    struct cursor c = {out, notes, command, argc, 0, argv, err};
    bool only_args = false;

    for (c.at = eo_parse_skip(argc, argv); c.at < argc; c.at++) {
        char *arg = argv[c.at];
        int status = 0;

        if (only_args || arg[0] != '-' || arg[1] == '\0')
            status = take_word(&c, arg);
        else if (strcmp(arg, "--") == 0)
            only_args = true;
        else if (arg[1] == '-')
            status = parse_long(&c, arg + 2);
        else
            status = parse_brief(&c, arg + 1);
        if (status != 0)
            return -1;
    }
    return 0;
}

void eo_parsed_free(struct parsed *p)
{
    eo_texts_free(&p->args);
    eo_settings_free(&p->settings);
}
