/* fuzz_image_esp32_bootloader.c -- ESP32 bootloaders. */
#include "image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_image(&eo_kind_esp32_bootloader, data, size);
    return 0;
}
