/* test_image_esp32_partitions.c -- partition tables and otadata. */
#include "support/test.h"

#include "support/sight.h"

static void otadata(struct forged *f)
{
    forge_reset(f);
    forge_le32(f, 7);
    forge_fill(f, 0xff, 28);
    forge_le32(f, 0x4743989a);
    forge_fill(f, 0xff, 8192);
}

#define TABLE "esp32-partitions", NULL
#define UNFIT "a partition table is not firmware", NOWHERE

/* clang-format off */
static const struct sight SIGHTS[] = {
    {"a table", forge_esp32_table, WHOLE, 0, 0, TABLE, false, "partitions", "4", UNFIT},
    {"one of its entries", forge_esp32_table, WHOLE, 0, 0, TABLE, false,
     "partition_2", "app0: app 0x10, 1792 KiB at 0x10000", UNFIT},
    {"damaged", forge_esp32_table, SET8, 5, 1, TABLE, false, NULL, NULL, "damaged: the MD5", 128},
    {"cut within an entry", forge_esp32_table, CUT, 100, 0, TABLE, false, NULL, NULL, "cut short within an entry", 96},
    {"without MD5", forge_esp32_table, CUT, 128, 0, TABLE, false, "app_partitions", "2", UNFIT},
    {"one entry", forge_esp32_table, CUT, 32, 0, TABLE, false, "partition_0",
     "otadata: data 0x00, 8 KiB at 0x9000", UNFIT},
    {"a label that would drive a terminal", forge_esp32_table, SET32, 12, 0x4a325b1b, TABLE, false,
     "partition_0", "\\x1b[2Jata: data 0x00, 8 KiB at 0x9000", "damaged: the MD5", 128},
    {"otadata", otadata, WHOLE, 0, 0, "esp32-otadata", NULL, false, "sequence", "7", "which app to start", NOWHERE},
    {"not otadata", otadata, SET8, 100, 0, "unknown", NULL, false, NULL, NULL, "nothing in it", NOWHERE},
};
/* clang-format on */

int main(void)
{
    return sight_all("image/esp32_partitions", SIGHTS,
                     sizeof SIGHTS / sizeof *SIGHTS);
}
