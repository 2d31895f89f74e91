/* topics.c -- what "espota-c help" explains besides the commands.
 *
 * Facts that are in a table are printed from it: exit statuses from the table
 * of the library, variables and keys from that of the options.
 */
#include "cli/topics.h"

#include <stdio.h>
#include <string.h>

#include <espota/error.h>

#include "conf/opts.h"

/* ---- exit statuses ------------------------------------------------------- */

static void print_statuses(void)
{
    puts("The exit status says what happened, and so what to do next.\n");
    for (int i = 0; i < ESPOTA_E_COUNT; i++) {
        const enum espota_category c = (enum espota_category)i;

        printf("%3d%s %-13s %s%s\n", espota_category_status(c),
               c == ESPOTA_E_INTERRUPTED ? "+N" : "  ", espota_category_name(c),
               espota_category_summary(c),
               espota_category_retryable(c) ? " (r)" : "");
    }
    puts("\n(r): another attempt may help; --retry makes them. 30: all bytes "
         "were taken;\nfind out what the device runs before you flash it "
         "again. 128+N: ended by\nsignal N. ESPOTA_EXIT=simple turns every "
         "status but 0 and 2 into 1.");
}

/* ---- the environment ----------------------------------------------------- */

static void print_variable(const char *name, const char *what)
{
    printf("  %-26s %s\n", name, what);
}

static void print_environment(void)
{
    static const struct {
        const char *name, *what;
    } OTHERS[] = {
        {"ESPOTA_EXIT", "simple: every failure but 2 exits with 1"},
        {"XDG_CONFIG_HOME", "where espota/espota.conf is; default: ~/.config"},
        {"NO_COLOR, TERM=dumb", "no colors"},
        {"CI", "no bar"},
    };
    const struct opt *opt;
    char help[OPT_HELP];

    puts("Options on the command line override variables, and variables "
         "override the\nconfiguration.\n");
    for (size_t i = 0; (opt = eo_opt_at(i)) != NULL; i++)
        if (opt->env != NULL)
            print_variable(opt->env, eo_opt_help(opt, help));
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++)
        print_variable(OTHERS[i].name, OTHERS[i].what);
}

/* ---- the configuration --------------------------------------------------- */

static void print_keys(void)
{
    const struct opt *opt;
    size_t column = 0;

    for (size_t i = 0; (opt = eo_opt_at(i)) != NULL; i++) {
        if ((opt->flags & OPT_CONFIG) == 0)
            continue;
        if (column + strlen(opt->name) + 2 > 78) {
            putchar('\n');
            column = 0;
        }
        column += (size_t)printf("  %s", opt->name);
    }
    putchar('\n');
}

static void print_config(void)
{
    puts("Options that never change can be kept in a file: .espota.conf in "
         "the working\ndirectory or above it, up to the home or the root of "
         "the checkout; or\nespota/espota.conf in $XDG_CONFIG_HOME. --config "
         "FILE reads that file alone.\n\n"
         "  [defaults]\n"
         "  auth-file = ~/.espota-password\n\n"
         "  [group lamps]\n"
         "  protocol = esphome\n\n"
         "  [device kitchen]\n"
         "  host = 10.0.0.7:3232\n"
         "  group = lamps\n\n"
         "\"espota-c kitchen firmware.bin\" then flashes that device, and "
         "@lamps is every\ndevice of the group. The keys are the long names "
         "of options:\n");
    print_keys();
}

/* ---- how to name a device ----------------------------------------------- */

static void print_targets(void)
{
    puts("A device is written the same way everywhere: as a word, with -i, in "
         "a list, in\nthe configuration.\n\n"
         "  kitchen.local              a name, found by mDNS or DNS\n"
         "  kitchen                    a bare name, tried as .local, too\n"
         "  10.0.0.7:3232              an address, with a port\n"
         "  [fe80::1%eth0]:3232        IPv6, with its interface\n"
         "  http://10.0.0.7/update     a web page that takes firmware\n"
         "  lamp=10.0.0.7              called \"lamp\" in all that is "
         "printed\n"
         "  @lamps                     a device or group of the "
         "configuration\n\n"
         "A list for \"espota-c fleet\" has a device a line. Options for it "
         "alone follow,\nas KEY=VALUE:\n\n"
         "  lamp=10.0.0.7 file=lamp.bin   # a comment\n\n"
         "CSV with a header and JSON lines are read, too; \"espota-c discover "
         "--json\" and\n\"--as-targets\" print lists.");
}

/* ---- all of them --------------------------------------------------------- */

static const struct topic TOPICS[] = {
    {"exit-codes", "what each exit status means", print_statuses},
    {"environment", "the variables that are read", print_environment},
    {"config", "the configuration files", print_config},
    {"targets", "how a device is written, and lists of them", print_targets},
};

const struct topic *eo_topic_at(size_t i)
{
    return i < sizeof TOPICS / sizeof *TOPICS ? &TOPICS[i] : NULL;
}

const struct topic *eo_topic_named(const char *name)
{
    for (size_t i = 0; i < sizeof TOPICS / sizeof *TOPICS; i++)
        if (strcmp(TOPICS[i].name, name) == 0)
            return &TOPICS[i];
    return NULL;
}
