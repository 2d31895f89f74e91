/* thousand.c -- flashes many devices at once through the library, in one
 * process, and says what that took.
 *
 *   thousand FIRST-PORT COUNT FILE      devices on 127.0.0.1, ports in a row
 *
 * Prints "updated N, rss KIB, cpu MS, wall MS, threads N"; fails unless every
 * device took the image.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include <espota/espota.h>

struct tally {
    unsigned updated, failed, threads;
};

static unsigned threads_now(void)
{
    FILE *f = fopen("/proc/self/status", "r");
    char line[128];
    unsigned n = 0;

    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        if (strncmp(line, "Threads:", 8) == 0)
            n = (unsigned)strtoul(line + 8, NULL, 10);
    if (f != NULL)
        fclose(f);
    return n;
}

static void on_event(void *ctx, const struct espota_event *e)
{
    struct tally *t = ctx;

    if (e->kind != ESPOTA_EVENT_END)
        return;
    if (t->updated + t->failed == 0)
        t->threads = threads_now();
    if (e->result->outcome == ESPOTA_UPDATED) {
        t->updated++;
        return;
    }
    if (t->failed++ < 5)
        fprintf(stderr, "job %d: %s\n", e->job, e->result->error->message);
}

static int64_t ms_of(struct timeval t)
{
    return (int64_t)t.tv_sec * 1000 + t.tv_usec / 1000;
}

static int64_t wall_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int fail(const struct espota_error *err)
{
    fprintf(stderr, "thousand: %s\n", err->message);
    return 1;
}

int main(int argc, char **argv)
{
    struct tally tally = {0};
    const struct espota_fleet_config config =
        ESPOTA_FLEET_CONFIG(.max_active = 1u << 20, .on_event = on_event,
                            .on_event_ctx = &tally);
    const int64_t began = wall_ms();
    struct espota_loop *loop = NULL;
    struct espota_fleet *fleet;
    struct espota_image *image;
    struct espota_error err;
    struct rusage used;
    unsigned long port, count;

    if (argc != 4) {
        fprintf(stderr, "usage: thousand FIRST-PORT COUNT FILE\n");
        return 2;
    }
    port = strtoul(argv[1], NULL, 10);
    count = strtoul(argv[2], NULL, 10);
    if (espota_image_open(&image, argv[3], ESPOTA_COMPRESS_NEVER, &err) != 0 ||
        espota_loop_new(&loop, &err) != 0 ||
        espota_fleet_new(&fleet, loop, &config, &err) != 0)
        return fail(&err);
    for (unsigned long i = 0; i < count; i++) {
        const struct espota_target target =
            ESPOTA_TARGET(.host = "127.0.0.1", .port = (uint16_t)(port + i),
                          .protocol = "esphome");

        if (espota_fleet_add(fleet, image, &target, &err) < 0)
            return fail(&err);
    }
    (void)!espota_loop_run(loop, -1, &err);
    espota_fleet_free(fleet);
    espota_loop_free(loop);
    espota_image_free(image);
    getrusage(RUSAGE_SELF, &used);
    printf("updated %u, rss %ld, cpu %" PRId64 ", wall %" PRId64
           ", threads %u\n",
           tally.updated, used.ru_maxrss,
           ms_of(used.ru_utime) + ms_of(used.ru_stime), wall_ms() - began,
           tally.threads);
    return tally.updated == count ? 0 : 1;
}
