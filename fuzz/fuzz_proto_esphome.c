/* fuzz_proto_esphome.c -- an ESPHome device, or what pretends to be one, that
 * says and does whatever the input tells; see machine.h.  The first two bytes
 * choose the job. */
#include "machine.h"

static const struct espota_image *image_of(int esp32)
{
    static uint8_t bytes[2 * 8192 + 3];
    static struct espota_image *image[2];

    if (image[esp32] != NULL)
        return image[esp32];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i / 64);
    fuzz_check(espota_image_wrap(&image[esp32], bytes, sizeof bytes,
                                 ESPOTA_COMPRESS_AUTO, NULL) == 0);
    if (esp32)
        ((struct espota_image_info *)espota_image_info(image[1]))->chip =
            "ESP32";
    return image[esp32];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t KEY[32] = {1, 2, 3};
    struct fuzz_input in = {data, data + size};
    const uint8_t a = fuzz_byte(&in), b = fuzz_byte(&in);
    const struct proto_job job = {
        .image = image_of(a & 1),
        .password = a & 2 ? "secret" : NULL,
        .key = a & 4 ? KEY : NULL,
        .how.require_encryption = (a & 8) != 0,
        .how.type = (enum espota_type)(a >> 4 & 3),
        .how.compress = (enum espota_compress)((a >> 6 & 3) % 3),
        .how.min_auth = b & 1 ? ESPOTA_AUTH_SHA256 : ESPOTA_AUTH_ANY,
        .how.window = (uint32_t)(b >> 1 & 3) * 20000u,
        .careful = (b & 8) != 0,
        .answer_ms = 1000,
        .stall_ms = 5000,
    };

    fuzz_machine(&eo_proto_esphome, &job, &in);
    return 0;
}
