/* fuzz_sim_pull.c -- whatever a server answers a simulated device that fetches;
 * see sim.h.  The first byte is what the device is, the line behind it is what
 * it fetches. */
#include "sim.h"
#include "sim_pull/ask.h"

extern const struct profile eo_sim_pull;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = fuzz_input(data, size);
    const uint8_t what = fuzz_byte(&in);
    char *url = fuzz_until(&in, '\n');
    struct pull_config config = {.variant = what % 5};
    struct espota_error err;

    eo_sim_pull.defaults(&config);
    config.mode = what / 8 % 3;
    config.url = url;
    config.md5_url = what & 32 ? "/md5" : NULL;
    config.user = what & 64 ? url : NULL;
    config.rate = what & 128 ? 4000 : 0;
    config.every_us = 1000000;
    if (eo_sim_pull.check(&config, &err) == 0) {
        fuzz_check(config.path[0] == '/');
        fuzz_sim(&eo_sim_pull, &config, &in);
    } else {
        fuzz_error(&err);
    }
    free(url);
    return 0;
}
