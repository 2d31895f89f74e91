/* updater.c -- what the Updater of a simulated core does with the bytes it is
 * given.
 *
 * The Updater of an ESP8266 writes the flash mode of its chip into the header
 * of an app, and restores the old byte before it hashes.  It does not check
 * that this is a header, and it restores a byte that is not a mode
 * incorrectly.  So a file that is not an image fails by its MD5, before its
 * first byte is checked.
 */
#include <string.h>

#include "base/mem.h"
#include "image/gzip.h"
#include "sim_arduino/device.h"

enum {
    MODE_AT = 2,
    MODES = 4,
    NO_MODE = 0xff,
    GZIP_FIRST = 0x1f,
    APP_FIRST = 0xe9,
    PAGE = 4096 /* smaller images are never written: no data */
};

static const struct arduino_config *config(const struct arduino_device *d)
{
    return d->base.sim->config;
}

static const struct arduino_core *core(const struct arduino_device *d)
{
    return &EO_SIM_ARDUINO_CORE[config(d)->core];
}

static bool is_app(const struct arduino_device *d)
{
    return d->asked.command != ARDUINO_SIM_FS;
}

static bool stamps(const struct arduino_device *d, uint8_t first)
{
    return core(d)->stamps && is_app(d) && first != GZIP_FIRST;
}

void eo_sim_arduino_stamp(const struct arduino_device *d, const struct flash *f,
                          uint8_t *bytes, size_t len)
{
    const uint8_t first = f->written > 0 ? f->head[0] : bytes[0];
    uint8_t *mode;

    if (!stamps(d, first) || f->written > MODE_AT ||
        f->written + len <= MODE_AT)
        return;
    mode = &bytes[MODE_AT - f->written];
    if (*mode >= MODES)
        *mode = NO_MODE;
}

/* Only texts that have a number for it. */
static bool misses_data(const struct arduino_device *d)
{
    return core(d)->stamps && config(d)->words <= WORDS_3_1 &&
           d->asked.size < PAGE;
}

bool eo_sim_arduino_accepts(struct arduino_device *d, struct flash *f,
                            struct flash_result *stored,
                            enum arduino_failure *why)
{
    const struct arduino_config *c = config(d);
    char *path = eo_sim_store_path(&d->base);
    struct espota_error ignored;
    char md5[DIGEST_HEX_MAX];
    bool ok = false;

    if (c->fail.on && c->fail.where.step == AT_END) {
        *why = (enum arduino_failure)c->fail.n;
    } else if (misses_data(d)) {
        *why = FAIL_NO_DATA;
    } else if (!core(d)->silent && (eo_sim_flash_md5(f, md5) != 0 ||
                                    strcmp(md5, d->asked.md5) != 0)) {
        *why = FAIL_MD5;
    } else if (is_app(d) && core(d)->stamps && f->head[0] != APP_FIRST &&
               !eo_is_gzip(f->head, sizeof f->head)) {
        *why = FAIL_MAGIC;
    } else {
        if (c->flash_mode != 0 && stamps(d, f->head[0]))
            eo_sim_flash_patch(f, MODE_AT, (uint8_t)(c->flash_mode - 1));
        *why = FAIL_READ;
        ok = eo_sim_flash_finish(f, path, stored, &ignored) == 0;
    }
    eo_free(path);
    return ok;
}
