/* fuzz_image_littlefs.c -- LittleFS images. */
#include "image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_image(&eo_kind_littlefs, data, size);
    return 0;
}
