/* chip.c -- one row for each family of chips. */
#include "wire/chip.h"

#include "base/str.h"

static const struct chip_family FAMILIES[] = {
    {
        .name = "ESP8266",
        .prefix = {"ESP8266", "ESP8285"},
        .port = 8266,
        .core = ARDUINO_ESP8266,
        .inflates = true,
        .hasty = true,
        .blocks = 1,
        .boards = {{"nodemcuv2", "ESP8266"},
                   {"esp8266", "ESP8266"},
                   {"esp8285", "ESP8266"},
                   {"d1mini", "ESP8266"}},
    },
    {
        .name = "ESP32",
        .prefix = {"ESP32"},
        .bare = "ESP32",
        .port = 3232,
        .core = ARDUINO_ESP32,
        .rolls_back = true,
        .blocks = 2,
        .boards = {{"nodemcu32s", "ESP32"},
                   {"esp32dev", "ESP32"},
                   {"d1mini32", "ESP32"},
                   {"lolinc3", "ESP32-C3"},
                   {"lolins2", "ESP32-S2"},
                   {"lolins3", "ESP32-S3"}},
    },
    {
        .name = "RP2",
        .prefix = {"RP2"},
        .bare = "RP2",
        .port = 2040,
        .core = ARDUINO_PICO,
        .inflates = true,
        .hasty = true,
        .blocks = 1,
        .boards = {{"pipico2", "RP2350"}, {"pipico", "RP2040"}},
    },
    {
        .name = "LibreTiny",
        .prefix = {"BK7"},
        .bare = "BK72xx",
        .port = 8892,
        .blocks = 1,
    },
    {
        .name = "LibreTiny",
        .prefix = {"RTL87"},
        .bare = "RTL87xx",
        .port = 8892,
        .blocks = 1,
    },
    {
        .name = "LibreTiny",
        .prefix = {"LN882"},
        .bare = "LN882x",
        .port = 8820,
        .blocks = 1,
    },
    {
        .name = "LibreTiny",
        .prefix = {"BL60"},
        .bare = "BL602",
        .blocks = 1,
    },
    {
        .name = "host",
        .prefix = {"host"},
        .bare = "host",
        .blocks = 1,
    },
};

const struct chip_family *eo_chip_family_at(size_t i)
{
    return i < sizeof FAMILIES / sizeof *FAMILIES ? &FAMILIES[i] : NULL;
}

const struct chip_family *eo_chip_family(const char *chip)
{
    const struct chip_family *f;

    for (size_t i = 0; chip != NULL && (f = eo_chip_family_at(i)) != NULL; i++)
        for (size_t k = 0; k < CHIP_PREFIXES && f->prefix[k] != NULL; k++)
            if (eo_starts_with_nocase(chip, f->prefix[k]))
                return f;
    return NULL;
}

const struct chip_family *eo_chip_family_of_port(uint16_t port)
{
    const struct chip_family *f;

    for (size_t i = 0; (f = eo_chip_family_at(i)) != NULL; i++)
        if (f->port != 0 && f->port == port)
            return f;
    return NULL;
}

uint16_t eo_chip_port(const char *chip)
{
    const struct chip_family *f = eo_chip_family(chip);

    return f != NULL ? f->port : 0;
}

uint16_t eo_chip_core_port(const char *chip)
{
    const struct chip_family *f = eo_chip_family(chip);

    return f != NULL && f->core != 0 ? f->port : 0;
}

unsigned eo_chip_core(const char *chip)
{
    const struct chip_family *f = eo_chip_family(chip);

    return f != NULL && f->core != 0 ? f->core : ARDUINO_ANY;
}
