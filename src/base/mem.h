/* mem.h -- all allocation goes through here, so that tests can make the n-th
 * one fail, and secrets are wiped in a way the compiler must keep. */
#ifndef EO_MEM_H
#define EO_MEM_H

#include <stddef.h>

/* Zeroed space, or NULL.  Free it with eo_free. */
void *eo_calloc(size_t count, size_t size);

/* As realloc, with the product checked for overflow; NULL leaves old alone. */
void *eo_resize(void *old, size_t count, size_t size);

/* Makes room for one more element after the n of at, which has room for *cap:
 * gives at itself, or a block of twice the size that replaces it, and updates
 * *cap.  NULL: no memory; at and *cap stay as they are. */
void *eo_grow(void *at, size_t n, size_t *cap, size_t size);

/* A copy of text; NULL gives NULL. */
char *eo_strdup(const char *text);

void eo_free(void *);

/* Overwrites; never optimised away. */
void eo_wipe(void *, size_t len);

/* Wipes a string to its terminator and frees it; NULL is fine. */
void eo_free_secret(char *);

/* For tests: let the n-th allocation from now fail, and all after it if
 * forever; 0 means none.  eo_alloc_count counts since the last call. */
void eo_alloc_fail_at(unsigned long n, int forever);
unsigned long eo_alloc_count(void);

#endif
