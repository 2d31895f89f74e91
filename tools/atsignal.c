/* atsignal.c -- a process that a signal ends has run its lines all the same.
 *
 * Linked into every program of "make coverage", nowhere else.  The counters of
 * --coverage are written at exit(); here also before a signal that nobody
 * catches does its work.
 */
#include <signal.h>
#include <stddef.h>

void __gcov_dump(void);

static const int ENDING[] = {SIGHUP, SIGINT, SIGPIPE, SIGTERM};

static void on_signal(int number)
{
    __gcov_dump();
    raise(number); /* SA_RESETHAND: this time it ends us */
}

__attribute__((constructor)) static void watch(void)
{
    struct sigaction action = {.sa_handler = on_signal,
                               .sa_flags = SA_RESETHAND},
                     was;

    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof ENDING / sizeof *ENDING; i++)
        if (sigaction(ENDING[i], NULL, &was) == 0 && was.sa_handler == SIG_DFL)
            sigaction(ENDING[i], &action, NULL);
}

/* The counters are being written now, and must not be so twice. */
__attribute__((destructor)) static void rest(void)
{
    struct sigaction was;

    for (size_t i = 0; i < sizeof ENDING / sizeof *ENDING; i++)
        if (sigaction(ENDING[i], NULL, &was) == 0 && was.sa_handler == on_signal)
            signal(ENDING[i], SIG_IGN);
}
