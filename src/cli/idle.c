/* idle.c -- options that were given but have no effect. */
#include "cli/idle.h"

#include <string.h>

#include "base/str.h"

/* ---- when an option works --------------------------------------------------- */

static bool may_speak(const struct run_device *d, const char *protocol)
{
    const char *given = espota_protocol_word_at((size_t)d->opts.protocol);

    if (strcmp(given, "auto") != 0)
        return strcmp(given, protocol) == 0;
    return !eo_is_url(d->host) || strcmp(protocol, "web") == 0;
}

static bool arduino(const struct run_device *d)
{
    return may_speak(d, "arduino");
}

static bool web(const struct run_device *d)
{
    return may_speak(d, "web");
}

static bool no_page(const struct run_device *d)
{
    return may_speak(d, "arduino") || may_speak(d, "esphome");
}

static bool https(const struct run_device *d)
{
    return eo_starts_with(d->host, "https://");
}

static bool looks_after(const struct run_device *d)
{
    return d->opts.verify != ESPOTA_VERIFY_NONE;
}

static bool compares(const struct run_device *d)
{
    return d->opts.verify == ESPOTA_VERIFY_VERSION || d->opts.if_changed;
}

static bool tries_again(const struct run_device *d)
{
    return d->opts.retry > 0;
}

static bool has_hooks(const struct run_device *d)
{
    return d->opts.before != NULL || d->opts.after != NULL;
}

static bool has_waves(const struct run_device *d)
{
    return d->opts.waves != NULL;
}

static bool is_dangerous(const struct run_device *d)
{
    return d->opts.how.type >= ESPOTA_TYPE_PARTITION_TABLE;
}

static bool sends_file(const struct run_device *d)
{
    return strcmp(d->opts.file, "-") != 0;
}

static const struct {
    const char *option;
    bool (*works)(const struct run_device *);
} NEEDS[] = {
    {"host_port", arduino},
    {"md5-target", arduino},
    {"min-auth", no_page},
    {"window", no_page},
    {"profile", web},
    {"path", web},
    {"user", web},
    {"tls-ca", https},
    {"verify-timeout", looks_after},
    {"expect-version", compares},
    {"expect-hash", compares},
    {"retry-delay", tries_again},
    {"hook-timeout", has_hooks},
    {"hook-shell", has_hooks},
    {"wave-max-fail", has_waves},
    {"yes", is_dangerous},
    {"no-signed", sends_file},
};

/* ---- the warning --------------------------------------------------------- */

static bool works_somewhere(const struct run *run, size_t i)
{
    for (size_t k = 0; k < run->n; k++)
        if (NEEDS[i].works(run->device[k]))
            return true;
    return false;
}

void eo_idle_options(const struct run *run, struct notes *notes)
{
    const struct opts *o = &run->cli->opts;
    char space[300];
    struct text list;

    eo_text_init(&list, space, sizeof space);
    for (size_t i = 0; i < sizeof NEEDS / sizeof *NEEDS; i++) {
        const struct opt *opt = eo_opt_find(CMD_FLEET, NEEDS[i].option);

        if (o->from[eo_opt_index(opt)].level == LEVEL_ARGV &&
            !works_somewhere(run, i))
            eo_text_add(&list, "%s--%s", list.len > 0 ? ", " : "", opt->name);
    }
    if (list.len > 0)
        eo_note(notes, "no-effect", "without effect in this run: %s", list.at);
}
