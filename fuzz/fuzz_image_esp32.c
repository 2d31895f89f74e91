/* fuzz_image_esp32.c -- ESP32 apps and programs for RAM. */
#include "image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_image(&eo_kind_esp32_app, data, size);
    fuzz_image(&eo_kind_esp32_ram, data, size);
    return 0;
}
