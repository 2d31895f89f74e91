/* json_library.c -- the version of the JSON library, and its memory when none
 * is free. */
#include "ui/json_library.h"

#include <stdalign.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/mem.h"

const char *eo_json_library(void)
{
    return "jansson " JANSSON_VERSION;
}

enum { RESERVE = 64 * 1024, ALIGN = alignof(max_align_t) };

/* The allocator is set once for the whole process.  The reserve works like a
 * stack: it is empty again when nothing in it is in use. */
static alignas(max_align_t) unsigned char reserve[RESERVE];
static size_t used, blocks;

static void *take(size_t size)
{
    void *p = eo_resize(NULL, size, 1);

    if (p != NULL || size > RESERVE - used)
        return p;
    p = reserve + used;
    used += (size + ALIGN - 1) / ALIGN * ALIGN;
    blocks++;
    return p;
}

static void give_back(void *p)
{
    const uintptr_t at = (uintptr_t)p, from = (uintptr_t)reserve;

    if (at < from || at >= from + RESERVE)
        eo_free(p);
    else if (--blocks == 0)
        used = 0;
}

void eo_json_memory(void)
{
    json_set_alloc_funcs(take, give_back);
}
