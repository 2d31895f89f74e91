/* map.h -- the map file of "serve": which device gets which files.
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
    struct espota_serve_rule *rules; /* owned, with their text */
    size_t n;
};

/* Fails (USAGE) naming file and line. */
int eo_serve_map_read(struct serve_map *, const char *path,
                      struct espota_error *err) EO_MUST_CHECK;
void eo_serve_map_free(struct serve_map *);

/* A map file that is checked for changes again and again. */
struct serve_map_file {
    const char *path;
    struct stamp stamp;
    bool reliable; /* every change of the file changes the stamp, too */
    char *text;    /* what was read last; NULL: a pipe that was read */
    struct stamp seen;
    uint64_t seen_ms; /* when this stamp was first seen */
};

/* Like eo_serve_map_read(). */
int eo_serve_map_open(struct serve_map_file *, const char *path,
                      struct serve_map *, struct espota_error *err)
    EO_MUST_CHECK;
/* Reads the file again.  1: its text has changed and is complete; the new map
 * is filled in and must be freed.  0: no change, or somebody is writing to the
 * file.  -1: the new text is wrong. */
int eo_serve_map_again(struct serve_map_file *, struct serve_map *,
                       struct espota_error *err) EO_MUST_CHECK;
/* The text read last was not put in force: treat it as new the next time. */
void eo_serve_map_unread(struct serve_map_file *);
void eo_serve_map_close(struct serve_map_file *);

#endif
