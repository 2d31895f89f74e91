/* manifest_none.c -- a build that writes no manifests. */
#include "serve/manifest.h"

bool eo_manifest_have(void)
{
    return false;
}

char *eo_manifest(const struct manifest *m, struct espota_error *err)
{
    (void)m;
    eo_fail(err, ESPOTA_E_USAGE, "jansson was left out of this build");
    return NULL;
}
