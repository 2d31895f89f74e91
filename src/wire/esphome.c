/* esphome.c -- the table of refusals, and the greeting. */
#include "wire/esphome.h"

const uint8_t EO_ESPHOME_MAGIC[ESPHOME_MAGIC_LEN] = {0x6c, 0x26, 0xf7, 0x5c,
                                                     0x45};

static const struct esphome_refusal REFUSALS[] = {
#define X(code, name, category, text, hint) \
    {code, ESPOTA_E_##category, #name, text, hint},
    ESPHOME_REFUSALS(X)
#undef X
};

struct esphome_refusal eo_esphome_refusal(uint8_t code)
{
    for (size_t i = 0; i < sizeof REFUSALS / sizeof *REFUSALS; i++)
        if (REFUSALS[i].code == code)
            return REFUSALS[i];
    return (struct esphome_refusal){
        .code = code,
        .category = ESPOTA_E_DEVICE,
        .name = "UNLISTED",
        .text = "the device refused with a code this version does not know",
        .hint = "look at the device's log, and for a newer version of this "
                "program",
    };
}

struct esphome_refusal eo_esphome_refusal_in_data(uint8_t code)
{
    struct esphome_refusal r = eo_esphome_refusal(code);

    if (code == 0x80) {
        r.category = ESPOTA_E_REFUSED;
        r.text = "the file is not an app image: its first byte is wrong";
        r.hint = "send the OTA image (firmware.bin or firmware.ota.bin), not "
                 "the factory image";
    }
    return r;
}
