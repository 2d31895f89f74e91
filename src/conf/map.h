/* map.h -- the map file of "serve": for whom there is what.
 *
 *     [AA:BB:CC:DD:EE:FF]        a MAC, a chip id, a name, a family or *
 *     firmware   = kitchen.bin   relative to the map file
 *     filesystem = kitchen.littlefs
 *     version    = 1.4
 */
#ifndef EO_MAP_H
#define EO_MAP_H

#include <espota/serve.h>

#include "base/err.h"
#include "os/stamp.h"

struct serve_map {
    struct espota_serve_rule *rules; /* whose text it owns */
    size_t n;
};

/* Fails (USAGE) naming file and line. */
int eo_serve_map_read(struct serve_map *, const char *path,
                      struct espota_error *err) EO_MUST_CHECK;
void eo_serve_map_free(struct serve_map *);

/* A map file that is looked at again and again. */
struct serve_map_file {
    const char *path;
    struct stamp stamp;
    bool reliable; /* who changes the file changes the stamp, too */
    char *text;    /* that was read last; NULL: it is a pipe, and was read */
    struct stamp seen;
    uint64_t seen_ms; /* when it was first seen so */
};

/* As eo_serve_map_read(). */
int eo_serve_map_open(struct serve_map_file *, const char *path,
                      struct serve_map *, struct espota_error *err)
    EO_MUST_CHECK;
/* 1: it says something else, whole, which is in the map now, to be freed; 0: it
 * does not, or somebody is writing to it; -1: what it says is wrong. */
int eo_serve_map_again(struct serve_map_file *, struct serve_map *,
                       struct espota_error *err) EO_MUST_CHECK;
/* What it said last is not in force: it is new the next time. */
void eo_serve_map_unread(struct serve_map_file *);
void eo_serve_map_close(struct serve_map_file *);

#endif
