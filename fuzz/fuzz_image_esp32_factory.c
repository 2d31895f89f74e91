/* fuzz_image_esp32_factory.c -- merged ESP32 images. */
#include "image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_image(&eo_kind_esp32_factory, data, size);
    return 0;
}
