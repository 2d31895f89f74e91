/* inventory_json_none.c -- a build without JSON. */
#include "conf/inventory_inside.h"

int eo_json_target(struct reading *r, const char *line)
{
    (void)line;
    return eo_reading_complain(r, "JSON was left out of this build:", "jansson");
}
