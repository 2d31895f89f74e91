/* forge.h -- small images of every kind, made byte by byte.
 *
 * Each is right in all its checksums; tests damage copies of them.
 */
#ifndef TEST_SUPPORT_FORGE_H
#define TEST_SUPPORT_FORGE_H

#include <stddef.h>
#include <stdint.h>

struct forged {
    uint8_t bytes[88 * 1024];
    size_t len;
};

void forge_reset(struct forged *);
void forge_put(struct forged *, const void *, size_t);
void forge_fill(struct forged *, uint8_t byte, size_t upto); /* to that len */
void forge_le32(struct forged *, uint32_t);
void forge_set_le32(struct forged *, size_t at, uint32_t);

enum forged_core { CORE_2_4, CORE_2_7, CORE_3 };

/* An Arduino image of 8208 bytes: eboot and a sketch of one segment. */
void forge_esp8266(struct forged *, enum forged_core);

/* An app with a descriptor (project "thing", version "1.2.3"). */
void forge_esp32_app(struct forged *, uint16_t chip);
void forge_esp32_bootloader(struct forged *, uint16_t chip);
/* 0xc00 bytes: otadata, nvs, two apps, MD5. */
void forge_esp32_table(struct forged *);
/* Bootloader at its place for the chip, table, app at 0x10000. */
void forge_esp32_factory(struct forged *, uint16_t chip, size_t bootloader_at);
/* The same with the table and the app elsewhere in the file; the addresses in
 * the table are higher by from, where the file begins in flash. */
void forge_esp32_merged(struct forged *, uint16_t chip, size_t bootloader_at,
                        size_t table_at, size_t app_at, size_t from);
/* For an S3, from address 0: a table that has one app for each subtype, "slot0"
 * at 0x10000, the next 0x1000 behind, and otadata at 0x9000, of filler. */
void forge_esp32_slots(struct forged *, const uint8_t *subtypes, size_t n);
/* An app without descriptor, of two segments at these addresses. */
void forge_esp32_plain(struct forged *, uint16_t chip, uint32_t first,
                       uint32_t second);
/* Sets byte 23 of an image that ends with a hash, and makes the hash
 * right again. */
void forge_esp32_hash_flag(struct forged *, uint8_t flag);

void forge_rp2040(struct forged *, uint32_t fs_start, uint32_t fs_end);
void forge_rp2350(struct forged *);

/* Three blocks of 256 bytes; LibreTiny's with a header and tags before. */
void forge_uf2(struct forged *, uint32_t family, int libretiny);
/* The same behind a block of another family, "0 of 2". */
void forge_uf2_absolute(struct forged *, uint32_t family);

void forge_rbl(struct forged *);
void forge_ug(struct forged *); /* around forge_rbl() */
void forge_littlefs(struct forged *, uint32_t block, uint32_t count);
void forge_spiffs(struct forged *, uint32_t blocks);

#endif
