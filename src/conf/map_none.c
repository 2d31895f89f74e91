/* map_none.c -- a build without map files. */
#include "conf/map.h"

int eo_serve_map_open(struct serve_map_file *f, const char *path,
                      struct serve_map *m, struct espota_error *err)
{
    *f = (struct serve_map_file){.path = path};
    return eo_serve_map_read(m, path, err);
}

int eo_serve_map_again(struct serve_map_file *f, struct serve_map *m,
                       struct espota_error *err)
{
    (void)f, (void)err;
    *m = (struct serve_map){0};
    return 0;
}

int eo_serve_map_read(struct serve_map *m, const char *path,
                      struct espota_error *err)
{
    (void)path;
    *m = (struct serve_map){0};
    return eo_fail(err, ESPOTA_E_USAGE,
                   "--map was left out of this build (inih)");
}

void eo_serve_map_free(struct serve_map *m)
{
    *m = (struct serve_map){0};
}

void eo_serve_map_unread(struct serve_map_file *f)
{
    (void)f;
}

void eo_serve_map_close(struct serve_map_file *f)
{
    (void)f;
}
