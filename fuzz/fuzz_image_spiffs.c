/* fuzz_image_spiffs.c -- SPIFFS images. */
#include "image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_image(&eo_kind_spiffs, data, size);
    return 0;
}
