/* serve_map.h -- the map file of "serve": for whom there is what.
 *
 *     [AA:BB:CC:DD:EE:FF]        a MAC, a chip id, a name, a family or *
 *     firmware   = kitchen.bin   relative to the map file
 *     filesystem = kitchen.littlefs
 *     version    = 1.4
 */
#ifndef EO_SERVE_MAP_H
#define EO_SERVE_MAP_H

#include <espota/serve.h>

#include "base/err.h"

struct serve_map {
    struct espota_serve_rule *rules; /* whose text it owns */
    size_t n;
};

/* Fails (USAGE) naming file and line. */
int eo_serve_map_read(struct serve_map *, const char *path,
                      struct espota_error *err) EO_MUST_CHECK;
void eo_serve_map_free(struct serve_map *);

#endif
