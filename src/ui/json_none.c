/* json_none.c -- a build without JSON. */
#include "ui/json_library.h"
#include "ui/ui.h"

struct ui *eo_ui_json(FILE *out)
{
    (void)out;
    return NULL;
}

const char *eo_json_library(void)
{
    return NULL;
}

void eo_json_memory(void)
{
}
