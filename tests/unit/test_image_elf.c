/* test_image_elf.c -- ELF for chips and for computers. */
#include "support/test.h"

#include "support/sight.h"

static void elf(struct forged *f, uint8_t class, uint8_t type, uint8_t machine)
{
    forge_reset(f);
    forge_put(f, "\177ELF", 4);
    forge_put(f, (uint8_t[]){class, 1, 1}, 3);
    forge_fill(f, 0, 16);
    forge_put(f, (uint8_t[]){type, 0, machine, 0}, 4);
    forge_fill(f, 0, 64);
}

static void xtensa(struct forged *f)
{
    elf(f, 1, 2, 94);
}

static void host(struct forged *f)
{
    elf(f, 2, 3, 62);
}

/* clang-format off */
static const struct sight SIGHTS[] = {
    {"for a chip", xtensa, WHOLE, 0, 0, "elf", NULL, false, "machine", "Xtensa", "linker", NOWHERE},
    {"for a computer", host, WHOLE, 0, 0, "elf", "host", true, "machine", "x86-64", "platform host", NOWHERE},
    {"of no known machine", xtensa, SET8, 18, 200, "elf", NULL, false, "machine", "200", "linker", NOWHERE},
    {"cut short", xtensa, CUT, 40, 0, "elf", NULL, false, NULL, NULL, "within its header", 40},
};
/* clang-format on */

int main(void)
{
    return sight_all("image/elf", SIGHTS, sizeof SIGHTS / sizeof *SIGHTS);
}
