/* gzip.c -- gzip and deflate by libdeflate: the only file that includes it. */
#include "image/gzip.h"

#include "base/buf.h"
#include "base/mem.h"

#include <libdeflate.h>

/* For firmware, level 10 gives 2 % less than gzip -9 in less time; 12 takes
 * half as long again for 0.02 % more (docs/PERFORMANCE.md). */
enum { LEVEL = 10 };

bool eo_gzip_have(void)
{
    return true;
}

const char *eo_gzip_library(void)
{
    return "libdeflate " LIBDEFLATE_VERSION_STRING;
}

int eo_gzip(const uint8_t *bytes, size_t len, uint8_t **out, size_t *out_len,
            struct espota_error *err)
{
    struct libdeflate_compressor *c = libdeflate_alloc_compressor(LEVEL);
    uint8_t *buf = NULL;
    size_t cap, n;
    int rc = -1;

    if (c == NULL) {
        eo_fail(err, ESPOTA_E_INTERNAL, "out of memory while compressing");
        goto out;
    }
    cap = libdeflate_gzip_compress_bound(c, len);
    buf = eo_calloc(cap, 1);
    if (buf == NULL) {
        eo_fail(err, ESPOTA_E_INTERNAL, "out of memory while compressing");
        goto out;
    }
    n = libdeflate_gzip_compress(c, bytes, len, buf, cap);
    if (n == 0) {
        eo_fail(err, ESPOTA_E_INTERNAL, "compressing failed");
        goto out;
    }
    *out = buf;
    *out_len = n;
    buf = NULL;
    rc = 0;
out:
    eo_free(buf);
    libdeflate_free_compressor(c);
    return rc;
}

static int inflate(struct libdeflate_decompressor *d, const uint8_t *bytes,
                   size_t len, uint8_t *buf, size_t size,
                   struct espota_error *err)
{
    size_t used, got;

    switch (libdeflate_gzip_decompress_ex(d, bytes, len, buf, size, &used,
                                          &got)) {
    case LIBDEFLATE_SUCCESS:
        break;
    case LIBDEFLATE_BAD_DATA:
    case LIBDEFLATE_SHORT_OUTPUT:
    case LIBDEFLATE_INSUFFICIENT_SPACE:
        return eo_fail(err, ESPOTA_E_IMAGE, "the gzip data is damaged");
    }
    if (used != len)
        return eo_fail(err, ESPOTA_E_IMAGE,
                       "%zu bytes follow the end of the gzip data",
                       len - used);
    if (got != size)
        return eo_fail(err, ESPOTA_E_IMAGE, "the gzip data is damaged");
    return 0;
}

int eo_gunzip(const uint8_t *bytes, size_t len, size_t max, uint8_t **out,
              size_t *out_len, struct espota_error *err)
{
    struct libdeflate_decompressor *d = NULL;
    uint8_t *buf = NULL;
    size_t size;
    int rc = -1;

    if (!eo_is_gzip(bytes, len) || len < 18)
        return eo_fail(err, ESPOTA_E_IMAGE, "the gzip data is cut short");
    size = eo_le32(bytes + len - 4); /* ISIZE; checked by inflating */
    /* Deflate cannot do better than 1032 to 1: a larger claim is false, and
     * must not make us allocate memory for it. */
    if (size > max || size / 1032 > len)
        return eo_fail(err, ESPOTA_E_IMAGE,
                       "the gzip data claims to be %zu bytes long", size);
    buf = eo_calloc(size + 1, 1);
    d = libdeflate_alloc_decompressor();
    if (buf == NULL || d == NULL) {
        eo_fail(err, ESPOTA_E_INTERNAL, "out of memory while inflating");
        goto out;
    }
    if (inflate(d, bytes, len, buf, size, err) != 0)
        goto out;
    *out = buf;
    *out_len = size;
    buf = NULL;
    rc = 0;
out:
    eo_free(buf);
    libdeflate_free_decompressor(d);
    return rc;
}

int eo_inflate(const uint8_t *bytes, size_t len, uint8_t *out, size_t size,
               struct espota_error *err)
{
    struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
    size_t used = 0, got = 0;
    bool ok;

    if (d == NULL)
        return eo_fail(err, ESPOTA_E_INTERNAL,
                       "out of memory while inflating");
    ok = libdeflate_deflate_decompress_ex(d, bytes, len, out, size, &used,
                                          &got) == LIBDEFLATE_SUCCESS &&
         used == len && got == size;
    libdeflate_free_decompressor(d);
    return ok ? 0 : eo_fail(err, ESPOTA_E_IMAGE, "the packed data is damaged");
}
