/* beken.c -- containers of Beken firmware: RBL, and Tuya's UG around it. */
#include <string.h>

#include "base/buf.h"
#include "image/crc.h"
#include "image/kind.h"

enum { RBL_HEADER = 96, UG_HEADER = 32 };

/* ---- RBL ---------------------------------------------------------------- */

static bool probe_rbl(const uint8_t *bytes, size_t len)
{
    return len >= 4 && memcmp(bytes, "RBL", 4) == 0;
}

static void describe_rbl(struct findings *f, const uint8_t *bytes, size_t len)
{
    uint32_t data;

    if (len < RBL_HEADER) {
        eo_problem(f, ESPOTA_ERROR, len, "cut short within its header");
        return;
    }
    data = eo_le32(bytes + 88);
    eo_fact_field(f, "partition", bytes + 12, 16);
    eo_fact_field(f, "fw_version", bytes + 28, 24);
    eo_fact_number(f, "built_unix", eo_le32(bytes + 8));
    eo_fact_number(f, "raw_bytes", eo_le32(bytes + 84));
    if (eo_crc32(bytes, RBL_HEADER - 4) != eo_le32(bytes + 92))
        eo_problem(f, ESPOTA_ERROR, 92, "damaged: the header's CRC is wrong");
    else if (data > len - RBL_HEADER)
        eo_problem(f, ESPOTA_ERROR, len,
                   "cut short: %u bytes of data are announced, %zu are there",
                   (unsigned)data, len - RBL_HEADER);
    else if (eo_crc32(bytes + RBL_HEADER, data) != eo_le32(bytes + 76))
        eo_problem(f, ESPOTA_ERROR, 76, "damaged: the data's CRC is wrong");
}

const struct image_kind eo_kind_rbl = {
    .name = "rbl",
    .what = "a Beken RBL file",
    .role = ROLE_NOTHING,
    .unfit = "ESPHome takes it only as a part of a UF2",
    .instead = "flash the .uf2 of the same build",
    .probe = probe_rbl,
    .describe = describe_rbl,
};

/* ---- UG ----------------------------------------------------------------- */

static bool probe_ug(const uint8_t *bytes, size_t len)
{
    return len >= 4 && eo_le32(bytes) == 0xaa55aa55u;
}

static uint32_t sum(const uint8_t *bytes, size_t len)
{
    uint32_t s = 0;

    for (size_t i = 0; i < len; i++)
        s += bytes[i];
    return s;
}

static void describe_ug(struct findings *f, const uint8_t *bytes, size_t len)
{
    uint32_t data;

    if (len < UG_HEADER) {
        eo_problem(f, ESPOTA_ERROR, len, "cut short within its header");
        return;
    }
    data = eo_be32(bytes + 16);
    eo_fact_field(f, "fw_version", bytes + 4, 12);
    if (sum(bytes, 24) != eo_be32(bytes + 24) ||
        eo_le32(bytes + 28) != 0x55aa55aau)
        eo_problem(f, ESPOTA_ERROR, 24, "damaged: its header does not add up");
    else if (data > len - UG_HEADER)
        eo_problem(f, ESPOTA_ERROR, len,
                   "cut short: %u bytes of data are announced, %zu are there",
                   (unsigned)data, len - UG_HEADER);
    else if (sum(bytes + UG_HEADER, data) != eo_be32(bytes + 20))
        eo_problem(f, ESPOTA_ERROR, 20,
                   "damaged: the sum over the data is wrong");
}

const struct image_kind eo_kind_ug = {
    .name = "tuya-ug",
    .what = "a Tuya UG file",
    .role = ROLE_NOTHING,
    .unfit = "it is made for Tuya's own updater",
    .instead = "flash the .uf2 of the same build",
    .probe = probe_ug,
    .describe = describe_ug,
};
