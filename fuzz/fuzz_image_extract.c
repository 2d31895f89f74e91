/* fuzz_image_extract.c -- any bytes that an app is taken out of.  What comes
 * out is an app and nothing else, and taking the app out of that changes
 * nothing. */
#include "check.h"
#include "image/image.h"

static void check_app(const struct espota_image *app)
{
    const struct espota_image_info *info = espota_image_info(app);
    struct espota_image *again;
    struct espota_error err;
    const void *bytes, *same;
    size_t len, same_len;

    bytes = espota_image_bytes(app, &len);
    fuzz_check(eo_image_findings(app)->role == ROLE_APP);
    fuzz_check(len == info->bytes && len > 0);
    fuzz_check(info->taken == NULL ||
               (info->taken[0] != '\0' && fuzz_clean(info->taken)));
    if (espota_image_extract(&again, app, ESPOTA_COMPRESS_NEVER, &err) != 0) {
        fuzz_error(&err); /* its beginning was not yet that of another thing */
        return;
    }
    same = espota_image_bytes(again, &same_len);
    fuzz_check(same_len <= len);
    fuzz_check(!info->ok || (same_len == len && memcmp(same, bytes, len) == 0));
    espota_image_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct espota_image *from, *app = NULL;
    struct espota_error err;

    if (espota_image_wrap(&from, data, size, ESPOTA_COMPRESS_NEVER, &err) != 0) {
        fuzz_error(&err);
        return 0;
    }
    if (espota_image_extract(&app, from, ESPOTA_COMPRESS_NEVER, &err) != 0) {
        fuzz_error(&err);
        fuzz_check(err.category == ESPOTA_E_IMAGE && app == NULL);
    } else {
        check_app(app);
    }
    espota_image_free(app);
    espota_image_free(from);
    return 0;
}
