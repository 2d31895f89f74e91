/* fuzz_image_rp2.c -- RP2040 and RP2350 programs. */
#include "image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_image(&eo_kind_rp2_app, data, size);
    return 0;
}
