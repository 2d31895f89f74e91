/* fuzz_image_preflight.c -- does any file fit any device?  The first bytes are
 * what is known of the device, the rest is the file. */
#include "check.h"
#include <espota/image.h>

static void on_warning(void *ctx, const char *code, const char *text)
{
    unsigned *warnings = ctx;

    fuzz_check(code[0] != '\0' && fuzz_clean(code));
    fuzz_check(text[0] != '\0' && fuzz_clean(text));
    (*warnings)++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const PROTOCOLS[] = {NULL, "auto", "esphome", "arduino",
                                            "web"};
    static const char *const CHIPS[] = {NULL,       "ESP8266",  "ESP32",
                                        "ESP32-C3", "ESP32-S2", "RP2040",
                                        "RP2350",   "BK7231N"};
    static const uint16_t PORTS[] = {0, 8266, 3232, 2040, 8892};
    struct fuzz_input in = fuzz_input(data, size);
    unsigned warnings = 0;
    char *board = fuzz_until(&in, '\0');
    const uint8_t room = fuzz_byte(&in), flags = fuzz_byte(&in);
    struct espota_check check =
        ESPOTA_CHECK(.protocol = PROTOCOLS[fuzz_byte(&in) % 5],
                     .chip = CHIPS[fuzz_byte(&in) % 8],
                     .port = PORTS[fuzz_byte(&in) % 5],
                     .type = (enum espota_type)(flags & 3),
                     .board = flags & 4 ? board : NULL,
                     .max_bytes = flags & 8 ? (size_t)room << 8 : 0,
                     .on_warning = on_warning, .ctx = &warnings);
    struct espota_image *img;
    struct espota_error err;

    if (fuzz_left(&in) > 0 &&
        espota_image_wrap(&img, in.at, fuzz_left(&in), ESPOTA_COMPRESS_NEVER,
                          &err) == 0) {
        if (espota_image_check(img, &check, &err) != 0) {
            fuzz_error(&err);
            fuzz_check(err.category == ESPOTA_E_IMAGE);
            fuzz_check(fuzz_clean(err.message));
            /* By force nothing is refused, and all is said. */
            warnings = 0;
            check.force = true;
            fuzz_check(espota_image_check(img, &check, &err) == 0);
            fuzz_check(warnings > 0);
        }
        espota_image_free(img);
    }
    free(board);
    return 0;
}
