/* fuzz_image_uf2.c -- UF2 files. */
#include "image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_image(&eo_kind_uf2, data, size);
    return 0;
}
