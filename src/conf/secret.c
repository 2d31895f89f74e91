/* secret.c -- passwords and keys: where they come from, and their end. */
#include "conf/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "os/signals.h"

enum { SECRET_MAX = 1024 };

static int append(struct secrets *s, char *owned, struct espota_error *err)
{
    char **at = owned != NULL ? eo_resize(s->at, s->n + 1, sizeof *at) : NULL;

    if (at == NULL) {
        eo_free_secret(owned);
        return eo_fail(err, ESPOTA_E_INTERNAL, "out of memory");
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

/* The first line that comes from fd, without its end; byte by byte, so that
 * what follows is left for others.  0, or -1 with errno (EINTR: a signal asks
 * us to end; EILSEQ: it is no text, as UTF-16 is none); *eof if there is not
 * even an empty one. */
static int read_line(int fd, char line[SECRET_MAX], bool *eof)
{
    size_t n = 0;
    char c = '\0';

    *eof = false;
    while (n < SECRET_MAX - 1) {
        const int woken = eo_signals_await(fd);
        const ssize_t got = woken == 0 ? read(fd, &c, 1) : -1;

        if (woken > 0 || (woken == 0 && got < 0 && errno == EINTR))
            continue;
        if (got < 0) {
            eo_wipe(line, SECRET_MAX);
            return -1;
        }
        if (got == 0)
            *eof = n == 0;
        if (got == 0 || c == '\n')
            break;
        line[n++] = c;
    }
    if (n == SECRET_MAX - 1 || memchr(line, '\0', n) != NULL) {
        errno = n == SECRET_MAX - 1 ? EMSGSIZE : EILSEQ;
        eo_wipe(line, SECRET_MAX);
        return -1;
    }
    if (n > 0 && line[n - 1] == '\r')
        n--;
    line[n] = '\0';
    memmove(line, eo_skip_bom(line, &n), n + 1);
    line[n] = '\0';
    return 0;
}

static int add_file(struct secrets *s, const char *path, struct notes *notes,
                    struct espota_error *err)
{
    char line[SECRET_MAX];
    struct stat st;
    bool eof;
    int fd = open(path, O_RDONLY | O_CLOEXEC), status;

    if (fd < 0)
        return eo_fail_sys(err, ESPOTA_E_SECRET, errno, "%s: %s", path,
                           strerror(errno));
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
        (st.st_mode & S_IROTH) != 0)
        eo_note(notes, "readable-secret",
                "%s holds a secret and every user can read it", path);
    if (read_line(fd, line, &eof) != 0)
        status = eo_fail_sys(err, ESPOTA_E_SECRET, errno, "%s: %s", path,
                             strerror(errno));
    else
        status = eo_secrets_add(s, line, err);
    eo_wipe(line, sizeof line);
    close(fd);
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

    if (read_line(STDIN_FILENO, line, &eof) != 0)
        return eo_fail_sys(err, ESPOTA_E_SECRET, errno,
                           "no password on standard input: %s",
                           strerror(errno));
    if (eof)
        return eo_fail(err, ESPOTA_E_SECRET,
                       "no password on standard input: it is empty");
    *out = eo_strdup(line);
    eo_wipe(line, sizeof line);
    return *out != NULL ? 0
                        : eo_fail(err, ESPOTA_E_INTERNAL, "out of memory");
}

/* Waits for a line that is typed at a terminal without being shown. */
static int await_line(int tty, const struct termios *quiet)
{
    int woken;

    /* Whoever had the terminal while we were stopped may have changed it. */
    while ((woken = eo_signals_await(tty)) > 0)
        tcsetattr(tty, TCSANOW, quiet);
    return woken;
}

/* The terminal is mute before the prompt is there, so that what is typed in
 * answer to it is neither shown nor thrown away; what was typed before was
 * not meant for us.  Nothing here waits, but for the line. */
static int ask(int tty, char line[SECRET_MAX], bool *eof)
{
    struct termios was, quiet;
    int status;

    if (tcgetattr(tty, &was) != 0)
        return -1;
    quiet = was;
    quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
    if (tcsetattr(tty, TCSANOW, &quiet) != 0)
        return -1;
    tcflush(tty, TCIFLUSH);
    dprintf(tty, "Password: ");
    status = await_line(tty, &quiet);
    if (status == 0)
        status = read_line(tty, line, eof);
    if (status != 0)
        tcflush(tty, TCIFLUSH); /* half a password is nobody else's input */
    tcsetattr(tty, TCSANOW, &was);
    dprintf(tty, "\n");
    return status;
}

static int prompt(char **out, struct espota_error *err)
{
    char line[SECRET_MAX];
    bool eof = false;
    int tty = open("/dev/tty", O_RDWR | O_CLOEXEC), status;

    if (tty < 0 || !isatty(tty)) {
        if (tty >= 0)
            close(tty);
        return eo_fail_hint(err, ESPOTA_E_SECRET,
                            "use --auth-file or ESPOTA_PASSWORD where nobody "
                            "can be asked",
                            "there is no terminal to ask for the password");
    }
    eo_signals_catch(); /* one that ends us must not leave the terminal mute */
    status = eo_signals_caught() == 0 ? ask(tty, line, &eof) : -1;
    close(tty);
    if (eo_signals_caught() != 0) {
        eo_wipe(line, sizeof line);
        return eo_fail(err, ESPOTA_E_INTERRUPTED,
                       "interrupted while the password was asked for");
    }
    if (status != 0 || eof)
        return eo_fail(err, ESPOTA_E_SECRET, "no password was typed");
    *out = eo_strdup(line);
    eo_wipe(line, sizeof line);
    return *out != NULL ? 0
                        : eo_fail(err, ESPOTA_E_INTERNAL, "out of memory");
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
