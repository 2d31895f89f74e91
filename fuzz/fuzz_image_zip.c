/* fuzz_image_zip.c -- any bytes as an archive: as a kind, and every file in it
 * unpacked as far as a megabyte goes. */
#include "image.h"

#include "image/crc.h"
#include "image/zip.h"

enum { ROOM = 1 << 20 };

static void read_one(const struct zip *z, const struct zip_file *file)
{
    struct espota_error err;
    uint8_t *out = NULL;

    if (eo_zip_read(z, file, &out, &err) != 0) {
        fuzz_error(&err);
        fuzz_check(err.category == ESPOTA_E_IMAGE && out == NULL);
        return;
    }
    fuzz_check(eo_crc32(out, file->len) == file->crc);
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct espota_error err;
    struct zip z;
    struct zip_file file;
    size_t room = ROOM;
    int more = 0;

    fuzz_image(&eo_kind_zip, data, size);
    if (eo_zip_open(&z, data, size, &err) != 0) {
        fuzz_error(&err);
        return 0;
    }
    while ((more = eo_zip_next(&z, &file, &err)) == 1) {
        fuzz_check(file.name >= (const char *)data &&
                   file.name + file.name_len <= (const char *)data + size);
        if (file.len > room)
            continue;
        room -= file.len;
        read_one(&z, &file);
    }
    if (more != 0)
        fuzz_error(&err);
    return 0;
}
