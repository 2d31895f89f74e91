/* discover_json_none.c -- a build without JSON. */
#include "cli/discover.h"

void eo_discover_json(const char *news, const struct espota_device *d)
{
    (void)news, (void)d;
}
