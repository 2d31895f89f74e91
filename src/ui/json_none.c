/* json_none.c -- a build without JSON. */
#include "ui/json_memory.h"
#include "ui/ui.h"

struct ui *eo_ui_json(FILE *out)
{
    (void)out;
    return NULL;
}

void eo_json_memory(void)
{
}
