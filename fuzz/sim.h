/* sim.h -- a hostile client, or server, around a simulated device; see world.h.
 *
 * A command is two bytes, what and how much:
 *
 *   0  a client connects, in place of the one before
 *   1  it writes so many of the following bytes
 *   2  so many ms pass; times ten above 127
 *   3  it has written its last (odd: it is gone)
 *   4  a datagram of so many of the following bytes
 *   5  it reads what the device said
 *   6  it writes as many zeros as 64 times that
 */
#ifndef FUZZ_SIM_H
#define FUZZ_SIM_H

#include <sys/socket.h>
#include <unistd.h>

#include "sim/sim.h"
#include "world.h"

struct fuzz_sim {
    struct sim sim;
    struct device *device;
    int listener; /* the other end of what the device opened, or -1 */
    int client;
};

static inline void fuzz_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* The device may have called, or taken a call. */
static inline void fuzz_turn(struct fuzz_sim *f, uint64_t ms)
{
    int fd;

    world_pass(f->sim.loop, ms);
    fd = world_other_end();
    if (fd < 0)
        return;
    fuzz_close(&f->client);
    f->client = fd;
}

static inline void fuzz_say(struct fuzz_sim *f, struct fuzz_input *in, int fd,
                            size_t len)
{
    const size_t n = len < fuzz_left(in) ? len : fuzz_left(in);

    if (fd >= 0)
        world_write(fd, in->at, n);
    in->at += n;
    fuzz_turn(f, 0);
}

static inline void fuzz_do(struct fuzz_sim *f, struct fuzz_input *in)
{
    static const uint8_t ZEROS[64 * 255];
    const uint8_t what = fuzz_byte(in) % 7, arg = fuzz_byte(in);

    switch (what) {
    case 0:
        world_write(f->listener, "", f->listener >= 0);
        fuzz_turn(f, 0);
        return;
    case 1:
        fuzz_say(f, in, f->client, arg);
        return;
    case 2:
        fuzz_turn(f, arg < 128 ? arg : 10u * arg);
        return;
    case 3:
        if (arg % 2 != 0)
            fuzz_close(&f->client);
        else if (f->client >= 0)
            shutdown(f->client, SHUT_WR);
        fuzz_turn(f, 0);
        return;
    case 4:
        fuzz_say(f, in, f->listener, arg);
        return;
    case 5:
        if (f->client >= 0)
            world_drain(f->client);
        fuzz_turn(f, 0);
        return;
    case 6:
        if (f->client >= 0)
            world_write(f->client, ZEROS, 64u * arg);
        fuzz_turn(f, 0);
        return;
    }
}

/* One device of the profile, as configured, until the input ends. */
static inline void fuzz_sim(const struct profile *profile, void *config,
                            struct fuzz_input *in)
{
    static struct out *out;
    struct espota_error err;
    struct fuzz_sim f = {
        .sim = {.profile = profile,
                .common = {.count = 1, .reboot_us = 500000},
                .config = config},
        .listener = -1,
        .client = -1,
    };

    if (out == NULL)
        out = eo_sim_out_open("/dev/null", &err);
    f.sim.out = out;
    f.sim.loop = eo_loop_new();
    f.device = f.sim.devices = calloc(1, profile->device_size);
    fuzz_check(out != NULL && f.sim.loop != NULL && f.device != NULL);
    f.device->sim = &f.sim;
    fuzz_check(eo_addr_parse(&f.device->addr, WORLD_ADDRESS) == 0);
    fuzz_check(profile->open(f.device, &err) == 0);
    f.listener = world_other_end();
    while (fuzz_left(in) > 0 && f.sim.updated < 3) {
        const unsigned updated = f.sim.updated;

        fuzz_do(&f, in);
        fuzz_check(f.sim.updated - updated <= 1);
        fuzz_check(f.sim.sessions >= f.sim.updated);
    }
    eo_timer_stop(f.sim.loop, &f.device->reboot);
    profile->close(f.device);
    fuzz_check(eo_loop_timeout(f.sim.loop) == -1); /* nothing goes on */
    fuzz_check(eo_loop_fds(f.sim.loop, NULL, 0) == 0);
    eo_loop_free(f.sim.loop);
    free(f.sim.devices);
    fuzz_close(&f.listener);
    fuzz_close(&f.client);
}

#endif
