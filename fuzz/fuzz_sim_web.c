/* fuzz_sim_web.c -- whoever talks to a simulated device with an upload page;
 * see sim.h.  The first two bytes are what it was told to be. */
#include "sim.h"
#include "sim_web/device.h"

extern const struct profile eo_sim_web;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = fuzz_input(data, size);
    const uint8_t kind = fuzz_byte(&in), fault = fuzz_byte(&in);
    struct web_config config = {.kind = 0};
    int kinds = 0;

    while (EO_SIM_WEB_KIND_NAMES[kinds] != NULL)
        kinds++;
    eo_sim_web.defaults(&config);
    config.kind = kind % kinds;
    config.auth = kind / 16 % 3;
    config.password = kind >= 128 ? "password" : NULL;
    config.fault = fault % 4 == 3 ? fault / 4 % WEB_FAULT_COUNT : 0;
    config.slot = 4096;
    fuzz_sim(&eo_sim_web, &config, &in);
    return 0;
}
