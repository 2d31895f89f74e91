/* given.c -- a struct filled by a caller that may be older or newer than we
 * are. */
#include "base/given.h"

#include <stdbool.h>
#include <string.h>

/* From the front: so a size that is rubbish is soon noticed. */
static bool is_zero(const unsigned char *at, size_t len)
{
    while (len > 0 && *at == 0)
        at++, len--;
    return len == 0;
}

int eo_given(void *own, size_t own_size, size_t least, const void *given,
             const char *name, struct espota_error *err)
{
    size_t size;

    memcpy(&size, given, sizeof size);
    memset(own, 0, own_size);
    if (size < least)
        return eo_fail(err, ESPOTA_E_USAGE, "the size of %s is not set", name);
    if (size > own_size) {
        if (!is_zero((const unsigned char *)given + own_size, size - own_size))
            return eo_fail(err, ESPOTA_E_USAGE,
                           "%s was filled for a newer library", name);
        size = own_size;
    }
    memcpy(own, given, size);
    memcpy(own, &own_size, sizeof own_size);
    return 0;
}
