/* check.c -- the preflight of an opened image, and the right file beside a
 * wrong one.
 */
#include <string.h>

#include "base/given.h"
#include "base/mem.h"
#include "base/str.h"
#include "image/image.h"
#include "image/preflight.h"

/* How builds name the file that was meant, by the ending of the one that was
 * given. */
static const struct {
    const char *wrong, *right;
} SUFFIXES[] = {
    {".factory.bin", ".ota.bin"}, {".factory.bin", ".bin"},
    {".merged.bin", ".bin"},      {".bootloader.bin", ".bin"},
    {".partitions.bin", ".bin"},  {".factory.uf2", ".ota.bin"},
    {".uf2", ".bin"},             {".elf", ".bin"},
    {".hex", ".bin"},             {".gz", ""},
    {".rbl", ".uf2"},             {".bin", ".uf2"},
};

static const char *const NEIGHBOURS[] = {"firmware.ota.bin", "firmware.bin",
                                         "firmware.uf2"};

static struct preflight_image view(const struct espota_image *img,
                                   enum espota_type type)
{
    const struct espota_image_info *info = espota_image_info(img);
    const struct image_form *form = eo_image_choose(
        img, ESPOTA_COMPRESS_NEVER, INFLATES_UNTOLD, type);

    return (struct preflight_image){
        .found = eo_image_findings(img),
        .name = eo_base_name(info->file),
        .bytes = form->len,
    };
}

/* Is there such a file, and would it pass?  Names prove nothing. */
static bool would_do(const char *path, const struct espota_check *check)
{
    struct espota_check silent = *check;
    struct espota_image *img;
    struct preflight_image v;
    bool fits;

    if (espota_image_open(&img, path, ESPOTA_COMPRESS_NEVER, NULL) != 0)
        return false;
    silent.force = false;
    silent.on_warning = NULL;
    v = view(img, check->type);
    fits = v.found->role != ROLE_UNKNOWN &&
           eo_preflight(&v, &silent, NULL) == 0;
    espota_image_free(img);
    return fits;
}

/* Puts the path of a better file into *t; false: there is none. */
static bool look_beside(struct text *t, const char *path,
                        const struct espota_check *check)
{
    const char *name = eo_base_name(path);
    const int dir = (int)(name - path);

    for (size_t i = 0; i < sizeof SUFFIXES / sizeof *SUFFIXES; i++) {
        if (!eo_ends_with(path, SUFFIXES[i].wrong))
            continue;
        eo_text_init(t, t->at, t->cap);
        eo_text_add(t, "%.*s%s",
                    (int)(strlen(path) - strlen(SUFFIXES[i].wrong)), path,
                    SUFFIXES[i].right);
        if (!t->cut && would_do(t->at, check))
            return true;
    }
    for (size_t i = 0; i < sizeof NEIGHBOURS / sizeof *NEIGHBOURS; i++) {
        if (strcmp(name, NEIGHBOURS[i]) == 0)
            continue;
        eo_text_init(t, t->at, t->cap);
        eo_text_add(t, "%.*s%s", dir, path, NEIGHBOURS[i]);
        if (!t->cut && would_do(t->at, check))
            return true;
    }
    return false;
}

int espota_image_check(const struct espota_image *img,
                       const struct espota_check *given,
                       struct espota_error *err)
{
    const char *file = espota_image_info(img)->file;
    struct preflight_image v;
    struct espota_check check;
    struct espota_error why;
    struct text beside;
    char path[1024];

    if (EO_GIVEN(struct espota_check, ctx, &check, given, err) != 0)
        return -1;
    v = view(img, check.type);
    if (eo_preflight(&v, &check, &why) == 0)
        return 0;
    eo_text_init(&beside, path, sizeof path);
    if (eo_image_is_file(img) && look_beside(&beside, file, &check))
        return eo_fail_hint(err, ESPOTA_E_IMAGE,
                            "flash the file that lies beside it",
                            "%s; beside it lies %s, which fits", why.message,
                            eo_base_name(path));
    return eo_fail_as(err, &why, "%s", why.message);
}
