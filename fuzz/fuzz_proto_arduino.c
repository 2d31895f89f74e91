/* fuzz_proto_arduino.c -- an ArduinoOTA device, or what pretends to be one,
 * that says and does whatever the input tells; see machine.h.  The first two
 * bytes choose the job. */
#include "machine.h"

static const struct espota_image *the_image(int esp32)
{
    static uint8_t bytes[6000];
    static struct espota_image *image[2];

    if (image[esp32] != NULL)
        return image[esp32];
    memset(bytes, 0xe9, sizeof bytes);
    fuzz_check(espota_image_wrap(&image[esp32], bytes, sizeof bytes,
                                 ESPOTA_COMPRESS_NEVER, NULL) == 0);
    if (esp32)
        ((struct espota_image_info *)espota_image_info(image[1]))->chip =
            "ESP32";
    return image[esp32];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, data + size};
    const uint8_t a = fuzz_byte(&in), b = fuzz_byte(&in);
    const struct proto_job job = {
        .image = the_image(a & 1),
        .password = a & 2 ? "secret" : NULL,
        .how.md5_stored = (a & 4) != 0,
        .careful = (a & 8) != 0,
        .how.type = a & 16 ? ESPOTA_TYPE_FILESYSTEM : ESPOTA_TYPE_APP,
        .how.min_auth = a & 32 ? ESPOTA_AUTH_SHA256 : ESPOTA_AUTH_ANY,
        .how.window = (uint32_t)(b & 3) * 1460u,
        .answer_ms = 1000,
        .how.invite_ms = 1000,
        .stall_ms = 5000,
    };

    fuzz_machine(&eo_proto_arduino, &job, &in);
    return 0;
}
