/* esp_image.h -- what ESP8266 and ESP32 images share: E9, segments, a
 * checksum.
 */
#ifndef EO_ESP_IMAGE_H
#define EO_ESP_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "image/kind.h"

enum {
    ESP_MAGIC = 0xe9,
    ESP_SEGMENTS_MAX = 16,
    ESP8266_HEADER = 8, /* bytes before the first segment */
    ESP32_HEADER = 24
};

struct esp_segment {
    uint32_t address; /* where it is loaded or mapped */
    uint32_t len;
    size_t at; /* of its data */
};

struct esp_walk {
    struct esp_segment segment[ESP_SEGMENTS_MAX];
    unsigned n; /* segments that are there in full */
    bool ok;    /* all of them, and the checksum byte */
    bool sum_ok;
    uint8_t sum, stored;
    size_t end; /* behind the checksum byte; where it broke off if !ok */
};

/* Walks the segments of an image that begins at bytes with a header of that
 * many bytes.  The 8 bytes at hole (0: none) count as zeros. */
void eo_esp_walk(struct esp_walk *, const uint8_t *bytes, size_t len,
                 size_t header, size_t hole);

/* Says in words why a walk is not ok, or that its checksum is wrong; false if
 * there is nothing to say. */
bool eo_esp_complain(struct findings *, const struct esp_walk *,
                     const uint8_t *bytes, size_t len, size_t header);

/* "QIO", "QOUT", "DIO", "DOUT" as the fact flash_mode, for byte 2 of a
 * header; a problem if it is none of them. */
void eo_esp_flash_mode(struct findings *, uint8_t mode, size_t at);

/* The first load address tells an ESP8266 image from an ESP32 one, which has
 * pins and a chip id there. */
bool eo_esp_is_esp8266(const uint8_t *bytes, size_t len);

/* What a device that runs it counts as its sketch, and tells the MD5 of: up to
 * the end of its segments, whatever follows them.  Where these cannot be
 * walked, all but a signature. */
size_t eo_esp8266_sketch_len(const uint8_t *bytes, size_t len);

#endif
