/* manifest.c -- how a device that fetches its firmware reads a manifest. */
#include <string.h>

#include <jansson.h>

#include "sim_pull/ask.h"

static const char *text_of(const json_t *o, const char *key)
{
    return json_string_value(json_object_get(o, key));
}

static void resolve(const struct pull_config *c, const char *path,
                    char out[256])
{
    const char *slash = strrchr(c->path, '/');
    const char *origin = strstr(path, "http") != NULL ? strstr(path, "//")
                                                       : NULL;
    struct text t;

    eo_text_init(&t, out, 256);
    if (origin != NULL) /* like the device: any path with "http" is a URL */
        eo_text_add(&t, "%s", strchr(origin + 2, '/') != NULL
                                  ? strchr(origin + 2, '/')
                                  : "/");
    else if (path[0] == '/')
        eo_text_add(&t, "%s", path);
    else
        eo_text_add(&t, "%.*s%s", (int)(slash - c->path) + 1, c->path, path);
}

static int use(const struct pull_config *c, const json_t *o, char path[256],
               char md5[33], const char **why)
{
    const json_t *builds = json_object_get(o, "builds"), *ota;
    const char *file, *sum, *version = text_of(o, "version");
    size_t i = 0;

    *why = "a field is missing";
    if (text_of(o, "name") == NULL || version == NULL ||
        !json_is_array(builds))
        return -1;
    for (; i < json_array_size(builds); i++) {
        const char *chip =
            text_of(json_array_get(builds, i), "chipFamily");

        if (chip == NULL)
            return -1;
        if (strcmp(chip, c->chip) == 0)
            break;
    }
    *why = "there is no build for its chip";
    if (i == json_array_size(builds))
        return -1;
    ota = json_object_get(json_array_get(builds, i), "ota");
    file = text_of(ota, "path");
    sum = text_of(ota, "md5");
    *why = "the build has no path or MD5";
    if (file == NULL || sum == NULL || strlen(sum) != 32)
        return -1;
    resolve(c, file, path);
    memcpy(md5, sum, 33);
    return c->version != NULL && strcmp(version, c->version) == 0;
}

int eo_sim_pull_manifest(const struct pull_config *c, const char *json,
                         size_t len, char path[256], char md5[33],
                         const char **why)
{
    json_t *o = json_loadb(json, len, 0, NULL);
    int rc = -1;

    *why = "it is not a JSON object";
    if (json_is_object(o))
        rc = use(c, o, path, md5, why);
    json_decref(o);
    return rc;
}
