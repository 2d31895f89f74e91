/* typist.c -- somebody at a terminal who reads before typing.
 *
 *   typist [SEEN TYPED]... -- COMMAND [ARGUMENT]...
 *
 * Runs COMMAND on a terminal of its own and, each time SEEN has appeared there
 * behind what was seen before, types TYPED.  Prints what the terminal showed
 * and, when COMMAND has ended, "terminal: echo" or "terminal: mute" on standard
 * error.  The exit status is COMMAND's; 128 and the number of a signal that
 * ended it; 124 if something took more than a minute.
 */
#define _XOPEN_SOURCE 700
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_S = 60, SCREEN_MAX = 1 << 16, LOOK_EVERY_US = 20000 };

struct screen {
    char text[SCREEN_MAX + 1];
    size_t n, seen; /* what is before seen was waited for */
};

static void fail(const char *what)
{
    perror(what);
    exit(125);
}

static void become(int terminal, int slave, char **command)
{
    static const int USUAL[] = {SIGINT, SIGQUIT, SIGHUP, SIGTERM, SIGTSTP};
    const char *name = ptsname(terminal);
    int fd;

    for (size_t i = 0; i < sizeof USUAL / sizeof *USUAL; i++)
        signal(USUAL[i], SIG_DFL);
    setsid();
    fd = open(name, O_RDWR); /* the first one of a session is its own */
    if (fd < 0)
        _exit(126);
    close(terminal);
    close(slave);
#ifdef TIOCSCTTY
    ioctl(fd, TIOCSCTTY, 0);
#endif
    for (int i = 0; i < 3; i++)
        dup2(fd, i);
    if (fd > 2)
        close(fd);
    execvp(command[0], command);
    _exit(127);
}

/* What the terminal shows until there is nothing for a moment; false at its
 * end. */
static bool watch(struct screen *s, int fd)
{
    struct timeval moment = {0, LOOK_EVERY_US};
    fd_set ready;
    ssize_t got;

    FD_ZERO(&ready);
    FD_SET(fd, &ready);
    if (select(fd + 1, &ready, NULL, NULL, &moment) <= 0)
        return true;
    got = read(fd, s->text + s->n, SCREEN_MAX - s->n);
    if (got <= 0)
        return got < 0 && errno == EINTR;
    if (write(STDOUT_FILENO, s->text + s->n, (size_t)got) < 0)
        fail("typist: write");
    s->n += (size_t)got;
    for (char *zero = s->text + s->n - got; zero < s->text + s->n; zero++)
        if (*zero == '\0')
            *zero = ' ';
    s->text[s->n] = '\0';
    return s->n < SCREEN_MAX;
}

static bool appeared(struct screen *s, const char *text)
{
    const char *at = strstr(s->text + s->seen, text);

    if (at != NULL)
        s->seen = (size_t)(at - s->text) + strlen(text);
    return at != NULL;
}

int main(int argc, char **argv)
{
    static struct screen screen;
    const int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    const time_t late = time(NULL) + PATIENCE_S;
    struct termios mode;
    int line = 1, command = 1, status = 0, slave;
    pid_t child, ended = 0;

    while (command < argc && strcmp(argv[command], "--") != 0)
        command++;
    if (command + 1 >= argc || command % 2 == 0) {
        fputs("usage: typist [SEEN TYPED]... -- COMMAND...\n", stderr);
        return 2;
    }
    if (terminal < 0 || grantpt(terminal) != 0 || unlockpt(terminal) != 0 ||
        (slave = open(ptsname(terminal), O_RDWR | O_NOCTTY)) < 0)
        fail("typist: no terminal");
    child = fork();
    if (child < 0)
        fail("typist: fork");
    if (child == 0)
        become(terminal, slave, argv + command + 1);
    while ((ended = waitpid(child, &status, WNOHANG)) == 0) {
        watch(&screen, terminal);
        if (line < command && appeared(&screen, argv[line])) {
            const char *typed = argv[line + 1];

            if (write(terminal, typed, strlen(typed)) < 0)
                fail("typist: write");
            line += 2;
        }
        if (time(NULL) > late) {
            fprintf(stderr, "typist: never seen: %s\n",
                    line < command ? argv[line] : "the end");
            kill(child, SIGKILL);
            return 124;
        }
    }
    if (tcgetattr(slave, &mode) != 0)
        fail("typist: tcgetattr");
    close(slave);
    while (watch(&screen, terminal) && time(NULL) <= late)
        ;
    fprintf(stderr, "terminal: %s\n", mode.c_lflag & ECHO ? "echo" : "mute");
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
