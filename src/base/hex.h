/* hex.h -- bytes as text: hexadecimal and base64. */
#ifndef EO_HEX_H
#define EO_HEX_H

#include <stddef.h>
#include <stdint.h>

/* Lower case, terminated: out holds 2 * len + 1 characters. */
void eo_hex(char *out, const uint8_t *bytes, size_t len);

/* Reads exactly 2 * len digits of either case; 0, or -1 at anything else. */
int eo_unhex(uint8_t *out, size_t len, const char *text, size_t text_len);

/* Strict base64 (RFC 4648 section 4, padded).  Gives the number of bytes, or
 * -1 if text is not base64 or does not fit into cap. */
int eo_unbase64(uint8_t *out, size_t cap, const char *text);

#endif
