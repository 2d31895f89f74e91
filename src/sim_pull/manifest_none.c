/* manifest_none.c -- a build without JSON reads no manifests. */
#include "sim_pull/ask.h"

int eo_sim_pull_manifest(const struct pull_config *c, const char *json,
                         size_t len, char path[256], char md5[33],
                         const char **why)
{
    (void)c, (void)json, (void)len;
    path[0] = md5[0] = '\0';
    *why = "this build has no JSON";
    return -1;
}
