/* memory.h -- is a secret still anywhere in this process?
 *
 * Secrets are numbered and made by a formula, so that whoever asks for one
 * does not hold it himself.
 */
#ifndef TEST_SUPPORT_MEMORY_H
#define TEST_SUPPORT_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SECRET_LEN = 32, SECRET_BASE64 = 44 };

/* Secret n: printable bytes, and a terminator. */
void secret_make(unsigned n, char out[SECRET_LEN + 1]);
/* The same in base64, as a key is written. */
void secret_make_base64(unsigned n, char out[SECRET_BASE64 + 1]);

/* How often it occurs, as it is or in base64, in what this process may write:
 * heap, freed heap, stacks, data.  -1: this system or build cannot tell. */
int secret_left(unsigned n);

/* The same for other bytes, given XORed with SECRET_MASK. */
enum { SECRET_MASK = 0xa5 };
int secret_left_masked(const uint8_t *masked, size_t len);

#endif
