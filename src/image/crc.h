/* crc.h -- the two CRC-32 that firmware formats use. */
#ifndef EO_CRC_H
#define EO_CRC_H

#include <stddef.h>
#include <stdint.h>

/* CRC-32/MPEG-2: polynomial 04C11DB7, most significant bit first, no final XOR.
 * Start with EO_CRC_START; to go on, pass what the last call returned. */
#define EO_CRC_START 0xffffffffu
uint32_t eo_crc32_mpeg(uint32_t crc, const uint8_t *bytes, size_t len);

/* CRC-32/ISO-HDLC, as in gzip, of all the bytes. */
uint32_t eo_crc32(const uint8_t *bytes, size_t len);

/* The same, continued after bytes that have that CRC. */
uint32_t eo_crc32_from(uint32_t crc, const uint8_t *bytes, size_t len);

#endif
