/* test_image_esp32_factory.c -- merged images, which begin in three ways. */
#include "support/test.h"

#include "support/sight.h"

static void esp32(struct forged *f)
{
    forge_esp32_factory(f, 0, 0x1000);
}

static void s3(struct forged *f)
{
    forge_esp32_factory(f, 9, 0);
}

static void c5(struct forged *f)
{
    forge_esp32_factory(f, 23, 0x2000);
}

/* As signed bootloaders need it: the table further behind. */
static void table_9000(struct forged *f)
{
    forge_esp32_merged(f, 5, 0, 0x9000, 0x10000, 0);
}

static void table_10000(struct forged *f)
{
    forge_esp32_merged(f, 2, 0x1000, 0x10000, 0x12000, 0);
}

/* The file begins where the bootloader is in flash. */
static void from_1000(struct forged *f)
{
    forge_esp32_merged(f, 0, 0, 0x7000, 0xf000, 0x1000);
}

static void from_2000(struct forged *f)
{
    forge_esp32_merged(f, 18, 0, 0xb000, 0xe000, 0x2000);
}

/* The table may be encrypted; what begins with a bootloader and goes on like
 * this is none. */
static void no_table(struct forged *f)
{
    s3(f);
    memset(f->bytes + 0x8000, 0x5a, 0xc00);
    forge_fill(f, 0x77, 0x13000);
}

/* A factory app, three slots in an order of their own, and one for tests. */
static void slots(struct forged *f)
{
    forge_esp32_slots(f, (const uint8_t[]){0x20, 0x12, 0x10, 0x11, 0x00}, 5);
}

static void no_factory(struct forged *f)
{
    forge_esp32_slots(f, (const uint8_t[]){0x20, 0x11, 0x10}, 3);
}

static void neither(struct forged *f)
{
    forge_esp32_slots(f, (const uint8_t[]){0x20, 0x21}, 2);
}

/* A record of otadata, as the bootloader reads it. */
static void record(struct forged *f, size_t i, uint32_t number, uint32_t state,
                   uint32_t crc)
{
    forge_set_le32(f, 0x9000 + i * 0x1000, number);
    forge_set_le32(f, 0x9000 + i * 0x1000 + 24, state);
    forge_set_le32(f, 0x9000 + i * 0x1000 + 28, crc);
}

enum { CRC_1 = 0x4743989a, CRC_2 = 0x55f63774, VALID = 2 };

static void first_of_three(struct forged *f)
{
    slots(f);
    record(f, 0, 1, 0xffffffff, CRC_1);
}

/* The higher number counts, wherever it stands. */
static void second_of_three(struct forged *f)
{
    first_of_three(f);
    record(f, 1, 2, VALID, CRC_2);
}

static void second_was_given_up(struct forged *f)
{
    first_of_three(f);
    record(f, 1, 2, 4, CRC_2);
}

static void second_is_invalid(struct forged *f)
{
    first_of_three(f);
    record(f, 1, 2, 3, CRC_2);
}

static void second_of_one(struct forged *f)
{
    forge_esp32_slots(f, (const uint8_t[]){0x00, 0x10}, 2);
    record(f, 0, 2, VALID, CRC_2);
}

static void wrong_crc(struct forged *f)
{
    slots(f);
    record(f, 0, 1, VALID, CRC_1 ^ 1);
}

static void selects_without_slots(struct forged *f)
{
    neither(f);
    record(f, 0, 1, VALID, CRC_1);
}

/* Merged from 0x1000 on: otadata lies that much lower. */
static void lower(struct forged *f)
{
    forge_esp32_merged(f, 0, 0, 0x7000, 0xf000, 0x1000);
    forge_set_le32(f, 0x8000, 1);
    forge_set_le32(f, 0x801c, CRC_1);
}

#define UNFIT "a factory image goes over a cable", NOWHERE
#define FACTORY "esp32-factory"

/* clang-format off */
static const struct sight SIGHTS[] = {
    {"bootloader at 0x1000", esp32, WHOLE, 0, 0, FACTORY, "ESP32", false, "bootloader_at", "0x1000", UNFIT},
    {"bootloader at 0", s3, WHOLE, 0, 0, FACTORY, "ESP32-S3", false, "bootloader_at", "0x0", UNFIT},
    {"bootloader at 0x2000", c5, WHOLE, 0, 0, FACTORY, "ESP32-C5", false, "bootloader_at", "0x2000", UNFIT},
    {"the app inside", s3, WHOLE, 0, 0, FACTORY, "ESP32-S3", false, "app_bytes", "720", UNFIT},
    {"its version", s3, WHOLE, 0, 0, FACTORY, "ESP32-S3", false, "fw_version", "1.2.3", UNFIT},
    {"table at 0x9000", table_9000, WHOLE, 0, 0, FACTORY, "ESP32-C3", false, "table_at", "0x9000", UNFIT},
    {"and its app", table_9000, WHOLE, 0, 0, FACTORY, "ESP32-C3", false, "fw_version", "1.2.3", UNFIT},
    {"table at 0x10000", table_10000, WHOLE, 0, 0, FACTORY, "ESP32-S2", false, "app_at", "0x12000", UNFIT},
    {"merged from 0x1000", from_1000, WHOLE, 0, 0, FACTORY, "ESP32", false, "merged_from", "0x1000", UNFIT},
    {"its table", from_1000, WHOLE, 0, 0, FACTORY, "ESP32", false, "table_at", "0x8000", UNFIT},
    {"its app", from_1000, WHOLE, 0, 0, FACTORY, "ESP32", false, "app_bytes", "720", UNFIT},
    {"merged from 0x2000", from_2000, WHOLE, 0, 0, FACTORY, "ESP32-P4", false, "fw_version", "1.2.3", UNFIT},
    {"damaged there", from_1000, FLIP, 0xf000 + 500, 0, FACTORY, "ESP32", false, NULL, NULL, "damaged: the checksum", 0xf000 + 687},
    {"otadata empty, a factory app", slots, WHOLE, 0, 0, FACTORY, "ESP32-S3", false, "app_at", "0x14000", UNFIT},
    {"why it is that", slots, WHOLE, 0, 0, FACTORY, "ESP32-S3", false, "app_chosen_by", "factory", UNFIT},
    {"without one, ota_0", no_factory, WHOLE, 0, 0, FACTORY, "ESP32-S3", false, "app_partition", "slot2", UNFIT},
    {"why it is this", no_factory, WHOLE, 0, 0, FACTORY, "ESP32-S3", false, "app_chosen_by", "first", UNFIT},
    {"without that, any", neither, WHOLE, 0, 0, FACTORY, "ESP32-S3", false, "app_at", "0x10000", UNFIT},
    {"otadata selects ota_0", first_of_three, WHOLE, 0, 0, FACTORY, "ESP32-S3", false, "app_partition", "slot2", UNFIT},
    {"and says so", first_of_three, WHOLE, 0, 0, FACTORY, "ESP32-S3", false, "app_chosen_by", "otadata", UNFIT},
    {"otadata selects ota_1", second_of_three, WHOLE, 0, 0, FACTORY, "ESP32-S3", false, "app_at", "0x13000", UNFIT},
    {"aborted", second_was_given_up, WHOLE, 0, 0, FACTORY, "ESP32-S3", false, "app_at", "0x12000", UNFIT},
    {"invalid", second_is_invalid, WHOLE, 0, 0, FACTORY, "ESP32-S3", false, "app_at", "0x12000", UNFIT},
    {"the number wraps", second_of_one, WHOLE, 0, 0, FACTORY, "ESP32-S3", false, "app_partition", "slot1", UNFIT},
    {"a record that is not one", wrong_crc, WHOLE, 0, 0, FACTORY, "ESP32-S3", false, "app_chosen_by", "factory", UNFIT},
    {"otadata without slots", selects_without_slots, WHOLE, 0, 0, FACTORY, "ESP32-S3", false, "app_chosen_by", "first", UNFIT},
    {"otadata, merged from 0x1000", lower, WHOLE, 0, 0, FACTORY, "ESP32", false, "app_chosen_by", "otadata", UNFIT},
    {"no table at all", no_table, WHOLE, 0, 0, FACTORY, "ESP32-S3", false, NULL, NULL, "no partition table at 0x8000", 0x8000},
    {"a damaged app", s3, FLIP, 0x10000 + 500, 0, FACTORY, "ESP32-S3", false, NULL, NULL, "damaged: the checksum", 0x10000 + 687},
    {"a damaged bootloader", s3, FLIP, 500, 0, FACTORY, "ESP32-S3", false, NULL, NULL, "damaged: the checksum", 4239},
    {"a damaged table", esp32, FLIP, 0x8005, 0, FACTORY, "ESP32", false, NULL, NULL, "MD5 of the partition table", 0x8080},
    {"no app", s3, FLIP, 0x10000, 0, FACTORY, "ESP32-S3", false, NULL, NULL, "no app begins here", 0x10000},
    {"an app beyond 4 GiB", s3, SET32, 0x8044, 0xfffffff0, FACTORY, "ESP32-S3", false, NULL, NULL, "MD5", 0x8080},
    {"cut before the app", s3, CUT, 0x9000, 0, FACTORY, "ESP32-S3", false, NULL, NULL, "the app should be at 0x10000", 0x9000},
    {"cut before the table", esp32, CUT, 0x7000, 0, FACTORY, "ESP32", false, NULL, NULL, "no partition table at 0x8000", 0x7000},
};
/* clang-format on */

int main(void)
{
    return sight_all("image/esp32_factory", SIGHTS,
                     sizeof SIGHTS / sizeof *SIGHTS);
}
