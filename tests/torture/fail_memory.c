/* fail_memory.c -- the shim's allocations: malloc() and its kin. */
#include "fail_inside.h"

#include <stdlib.h>
#include <string.h>

/* What is asked for before it is known whom to ask. */
static _Alignas(16) char early[16384];
static size_t early_used;

static void *take_early(size_t size)
{
    void *p = early + early_used;

    early_used += (size + 15) & ~(size_t)15;
    if (early_used > sizeof early)
        abort();
    return p;
}

static bool is_early_memory(const void *p)
{
    return (uintptr_t)p >= (uintptr_t)early &&
           (uintptr_t)p < (uintptr_t)early + sizeof early;
}

static bool no_memory(const void *caller)
{
    if (!shim_is_due(shim_is_ours(caller) ? FAIL_MEMORY : FAIL_THEIRS))
        return false;
    errno = ENOMEM;
    return true;
}

static void *(*next_malloc)(size_t);
static void *(*next_calloc)(size_t, size_t);
static void *(*next_realloc)(void *, size_t);
static void (*next_free)(void *);
static int (*next_memalign)(void **, size_t, size_t);
static bool asking;

/* dlsym() itself may want memory. */
static bool is_too_early(void)
{
    if (next_free != NULL)
        return false;
    if (asking)
        return true;
    asking = true;
    shim_next(&next_malloc, "malloc");
    shim_next(&next_calloc, "calloc");
    shim_next(&next_realloc, "realloc");
    shim_next(&next_memalign, "posix_memalign");
    shim_next(&next_free, "free");
    asking = false;
    return false;
}

CALL void *malloc(size_t size)
{
    if (is_too_early())
        return take_early(size);
    return no_memory(__builtin_return_address(0)) ? NULL : next_malloc(size);
}

CALL void *calloc(size_t n, size_t size)
{
    if (is_too_early())
        return take_early(n * size);
    return no_memory(__builtin_return_address(0)) ? NULL
                                                  : next_calloc(n, size);
}

CALL void *realloc(void *old, size_t size)
{
    void *p;

    if (!is_early_memory(old) && !is_too_early())
        return no_memory(__builtin_return_address(0))
                   ? NULL
                   : next_realloc(old, size);
    p = malloc(size);
    if (p != NULL && old != NULL) { /* more than was there, but in early[] */
        const size_t rest = (size_t)(early + sizeof early - (char *)old);

        memcpy(p, old, size < rest ? size : rest);
    }
    return p;
}

CALL void free(void *p)
{
    if (p != NULL && !is_early_memory(p) && !is_too_early())
        next_free(p);
}

CALL int posix_memalign(void **p, size_t align, size_t size)
{
    is_too_early();
    return no_memory(__builtin_return_address(0))
               ? ENOMEM
               : next_memalign(p, align, size);
}
