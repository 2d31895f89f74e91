/* test_image_rp2.c -- RP2040 and RP2350 programs. */
#include "support/test.h"

#include "support/sight.h"

static void rp2040(struct forged *f)
{
    forge_rp2040(f, 0x10100000, 0x10200000);
}

static void no_filesystem(struct forged *f)
{
    forge_rp2040(f, 0x10200000, 0x10200000);
}

static void filesystem_too_low(struct forged *f)
{
    forge_rp2040(f, 0x10003000, 0x10200000);
}

#define RP2040 "rp2-app", "RP2040"
#define RP2350 "rp2-app", "RP2350"

/* clang-format off */
static const struct sight SIGHTS[] = {
    {"RP2040", rp2040, WHOLE, 0, 0, RP2040, true, "fs_bytes", "1048576", NULL, NOWHERE},
    {"RP2350", forge_rp2350, WHOLE, 0, 0, RP2350, true, "cpu", "ARM", NULL, NOWHERE},
    {"no filesystem", no_filesystem, WHOLE, 0, 0, RP2040, true, "fs_bytes", "0", "built without a filesystem", 0x2ff0},
    {"filesystem in the program", filesystem_too_low, WHOLE, 0, 0, RP2040, false, NULL, NULL, "reaches into its filesystem", 0x3000},
    {"a byte of boot2", rp2040, FLIP, 77, 0, "unknown", NULL, false, NULL, NULL, "nothing in it is known", NOWHERE},
    {"cut short", rp2040, CUT, 0x2000, 0, RP2040, false, NULL, NULL, "nothing at 0x3000", 0x2000},
    {"not Arduino's", rp2040, SET32, 0x2ff0, 0, RP2040, false, NULL, NULL, "not of Arduino's core", 0x2ff0},
    {"no start vectors", rp2040, SET32, 0x3004, 0x100030e2, RP2040, false, NULL, NULL, "not start vectors", 0x3000},
    {"RP2350 without its last block", forge_rp2350, CUT, 0x3300, 0, RP2350, false, NULL, NULL, "a block should be at 0x3400", 0x3300},
    {"RP2350, a broken block", forge_rp2350, FLIP, 0x3410, 0, RP2350, false, NULL, NULL, "a block of the chain", 0x3400},
    {"RP2350, a block that leads back beyond the start", forge_rp2350, SET32, 0x340c, 0x80000000, RP2350, false,
     NULL, NULL, "a block should be at", 13332},
};
/* clang-format on */

int main(void)
{
    return sight_all("image/rp2", SIGHTS, sizeof SIGHTS / sizeof *SIGHTS);
}
