/* gzip_none.c -- a build without gzip. */
#include "image/gzip.h"

bool eo_gzip_have(void)
{
    return false;
}

const char *eo_gzip_library(void)
{
    return NULL;
}

int eo_gzip(const uint8_t *bytes, size_t len, uint8_t **out, size_t *out_len,
            struct espota_error *err)
{
    (void)bytes, (void)len, (void)out, (void)out_len;
    return eo_fail(err, ESPOTA_E_USAGE, "this build has no gzip");
}

int eo_gunzip(const uint8_t *bytes, size_t len, size_t max, uint8_t **out,
              size_t *out_len, struct espota_error *err)
{
    (void)bytes, (void)len, (void)max, (void)out, (void)out_len;
    return eo_fail(err, ESPOTA_E_USAGE, "this build has no gzip");
}

int eo_inflate(const uint8_t *bytes, size_t len, uint8_t *out, size_t size,
               struct espota_error *err)
{
    (void)bytes, (void)len, (void)out, (void)size;
    return eo_fail(err, ESPOTA_E_IMAGE,
                   "it is packed, and this build cannot inflate");
}
