/* memory.h -- is a secret still anywhere in this process? */
#ifndef TEST_SUPPORT_MEMORY_H
#define TEST_SUPPORT_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How often the len bytes (at least 16) occur in what this process may write:
 * heap, freed heap, stacks, data.  masked is the secret XORed with MEMORY_MASK,
 * so that the question itself is no answer.  -1: this system cannot tell. */
enum { MEMORY_MASK = 0xa5 };
int memory_finds(const uint8_t *masked, size_t len);

#endif
