/* esphome.c -- the table of refusals, and the greeting. */
#include "wire/esphome.h"

#include <string.h>

#include "wire/chip.h"

const uint8_t EO_ESPHOME_MAGIC[ESPHOME_MAGIC_LEN] = {0x6c, 0x26, 0xf7, 0x5c,
                                                     0x45};

/* "next" may be two initializers: EO_ADVICE(). */
/* NOLINTBEGIN(bugprone-macro-parentheses) */
static const struct esphome_refusal REFUSALS[] = {
#define X(code, name, category, text, next) \
    {code, ESPOTA_E_##category, #name, text, .hint = next},
    ESPHOME_REFUSALS(X)
#undef X
};
/* NOLINTEND(bugprone-macro-parentheses) */

static const struct {
    uint8_t code;
    const char *family, *hint;
} HINTS[] = {
#define X(code, family, hint) {code, family, hint},
    ESPHOME_HINTS(X)
#undef X
};

static struct esphome_refusal for_chip(struct esphome_refusal r,
                                       const char *chip)
{
    const struct chip_family *f = eo_chip_family(chip);

    for (size_t i = 0; f != NULL && i < sizeof HINTS / sizeof *HINTS; i++)
        if (HINTS[i].code == r.code && strcmp(HINTS[i].family, f->name) == 0)
            r.hint = HINTS[i].hint;
    return r;
}

struct esphome_refusal eo_esphome_refusal(uint8_t code, const char *chip)
{
    for (size_t i = 0; i < sizeof REFUSALS / sizeof *REFUSALS; i++)
        if (REFUSALS[i].code == code)
            return for_chip(REFUSALS[i], chip);
    return (struct esphome_refusal){
        .code = code,
        .category = ESPOTA_E_DEVICE,
        .name = "UNLISTED",
        .text = "the device refused with a code this version does not know",
        .hint = "look at the device's log, and for a newer version of this "
                "program",
    };
}

struct esphome_refusal eo_esphome_refusal_in_data(uint8_t code,
                                                  const char *chip)
{
    struct esphome_refusal r = eo_esphome_refusal(code, chip);

    if (code == 0x80) {
        r.category = ESPOTA_E_REFUSED;
        r.text = "the file is not an app image: its first byte is wrong";
        r.hint = "send the OTA image (firmware.bin or firmware.ota.bin), not "
                 "the factory image";
    }
    return r;
}
