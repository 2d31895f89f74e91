/* fuzz_image_esp32_partitions.c -- ESP32 partition tables and otadata. */
#include "image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_image(&eo_kind_esp32_partitions, data, size);
    fuzz_image(&eo_kind_esp32_otadata, data, size);
    return 0;
}
