/* inspect_json_none.c -- a build without JSON. */
#include "cli/inspect.h"

int eo_inspect_json(FILE *out, const struct inspected *it)
{
    (void)out, (void)it;
    return 0;
}

int eo_inspect_json_unreadable(FILE *out, const char *file,
                               const struct espota_error *err)
{
    (void)out, (void)file, (void)err;
    return 0;
}
