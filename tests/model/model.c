/* model.c -- random histories of runs, judged against what the devices have.
 *
 *   model N [SEED]      N histories from that seed on (1)
 *   model =SEED         this one, told as it goes
 *
 * Of one that breaks a promise the seed is printed, and the shortest history
 * found that still does.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "model/world.h"
#include "support/forge.h"

static int make_images(void)
{
    static const enum forged_core CORES[IMAGES] = {CORE_3, CORE_2_7};
    static struct forged made[IMAGES];

    for (int i = 0; i < IMAGES; i++) {
        forge_esp8266(&made[i], CORES[i]);
        if (espota_image_wrap(&world.images[i], made[i].bytes, made[i].len,
                              ESPOTA_COMPRESS_NEVER, NULL) != 0)
            return -1;
    }
    return 0;
}

/* What the program says for people is not asked for here. */
static void silence(void)
{
    const int fd = open("/dev/null", O_WRONLY);

    dup2(fd, STDERR_FILENO);
    close(fd);
}

static int report(uint64_t seed)
{
    struct history h;

    history_random(&h, seed);
    history_shrink(&h);
    printf("seed %" PRIu64 " breaks a promise; the shortest history found:\n",
           seed);
    history_play(&h, true);
    return 1;
}

/* Every so many seeds from the first on. */
static int play(uint64_t first, uint64_t n, uint64_t every, bool tells)
{
    struct history h;

    for (uint64_t seed = first; seed < first + n; seed += every) {
        history_random(&h, seed);
        if (history_play(&h, tells) != NULL)
            return report(seed);
    }
    return 0;
}

/* A worker a processor: what is played is the same, however many there are. */
static int play_all(uint64_t first, uint64_t n)
{
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    const uint64_t workers = processors < 1 ? 1 : (uint64_t)processors;
    int failed = 0, status;

    for (uint64_t i = 0; i < workers; i++) {
        const pid_t pid = fork();

        if (pid == 0) {
            const int bad = i < n ? play(first + i, n - i, workers, false) : 0;

            fflush(stdout);
            _exit(bad);
        }
        failed |= pid < 0;
    }
    while (wait(&status) > 0)
        failed |= !WIFEXITED(status) || WEXITSTATUS(status) != 0;
    return failed;
}

int main(int argc, char **argv)
{
    const bool one = argc > 1 && argv[1][0] == '=';
    const uint64_t n = one ? 1 : strtoull(argc > 1 ? argv[1] : "10000", NULL, 10);
    const uint64_t first = one        ? strtoull(argv[1] + 1, NULL, 10)
                           : argc > 2 ? strtoull(argv[2], NULL, 10)
                                      : 1;

    if (make_images() != 0)
        return 2;
    silence();
    if (one ? play(first, 1, 1, true) : play_all(first, n))
        return 1;
    printf("%" PRIu64 " histories from seed %" PRIu64
           ": every promise was kept\n",
           n, first);
    return 0;
}
