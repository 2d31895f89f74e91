/* fuzz_image_elf.c -- ELF files. */
#include "image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_image(&eo_kind_elf, data, size);
    return 0;
}
