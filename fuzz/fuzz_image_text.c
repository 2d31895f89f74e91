/* fuzz_image_text.c -- Intel HEX, web pages and text. */
#include "image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_image(&eo_kind_ihex, data, size);
    fuzz_image(&eo_kind_html, data, size);
    fuzz_image(&eo_kind_text, data, size);
    return 0;
}
