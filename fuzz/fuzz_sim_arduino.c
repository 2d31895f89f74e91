/* fuzz_sim_arduino.c -- whoever talks to a simulated ArduinoOTA device, by
 * datagrams and when it calls back; see sim.h.  The first three bytes are what
 * it was told to be. */
#include "sim.h"
#include "sim_arduino/device.h"

extern const struct profile eo_sim_arduino;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = fuzz_input(data, size);
    const uint8_t core = fuzz_byte(&in), fault = fuzz_byte(&in);
    const uint8_t fail = fuzz_byte(&in);
    struct arduino_config config = {.core = 0};
    struct espota_error err;

    if (eo_sim_arduino.defaults != NULL)
        eo_sim_arduino.defaults(&config);
    config.core = core % N_CORES;
    config.words = core / 8 % N_WORDS;
    /* 10 000 rounds an answer are too slow to be tried often. */
    if (core >= 128 && !EO_SIM_ARDUINO_CORE[config.core].pbkdf2)
        config.password = "password";
    if (fault % 2 != 0) {
        config.fault[fault / 2 % N_FAULTS].on = true;
        config.fault[fault / 2 % N_FAULTS].n = 1;
    }
    config.fail.on = fail >= 192;
    config.fail.n = fail % N_FAILURES;
    config.fail.where.step = fail / 32 % 3;
    if (eo_sim_arduino.check != NULL &&
        eo_sim_arduino.check(&config, &err) != 0)
        return 0;
    fuzz_sim(&eo_sim_arduino, &config, &in);
    return 0;
}
