/* image_check.h -- errors that the back end of a device finds in an image
 * while it writes it.  Pure.
 */
#ifndef EO_SIM_IMAGE_CHECK_H
#define EO_SIM_IMAGE_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum image_checks {
    CHECK_NOTHING,
    CHECK_E9,         /* ESP32: the first byte, at the first write */
    CHECK_E9_OR_GZIP, /* ESP8266: the first bytes, at the end */
    CHECK_UF2,        /* LibreTiny: each block */
    CHECK_TABLE,      /* ESP32: a partition table, at the end */
    CHECK_BOOTLOADER  /* ESP32: a bootloader, at the end */
};

enum { IMAGE_TABLE_LEN = 0xc00 };

enum image_verdict {
    IMAGE_FINE,
    IMAGE_NOT_AN_APP,  /* ESP32, at once */
    IMAGE_BAD_BLOCK,   /* LibreTiny, at once */
    IMAGE_NOT_FIRMWARE /* at the end: ESP8266, tables, bootloaders */
};

struct image_check {
    enum image_checks kind;
    size_t size, seen;
    uint8_t block[512];
    uint8_t table[IMAGE_TABLE_LEN];
};

void eo_sim_image_check_init(struct image_check *, enum image_checks,
                             size_t size);
/* Checks the next bytes, which may end anywhere. */
enum image_verdict eo_sim_image_check_add(struct image_check *, const uint8_t *,
                                          size_t len);
enum image_verdict eo_sim_image_check_end(const struct image_check *);

#endif
