/* fuzz_image_image.c -- gzip looked through, signatures found, the preflight
 * asked: all that is done to a file before a device is talked to. */
#include "image.h"

#include <espota/image.h>

#include "image/image.h"
#include "image/signature.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct espota_check check_it =
        ESPOTA_CHECK(.protocol = "arduino", .port = 8266);
    const struct espota_image_info *info;
    struct espota_image *img;
    struct espota_error err;
    struct signature s;
    char md5[4][33] = {""}, sha256[65] = "";

    if (eo_signature_find(&s, data, size))
        fuzz_check(s.at > 0 && s.at + s.len + SIGNATURE_LEN_WORD == size);
    if (espota_image_wrap(&img, data, size, ESPOTA_COMPRESS_NEVER, &err) != 0)
        return 0;
    info = espota_image_info(img);
    fuzz_check(info->kind != NULL && info->bytes == size);
    if (!info->is_gzip)
        for (size_t i = 0; i < info->n_problems; i++)
            fuzz_check(!info->problems[i].located ||
                       info->problems[i].at <= size);
    if (eo_image_running(img, md5, sha256) == 0)
        fuzz_check(strlen(md5[3]) % 32 == 0 && strlen(sha256) % 64 == 0);
    if (espota_image_check(img, &check_it, &err) != 0)
        fuzz_check(err.category == ESPOTA_E_IMAGE && err.message[0] != '\0');
    espota_image_free(img);
    return 0;
}
