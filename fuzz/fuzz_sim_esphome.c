/* fuzz_sim_esphome.c -- whoever talks to a simulated ESPHome device; see sim.h.
 * The first three bytes are what it was told to be. */
#include "sim.h"
#include "sim_esphome/device.h"

extern const struct profile eo_sim_esphome;

static const char *const FIRMWARES[] = {"2026.9", "2018.10", "2021.9", "2025.6",
                                        "2026.5"};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = fuzz_input(data, size);
    const uint8_t age = fuzz_byte(&in), flags = fuzz_byte(&in);
    const uint8_t fault = fuzz_byte(&in);
    struct esphome_config config = {.platform = flags & 3};
    struct espota_error err;

    eo_sim_esphome.defaults(&config);
    config.firmware = FIRMWARES[age % 5];
    config.password = flags & 4 ? "password" : NULL;
    config.key.given = (flags & 8) != 0;
    memset(config.key.bytes, 7, sizeof config.key.bytes);
    config.partition_access = (flags & 16) != 0;
    config.gzip = flags >> 5 & 3;
    config.auth = age / 5 % 4;
    if (fault % 2 != 0) {
        config.fault[fault / 2 % N_FAULTS].on = true;
        config.fault[fault / 2 % N_FAULTS].n = 3;
        config.fault[fault / 2 % N_FAULTS].where.step = fault % N_STEPS;
    }
    if (eo_sim_esphome.check(&config, &err) != 0)
        return 0;
    fuzz_sim(&eo_sim_esphome, &config, &in);
    return 0;
}
