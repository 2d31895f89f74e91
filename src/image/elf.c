/* elf.c -- ELF: a linker's output, or a program for ESPHome's host. */
#include <string.h>

#include "base/buf.h"
#include "image/kind.h"

enum {
    CLASS_64 = 2,
    BIG_ENDIAN_DATA = 2,
    TYPE_AT = 16,
    MACHINE_AT = 18,
    TYPE_SHARED = 3 /* and position-independent programs */
};

static bool probe(const uint8_t *bytes, size_t len)
{
    return len >= 4 && memcmp(bytes, "\177ELF", 4) == 0;
}

static const char *machine_name(uint16_t machine)
{
    static const struct {
        uint16_t machine;
        const char *name;
    } MACHINES[] = {{3, "x86"},      {40, "ARM"},    {62, "x86-64"},
                    {94, "Xtensa"},  {183, "AArch64"}, {243, "RISC-V"},
                    {83, "AVR"}};

    for (size_t i = 0; i < sizeof MACHINES / sizeof *MACHINES; i++)
        if (MACHINES[i].machine == machine)
            return MACHINES[i].name;
    return NULL;
}

/* Microcontrollers have 32 bits, and programs linked for them cannot be moved.
 * A host has 64 bits, or loads programs that can be. */
static bool for_a_host(const uint8_t *bytes, uint16_t type)
{
    return bytes[4] == CLASS_64 || type == TYPE_SHARED;
}

static void describe(struct findings *f, const uint8_t *bytes, size_t len)
{
    uint16_t type, machine;
    const char *name;

    if (len < 52) {
        eo_problem(f, ESPOTA_ERROR, len, "cut short within its header");
        return;
    }
    if (bytes[5] == BIG_ENDIAN_DATA) {
        type = eo_be16(bytes + TYPE_AT);
        machine = eo_be16(bytes + MACHINE_AT);
    } else {
        type = eo_le16(bytes + TYPE_AT);
        machine = eo_le16(bytes + MACHINE_AT);
    }
    name = machine_name(machine);
    if (name != NULL)
        eo_fact(f, "machine", "%s", name);
    else
        eo_fact(f, "machine", "%u", (unsigned)machine);
    eo_fact_number(f, "bits", bytes[4] == CLASS_64 ? 64 : 32);
    if (for_a_host(bytes, type)) {
        f->role = ROLE_APP;
        f->chip = "host";
        eo_problem(f, ESPOTA_WARNING, NOWHERE,
                   "only ESPHome on a computer (platform host) runs this");
    }
}

const struct image_kind eo_kind_elf = {
    .name = "elf",
    .what = "an ELF file",
    .role = ROLE_NOTHING,
    .unfit = "an ELF is what the linker made, no image for flash",
    .instead = "flash the .bin that was made from it",
    .not_arduino = "a program for a computer, which no ArduinoOTA device runs",
    .not_arduino_hint = "flash the .bin that was made from it",
    .probe = probe,
    .describe = describe,
};
