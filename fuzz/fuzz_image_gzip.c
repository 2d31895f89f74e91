/* fuzz_image_gzip.c -- any bytes inflated.  The first one says how much is
 * allowed; what was inflated is compressed again and must be the same. */
#include "check.h"
#include "image/gzip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = fuzz_input(data, size);
    const size_t max = (size_t)1 << fuzz_byte(&in) % 20;
    uint8_t *plain = NULL, *packed = NULL, *again = NULL;
    size_t len = 0, packed_len = 0, again_len = 0;
    struct espota_error err;

    if (!eo_gzip_have())
        return 0;
    if (eo_gunzip(in.at, fuzz_left(&in), max, &plain, &len, &err) != 0) {
        fuzz_error(&err);
        fuzz_check(err.category == ESPOTA_E_IMAGE && plain == NULL);
        return 0;
    }
    fuzz_check(len <= max);
    fuzz_check(eo_gzip(plain, len, &packed, &packed_len, &err) == 0);
    fuzz_check(eo_is_gzip(packed, packed_len) && packed[3] == 0);
    fuzz_check(eo_gunzip(packed, packed_len, max, &again, &again_len, &err) ==
               0);
    fuzz_check(again_len == len && memcmp(again, plain, len) == 0);
    free(plain);
    free(packed);
    free(again);
    return 0;
}
