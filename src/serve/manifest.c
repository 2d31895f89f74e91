/* manifest.c -- the JSON that ESPHome's update entity reads. */
#include "serve/manifest.h"

#include <jansson.h>

#include "base/mem.h"

/* Only what the device needs, as it buffers the whole manifest. */
static json_t *build(const struct manifest *m)
{
    return json_pack("{s:s, s:s, s:[{s:s, s:{s:s, s:s}}]}", "name", m->name,
                     "version", m->version, "builds", "chipFamily", m->chip,
                     "ota", "path", m->path, "md5", m->md5);
}

bool eo_manifest_have(void)
{
    return true;
}

char *eo_manifest(const struct manifest *m, struct espota_error *err)
{
    const size_t flags = JSON_INDENT(2);
    json_t *json = build(m);
    size_t len;
    char *text = NULL;

    if (json == NULL) {
        eo_fail(err, ESPOTA_E_IMAGE, "a name in it is not UTF-8");
        return NULL;
    }
    len = json_dumpb(json, NULL, 0, flags);
    text = len > 0 ? eo_calloc(1, len + 1) : NULL;
    if (text == NULL)
        eo_fail_memory(err);
    else
        json_dumpb(json, text, len, flags);
    json_decref(json);
    return text;
}
