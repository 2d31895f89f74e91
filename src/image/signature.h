/* signature.h -- what the ESP8266 and Pico updaters take for a signature: the
 * payload, the signature, and its length in four bytes, little-endian.
 */
#ifndef EO_SIGNATURE_H
#define EO_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SIGNATURE_LEN_WORD = 4 };

struct signature {
    size_t at, len; /* of the signature; what is before it is signed */
};

/* A trailer has no mark of its own: the length must be that of a usual key,
 * and the bytes must look random. */
bool eo_signature_find(struct signature *, const uint8_t *bytes, size_t len);

/* The length without a signature; len if there is none. */
size_t eo_signature_payload(const uint8_t *bytes, size_t len);

/* "RSA-2048" and so on, by the length; never NULL. */
const char *eo_signature_name(const struct signature *);

#endif
