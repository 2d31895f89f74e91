/* fuzz_image_esp8266.c -- ESP8266 images of Arduino and of others. */
#include "image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_image(&eo_kind_esp8266_app, data, size);
    fuzz_image(&eo_kind_esp8266_sdk, data, size);
    return 0;
}
