/* talk.c -- the image of the conversations with an ESPHome device. */
#include "support/esphome_talk.h"

#include <stdio.h>

#include "support/test.h"

#include "crypto/digest.h"
#include "image/gzip.h"

uint8_t image_bytes[IMAGE_LEN];
char image_md5[33], gzip_md5[33], gzip_size[9], gzip_len[12];
char proof32[33], proof64[65], empty32[33], empty64[65];

struct espota_image *esphome_talk_image(unsigned how)
{
    const enum espota_compress compress =
        how & GZ ? ESPOTA_COMPRESS_ALWAYS : ESPOTA_COMPRESS_NEVER;
    struct espota_image *img;

    assert_int_equal(espota_image_wrap(&img, image_bytes, sizeof image_bytes,
                                       compress, NULL), 0);
    if (how & ESP32)
        ((struct espota_image_info *)espota_image_info(img))->chip = "ESP32";
    return img;
}

struct proto_job esphome_talk_job(unsigned how, const struct espota_image *img)
{
    struct proto_job job = {
        .image = img,
        .password = how & PW         ? "secret"
                    : how & EMPTY_PW ? ""
                                     : NULL,
        .how.type =
            how & PARTITIONS ? ESPOTA_TYPE_PARTITION_TABLE : ESPOTA_TYPE_APP,
        .how.compress = how & ALWAYS  ? ESPOTA_COMPRESS_ALWAYS
                        : how & NEVER ? ESPOTA_COMPRESS_NEVER
                                      : ESPOTA_COMPRESS_AUTO,
        .how.min_auth = how & NO_MD5 ? ESPOTA_AUTH_SHA256 : ESPOTA_AUTH_ANY,
        .how.window = how & LOCKSTEP ? ESPOTA_WINDOW_LOCKSTEP
                      : how & WIDE   ? 40000
                                     : ESPOTA_WINDOW_AUTO,
        .answer_ms = 20000,
        .stall_ms = 160000,
    };

    for (size_t i = 0; i < sizeof job.entropy; i++)
        job.entropy[i] = (uint8_t)i;
    return job;
}

void esphome_talk_prepare(void)
{
    const struct piece md5 = {"secret" NONCE32 CNONCE32, 70};
    const struct piece sha256 = {"secret" NONCE64 CNONCE64, 134};
    const struct piece empty_md5 = {NONCE32 CNONCE32, 64};
    const struct piece empty_sha256 = {NONCE64 CNONCE64, 128};
    struct espota_image *img;
    char hex[DIGEST_HEX_MAX];

    /* Compressible, and different in every block. */
    for (size_t i = 0; i < sizeof image_bytes; i++)
        image_bytes[i] = (uint8_t)(i / 64);
    img = esphome_talk_image(eo_gzip_have() ? GZ : 0);
    memcpy(image_md5, espota_image_info(img)->md5, sizeof image_md5);
    if (eo_image_gzip(img) != NULL) {
        const size_t n = eo_image_gzip(img)->len;

        memcpy(gzip_md5, eo_image_gzip(img)->md5, sizeof gzip_md5);
        snprintf(gzip_size, sizeof gzip_size, "%08x", (unsigned)n);
        snprintf(gzip_len, sizeof gzip_len, "%zu", n);
    }
    espota_image_free(img);
    if (eo_digest_hex(DIGEST_MD5, &md5, 1, hex) == 0)
        memcpy(proof32, hex, sizeof proof32);
    if (eo_digest_hex(DIGEST_SHA256, &sha256, 1, hex) == 0)
        memcpy(proof64, hex, sizeof proof64);
    if (eo_digest_hex(DIGEST_MD5, &empty_md5, 1, hex) == 0)
        memcpy(empty32, hex, sizeof empty32);
    if (eo_digest_hex(DIGEST_SHA256, &empty_sha256, 1, hex) == 0)
        memcpy(empty64, hex, sizeof empty64);
}
