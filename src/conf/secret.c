/* secret.c -- passwords and keys: where they come from, and wiping them. */
#include "conf/secret.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "os/console.h"
#include "os/file.h"
#include "os/signals.h"

enum { SECRET_MAX = 1024 };

static int append(struct secrets *s, char *owned, struct espota_error *err)
{
    char **at = owned != NULL ? eo_resize(s->at, s->n + 1, sizeof *at) : NULL;

    if (at == NULL) {
        eo_free_secret(owned);
        return eo_fail_memory(err);
    }
    s->at = at;
    at[s->n++] = owned;
    return 0;
}

int eo_secrets_add(struct secrets *s, const char *secret,
                   struct espota_error *err)
{
    return append(s, eo_strdup(secret), err);
}

static int add_file(struct secrets *s, const char *path, struct notes *notes,
                    struct espota_error *err)
{
    char line[SECRET_MAX];
    struct file_facts facts;
    const os_file file = eo_file_open(path);
    bool eof;
    int status;

    if (file == OS_NO_FILE)
        return eo_fail_sys(err, ESPOTA_E_SECRET, errno, "%s: %s", path,
                           eo_file_text(errno));
    if (eo_file_facts_of(file, &facts) == 0 && facts.kind == FILE_REGULAR &&
        facts.all_read)
        eo_note(notes, "readable-secret",
                "%s holds a secret and every user can read it", path);
    if (eo_file_read_line(file, line, sizeof line, &eof) != 0)
        status = eo_fail_sys(err, ESPOTA_E_SECRET, errno, "%s: %s", path,
                             eo_file_text(errno));
    else
        status = eo_secrets_add(s, line, err);
    eo_wipe(line, sizeof line);
    eo_file_close(file);
    return status;
}

int eo_secrets_files(struct secrets *s, const struct texts *files,
                     struct notes *notes, struct espota_error *err)
{
    for (size_t i = 0; i < files->n; i++)
        if (add_file(s, files->at[i], notes, err) != 0)
            return -1;
    return 0;
}

static int read_stdin(char **out, struct espota_error *err)
{
    char line[SECRET_MAX];
    bool eof;

    if (eo_file_read_line(eo_file_stdin(), line, sizeof line, &eof) != 0)
        return eo_fail_sys(err, ESPOTA_E_SECRET, errno,
                           "no password on standard input: %s",
                           eo_file_text(errno));
    if (eof)
        return eo_fail(err, ESPOTA_E_SECRET,
                       "no password on standard input: it is empty");
    *out = eo_strdup(line);
    eo_wipe(line, sizeof line);
    return *out != NULL ? 0 : eo_fail_memory(err);
}

static int prompt(char **out, struct espota_error *err)
{
    char line[SECRET_MAX];
    bool eof = false;
    const int status = eo_console_ask("Password: ", line, sizeof line, &eof);

    if (status != 0 && errno == ENOTTY)
        return eo_fail_hint(err, ESPOTA_E_SECRET,
                            "use --auth-file or ESPOTA_PASSWORD where nobody "
                            "can be asked",
                            "there is no terminal to ask for the password");
    if (eo_signals_caught() != 0) {
        eo_wipe(line, sizeof line);
        return eo_fail(err, ESPOTA_E_INTERRUPTED,
                       "interrupted at the password prompt");
    }
    if (status != 0 || eof)
        return eo_fail(err, ESPOTA_E_SECRET, "no password was entered");
    *out = eo_strdup(line);
    eo_wipe(line, sizeof line);
    return *out != NULL ? 0 : eo_fail_memory(err);
}

int eo_passwords(struct secrets *s, const struct opts *o, struct asked *asked,
                 struct notes *notes, struct espota_error *err)
{
    if (o->auth != NULL && eo_secrets_add(s, o->auth, err) != 0)
        return -1;
    if (eo_secrets_files(s, &o->auth_file, notes, err) != 0)
        return -1;
    if (o->auth_stdin) {
        if (asked->from_stdin == NULL && read_stdin(&asked->from_stdin, err))
            return -1;
        if (eo_secrets_add(s, asked->from_stdin, err) != 0)
            return -1;
    }
    if (o->ask_auth) {
        if (asked->from_prompt == NULL && prompt(&asked->from_prompt, err))
            return -1;
        if (eo_secrets_add(s, asked->from_prompt, err) != 0)
            return -1;
    }
    return 0;
}

int eo_key(struct secrets *s, const struct opts *o, struct notes *notes,
           struct espota_error *err)
{
    if (o->key != NULL && eo_secrets_add(s, o->key, err) != 0)
        return -1;
    if (o->key_file != NULL && add_file(s, o->key_file, notes, err) != 0)
        return -1;
    return 0;
}

void eo_secrets_free(struct secrets *s)
{
    for (size_t i = 0; i < s->n; i++)
        eo_free_secret(s->at[i]);
    eo_free(s->at);
    *s = (struct secrets){0};
}

void eo_asked_free(struct asked *a)
{
    eo_free_secret(a->from_stdin);
    eo_free_secret(a->from_prompt);
    *a = (struct asked){0};
}
