/* fuzz_image_sign.c -- any bytes as the key to sign with, as the key to check
 * with, and as a signed image: the first byte chooses, the image ends at the
 * first line that is a PEM's. */
#include "check.h"
#include <espota/image.h>

static const char PUBLIC[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEo6Bu19LVEv/mE1UzVYrRn1lXc3HM\n"
    "HIxetjPLPGDvuVlPp55lVdB5fLZHvUqXp1RFUoKEClXLyIvKZYvZfRCDeg==\n"
    "-----END PUBLIC KEY-----\n";

static void sign_with(const struct espota_image *img, const void *key,
                      size_t len)
{
    struct espota_signature made = {.key = NULL};
    struct espota_error err;
    size_t out_len = 0;
    void *out = NULL;

    if (espota_image_sign(img, key, len, &out, &out_len, &made, &err) != 0) {
        fuzz_error(&err);
        fuzz_check(out == NULL);
        return;
    }
    fuzz_check(made.key != NULL && out_len > espota_image_info(img)->bytes);
    espota_bytes_free(out);
}

static void verify_with(const struct espota_image *img, const void *pub,
                        size_t len)
{
    struct espota_signature found;
    struct espota_error err;

    if (espota_image_verify(img, pub, len, &found, &err) != 0)
        fuzz_error(&err);
    else
        fuzz_check(found.payload < espota_image_info(img)->bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t PLAIN[64] = {1, 2, 3};
    struct fuzz_input in = fuzz_input(data, size);
    const uint8_t what = fuzz_byte(&in) % 3;
    const size_t len = fuzz_left(&in);
    struct espota_image *img;

    if (espota_image_wrap(&img, what == 2 && len > 0 ? in.at : PLAIN,
                          what == 2 && len > 0 ? len : sizeof PLAIN,
                          ESPOTA_COMPRESS_NEVER, NULL) != 0)
        return 0;
    if (what == 0)
        sign_with(img, in.at, len);
    else if (what == 1)
        verify_with(img, in.at, len);
    else
        verify_with(img, PUBLIC, sizeof PUBLIC - 1);
    espota_image_free(img);
    return 0;
}
