/* running.c -- what a device that runs an image reports about it. */
#include <string.h>

#include "base/hex.h"
#include "crypto/digest.h"
#include "image/esp32.h"
#include "image/image.h"

enum { FLASH_MODE = 2, RUNS_AT_LEAST = 64 };

/* The device patches the flash mode when it installs an image: there is one MD5
 * for each mode. */
static int hash_esp8266(char md5[4][33], const uint8_t *bytes, size_t len)
{
    len = eo_esp8266_sketch_len(bytes, len);
    if (len <= RUNS_AT_LEAST) /* nearly all of it is a signature */
        return 0;
    for (uint8_t mode = 0; mode < 4; mode++) {
        char hex[DIGEST_HEX_MAX];
        const struct piece pieces[] = {
            {bytes, FLASH_MODE},
            {&mode, 1},
            {bytes + FLASH_MODE + 1, len - FLASH_MODE - 1}};

        if (eo_digest_hex(DIGEST_MD5, pieces, 3, hex) != 0)
            return -1;
        memcpy(md5[mode], hex, sizeof md5[mode]);
    }
    return 0;
}

/* The digest after the segments, if it is right. */
static int hash_esp32(char sha256[65], const uint8_t *bytes, size_t len)
{
    const size_t at = eo_esp32_hash_at(bytes, len);
    uint8_t digest[DIGEST_MAX];

    if (at == 0)
        return 0;
    if (eo_digest(DIGEST_SHA256, &(struct piece){bytes, at}, 1, digest) != 0)
        return -1;
    if (memcmp(digest, bytes + at, DIGEST_MAX) == 0)
        eo_hex(sha256, digest, DIGEST_MAX);
    return 0;
}

static int hash_running(const struct espota_image *img, char md5[4][33],
                        char sha256[65], const uint8_t *bytes, size_t len)
{
    const char *chip = espota_image_info(img)->chip;

    if (len <= RUNS_AT_LEAST || bytes[0] != ESP_MAGIC)
        return 0;
    if (chip == NULL || strcmp(chip, "ESP8266") == 0) {
        if (hash_esp8266(md5, bytes, len) != 0)
            return -1;
    } else {
        memcpy(md5[0], eo_image_plain(img)->md5, sizeof md5[0]);
    }
    return eo_esp32_is_family(chip) || chip == NULL
               ? hash_esp32(sha256, bytes, len) : 0;
}

int eo_image_running(const struct espota_image *img, char md5[4][33],
                     char sha256[65])
{
    const struct image_form *plain = eo_image_plain(img);

    return hash_running(img, md5, sha256, plain->bytes, plain->len);
}
