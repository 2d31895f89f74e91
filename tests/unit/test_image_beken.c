/* test_image_beken.c -- RBL and UG containers. */
#include "support/test.h"

#include "support/sight.h"

#define RBL "rbl", NULL
#define UG "tuya-ug", NULL
#define ANY NULL, NULL

/* clang-format off */
static const struct sight SIGHTS[] = {
    {"RBL", forge_rbl, WHOLE, 0, 0, RBL, false, "fw_version", "25.05.28", "part of a UF2", NOWHERE},
    {"a byte of its header", forge_rbl, FLIP, 30, 0, RBL, false, ANY, "the header's CRC", 92},
    {"a byte of its data", forge_rbl, FLIP, 200, 0, RBL, false, ANY, "the data's CRC", 76},
    {"cut", forge_rbl, CUT, 200, 0, RBL, false, ANY, "320 bytes of data are announced, 104 are there", 200},
    {"cut within the header", forge_rbl, CUT, 50, 0, RBL, false, ANY, "cut short within its header", 50},
    {"UG", forge_ug, WHOLE, 0, 0, UG, false, "fw_version", "25.05.28", "Tuya's own", NOWHERE},
    {"UG, a byte of its header", forge_ug, FLIP, 5, 0, UG, false, ANY, "does not add up", 24},
    {"UG, a byte of its data", forge_ug, FLIP, 200, 0, UG, false, ANY, "the sum over the data", 20},
    {"UG, cut", forge_ug, CUT, 200, 0, UG, false, ANY, "416 bytes of data are announced", 200},
};
/* clang-format on */

int main(void)
{
    return sight_all("image/beken", SIGHTS, sizeof SIGHTS / sizeof *SIGHTS);
}
