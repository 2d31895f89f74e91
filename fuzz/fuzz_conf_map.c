/* fuzz_conf_map.c -- any bytes as the map file of "serve". */
#include "base/str.h"
#include "conf/map.h"
#include "file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = fuzz_file(data, size);
    struct serve_map map;
    struct espota_error err;

    if (eo_serve_map_read(&map, path, &err) != 0) {
        fuzz_error(&err);
        fuzz_check(err.category == ESPOTA_E_USAGE);
        fuzz_check(map.n == 0 && map.rules == NULL);
        return 0;
    }
    fuzz_check(map.n > 0);
    for (size_t i = 0; i < map.n; i++) {
        const struct espota_serve_rule *r = &map.rules[i];
        const char *const files[] = {r->firmware, r->filesystem};

        fuzz_check(r->who != NULL && r->who[0] != '\0');
        fuzz_check(r->version == NULL || r->version[0] != '\0');
        for (size_t k = 0; k < i; k++)
            fuzz_check(!eo_same_nocase(map.rules[k].who, r->who));
        for (size_t k = 0; k < 2; k++) /* as from the map's directory */
            fuzz_check(files[k] == NULL || files[k][0] == '/');
    }
    eo_serve_map_free(&map);
    return 0;
}
