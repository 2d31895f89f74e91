/* esp32_bootloader.c -- the second-stage bootloader of the ESP32 family. */
#include "base/buf.h"
#include "image/esp32.h"

enum { DESC = ESP32_HEADER + 8 };

static bool probe(const uint8_t *bytes, size_t len)
{
    return eo_esp32_sort(bytes, len) == ESP32_BOOTLOADER;
}

static void describe(struct findings *f, const uint8_t *bytes, size_t len)
{
    const size_t image_len = eo_esp32_describe(f, bytes, len);
    const size_t room = eo_esp32_bootloader_room(f->chip);

    if (len >= DESC + 80 && eo_le32(bytes + DESC) == 0x50) {
        eo_fact_field(f, "idf_version", bytes + DESC + 8, 32);
        eo_fact_field(f, "built", bytes + DESC + 40, 24);
    } else {
        eo_problem(f, ESPOTA_NOTE, DESC,
                   "no bootloader descriptor: built by an older ESP-IDF");
    }
    eo_esp32_tail(f, bytes, len, image_len);
    if (room > 0 && len > room)
        eo_problem(f, ESPOTA_WARNING, room,
                   "there is room for %zu bytes where the partition table is "
                   "at 0x8000, its usual place", room);
}

const struct image_kind eo_kind_esp32_bootloader = {
    .name = "esp32-bootloader",
    .what = "an ESP32 bootloader",
    .role = ROLE_BOOTLOADER,
    .unfit = "a bootloader is not firmware",
    .instead = "flash the app of the same build",
    .advice = ESPOTA_ADVICE_TYPE_BOOTLOADER,
    .probe = probe,
    .describe = describe,
};
