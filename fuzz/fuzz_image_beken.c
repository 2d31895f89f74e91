/* fuzz_image_beken.c -- RBL and UG containers. */
#include "image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_image(&eo_kind_rbl, data, size);
    fuzz_image(&eo_kind_ug, data, size);
    return 0;
}
