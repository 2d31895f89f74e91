/* mem.c -- allocation that can be made to fail, and wiping of secrets. */
#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Only tests write these; helper threads of the resolver read them. */
static unsigned long fail_at, count;
static int fail_forever;

void eo_alloc_fail_at(unsigned long n, int forever)
{
    fail_at = n;
    fail_forever = forever;
    count = 0;
}

unsigned long eo_alloc_count(void)
{
    return count;
}

static int must_fail(void)
{
    if (fail_at == 0) /* the only thing a program outside the tests reads */
        return 0;
    count++;
    return count == fail_at || (fail_forever && count > fail_at);
}

void *eo_calloc(size_t n, size_t size)
{
    return must_fail() ? NULL : calloc(n, size);
}

void *eo_resize(void *old, size_t n, size_t size)
{
    if (must_fail() || (size != 0 && n > SIZE_MAX / size))
        return NULL;
    /* realloc(old, 0) may or may not free old. */
    return realloc(old, n * size > 0 ? n * size : 1);
}

void *eo_grow(void *at, size_t n, size_t *cap, size_t size)
{
    const size_t more = *cap == 0 ? 16 : 2 * *cap;
    void *grown;

    if (n < *cap)
        return at;
    grown = eo_resize(at, more, size);
    if (grown != NULL)
        *cap = more;
    return grown;
}

char *eo_strdup(const char *text)
{
    char *copy;

    if (text == NULL)
        return NULL;
    copy = eo_calloc(strlen(text) + 1, 1);
    if (copy != NULL)
        memcpy(copy, text, strlen(text) + 1);
    return copy;
}

void eo_free(void *p)
{
    free(p);
}

void eo_wipe(void *p, size_t len)
{
    volatile unsigned char *at = p;

    while (len-- > 0)
        *at++ = 0;
}

void eo_free_secret(char *text)
{
    if (text != NULL)
        eo_wipe(text, strlen(text));
    free(text);
}
