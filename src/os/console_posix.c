/* console_posix.c -- terminals by POSIX. */
#include "os/console.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "os/file.h"
#include "os/signals.h"
#include "os/signals_inside.h"

static const char TERMINAL[] = "/dev/tty";

bool eo_console_is(FILE *stream)
{
    return isatty(fileno(stream)) != 0;
}

bool eo_console_draws(FILE *stream)
{
    const char *term = getenv("TERM");

    return eo_console_is(stream) && term != NULL && strcmp(term, "dumb") != 0;
}

bool eo_console_size(FILE *stream, unsigned *width, unsigned *height)
{
    struct winsize size;

    if (ioctl(fileno(stream), TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return false;
    *width = size.ws_col;
    *height = size.ws_row;
    return true;
}

bool eo_console_shared(FILE *screen, FILE *out, const char *path)
{
    struct stat shown, other;

    if (!eo_console_is(screen) || fstat(fileno(screen), &shown) != 0)
        return false;
    return (path != NULL ? stat(path, &other)
                         : fstat(fileno(out), &other)) == 0 &&
           S_ISCHR(other.st_mode) &&
           (other.st_rdev == shown.st_rdev ||
            (path != NULL && strcmp(path, TERMINAL) == 0));
}

FILE *eo_console_frames(FILE *stream)
{
    const int fd = dup(fileno(stream));
    FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;

    if (f != NULL)
        setvbuf(f, NULL, _IOFBF, 65536);
    else if (fd >= 0)
        close(fd);
    return f;
}

/* ---- asking ----------------------------------------------------------------- */

/* Waits for a line that is typed at a terminal without being shown. */
static int await_line(int tty, const struct termios *quiet)
{
    int woken;

    /* Others may have changed the terminal while we were stopped. */
    while ((woken = eo_signals_await(tty)) > 0)
        tcsetattr(tty, TCSANOW, quiet);
    return woken;
}

/* Echo is off before the prompt appears, so that the answer is neither shown
 * nor thrown away; what was typed earlier was not meant for us.  Only the line
 * itself is waited for. */
static int ask(int tty, const char *prompt, char *line, size_t cap, bool *eof)
{
    struct termios was, quiet;
    int status, sys;

    if (tcgetattr(tty, &was) != 0)
        return -1;
    quiet = was;
    quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
    if (tcsetattr(tty, TCSANOW, &quiet) != 0)
        return -1;
    tcflush(tty, TCIFLUSH);
    dprintf(tty, "%s", prompt);
    status = await_line(tty, &quiet);
    if (status == 0)
        status = eo_file_read_line(tty, line, cap, eof);
    sys = errno;
    if (status != 0)
        tcflush(tty, TCIFLUSH); /* half a password must not become the input of
                                   another program */
    tcsetattr(tty, TCSANOW, &was);
    dprintf(tty, "\n");
    errno = sys;
    return status;
}

int eo_console_ask(const char *prompt, char *line, size_t cap, bool *eof)
{
    const int tty = open(TERMINAL, O_RDWR | O_CLOEXEC);
    int status = -1;

    *eof = false;
    if (tty < 0 || !isatty(tty)) {
        eo_file_close(tty);
        errno = ENOTTY;
        return -1;
    }
    eo_signals_catch(); /* a signal that ends us must not leave echo off */
    errno = EINTR;
    if (eo_signals_caught() == 0)
        status = ask(tty, prompt, line, cap, eof);
    eo_file_close(tty);
    return status;
}
