/* words.c -- the meaning of the words after "upload": HOST... FILE. */
#include "cli/words.h"

#include <string.h>

#include "base/device.h"
#include "base/str.h"
#include "os/file.h"

int eo_words_extra(const struct cli *cli, const char *word,
                   struct espota_error *err)
{
    const struct command *c = cli->command;
    char space[120];
    struct text shown;

    eo_text_init(&shown, space, sizeof space);
    eo_text_add_given(&shown, word);
    /* A password could follow "auth=". */
    space[strcspn(space, "=")] = '\0';
    if (eo_command_named(cli->commands, word, NULL) != NULL)
        return eo_fail(err, ESPOTA_E_USAGE,
                       "the command comes first: espota-c %s ...", word);
    return eo_fail_hint(err, ESPOTA_E_USAGE,
                        c->bit == CMD_UPLOAD
                            ? "-i HOST gives the device, -f FILE the image"
                            : NULL,
                        "%s does not expect \"%s\"", c->name, shown.at);
}

static bool was_given(const struct cli *cli, const char *name)
{
    const struct settings *s = &cli->parsed.settings;

    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->at[i].opt->name, name) == 0)
            return true;
    return false;
}

/* "auth=secret": is it an option without its dashes? */
static bool is_option(const char *word)
{
    char name[40];
    const size_t n = strcspn(word, "=");

    if (word[n] != '=' || n >= sizeof name)
        return false;
    memcpy(name, word, n);
    name[n] = '\0';
    return eo_opt_find(CMD_UPLOAD, name) != NULL;
}

/* The file need not exist. */
static bool looks_like_a_file(const char *word)
{
    static const char *const ENDS[] = {".bin", ".gz",  ".signed", ".uf2",
                                       ".zip", ".elf", ".hex"};
    const size_t n = strlen(word);

    if (eo_is_url(word))
        return false;
    for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS; i++)
        if (n > strlen(ENDS[i]) &&
            strcmp(word + n - strlen(ENDS[i]), ENDS[i]) == 0)
            return true;
    return strcmp(word, "-") == 0 || strpbrk(word, "/\\") != NULL ||
           eo_file_is_there(word);
}

static int give(struct cli *cli, const char *option, const char *word,
                struct espota_error *err)
{
    return eo_settings_add(&cli->parsed.settings,
                           eo_opt_find(CMD_UPLOAD, option), word, LEVEL_ARGV,
                           "command line", err);
}

/* Is the last word the image? */
static bool ends_with_image(const struct cli *cli)
{
    const struct texts *words = &cli->parsed.args;

    if (was_given(cli, "file"))
        return false;
    return words->n > 1 || was_given(cli, "ip") ||
           looks_like_a_file(words->at[0]);
}

static int check(const struct cli *cli, size_t n_hosts,
                 struct espota_error *err)
{
    const struct texts *words = &cli->parsed.args;
    const char *last = words->at[words->n - 1];

    for (size_t i = 0; i < words->n; i++)
        if (is_option(words->at[i]) ||
            eo_command_named(cli->commands, words->at[i], NULL) != NULL)
            return eo_words_extra(cli, words->at[i], err);
    if (n_hosts > 0 && was_given(cli, "ip"))
        return eo_words_extra(cli, words->at[0], err);
    if (n_hosts > 0 && n_hosts < words->n && eo_file_is_there(words->at[0]) &&
        !eo_file_is_there(last) && !looks_like_a_file(last))
        return eo_fail(err, ESPOTA_E_USAGE,
                       "the image comes last: espota-c %s %s", last,
                       words->at[0]);
    return 0;
}

int eo_words_upload(struct cli *cli, struct espota_error *err)
{
    const struct texts *words = &cli->parsed.args;
    size_t n_hosts;

    if (words->n == 0)
        return 0;
    n_hosts = words->n - (ends_with_image(cli) ? 1 : 0);
    if (check(cli, n_hosts, err) != 0)
        return -1;
    for (size_t i = 0; i < words->n; i++)
        if (give(cli, i < n_hosts ? "ip" : "file", words->at[i], err) != 0)
            return -1;
    return 0;
}
