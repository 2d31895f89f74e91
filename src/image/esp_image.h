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
    size_t at; /* where its data begins */
};

struct esp_walk {
    struct esp_segment segment[ESP_SEGMENTS_MAX];
    unsigned n; /* segments that are complete */
    bool ok;    /* all of them, and the checksum byte */
    bool sum_ok;
    uint8_t sum, stored;
    size_t end; /* after the checksum byte; where the walk ended if !ok */
};

/* Walks the segments of an image that begins at bytes with a header of that
 * many bytes.  The 8 bytes at hole (0: none) count as zeros. */
void eo_esp_walk(struct esp_walk *, const uint8_t *bytes, size_t len,
                 size_t header, size_t hole);

/* Reports why a walk is not ok, or that its checksum is wrong; false if there
 * is nothing to report. */
bool eo_esp_complain(struct findings *, const struct esp_walk *,
                     const uint8_t *bytes, size_t len, size_t header);

/* "QIO", "QOUT", "DIO", "DOUT" as the fact flash_mode, for byte 2 of a
 * header; a problem if it is none of them. */
void eo_esp_flash_mode(struct findings *, uint8_t mode, size_t at);

/* The first load address distinguishes an ESP8266 image from an ESP32 one,
 * which has pins and a chip id there. */
bool eo_esp_is_esp8266(const uint8_t *bytes, size_t len);

/* How many bytes a device that runs the image counts as its sketch, whose MD5
 * it reports: up to the end of the segments, whatever follows them.  If the
 * segments cannot be walked, everything but a signature. */
size_t eo_esp8266_sketch_len(const uint8_t *bytes, size_t len);

#endif
