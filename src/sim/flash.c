/* flash.c -- a model of the flash that an update is written to. */
#include "sim/flash.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <espota/image.h>

#include "base/buf.h"
#include "base/mem.h"
#include "image/gzip.h"
#include "os/file.h"

/* Timers work in milliseconds and may be late.  A write that starts within
 * this time after the last one counts as immediate. */
enum { SLACK_US = 3000 };

int eo_sim_flash_begin(struct flash *f, const struct flash_config *config,
                       size_t size, bool keep, struct espota_error *err)
{
    memset(f, 0, sizeof *f);
    f->config = config;
    f->size = size;
    f->wire = eo_hasher_new(DIGEST_MD5);
    if (keep)
        f->bytes = eo_calloc(size > 0 ? size : 1, 1);
    if (f->wire != NULL && (f->bytes != NULL || !keep))
        return 0;
    eo_sim_flash_end(f);
    return eo_fail_memory(err);
}

/* Time for the sectors that are complete now; at the end also for the last,
 * partial one. */
static uint64_t cost_us(struct flash *f)
{
    const struct flash_config *c = f->config;
    const size_t upto = f->written == f->size
                            ? f->written
                            : f->written - f->written % c->sector;
    const size_t block = FLASH_ERASE_BLOCK;
    const size_t erased = (f->charged + block - 1) / block;
    uint64_t us;

    if (upto <= f->charged)
        return 0;
    us = (uint64_t)(upto - f->charged) * c->us_per_kib / 1024;
    us += ((upto + block - 1) / block - erased) * (uint64_t)c->us_per_erase;
    f->charged = upto;
    return us;
}

uint64_t eo_sim_flash_write(struct flash *f, const uint8_t *bytes, size_t len,
                            uint64_t now_us)
{
    uint64_t us;

    for (size_t i = 0; i < len && f->written + i < sizeof f->head; i++)
        f->head[f->written + i] = bytes[i];
    eo_hasher_add(f->wire, bytes, len);
    if (f->bytes != NULL)
        memcpy(f->bytes + f->written, bytes, len);
    f->written += len;
    us = cost_us(f);
    if (us > 0 && f->free_us + SLACK_US < now_us)
        f->free_us = now_us;
    f->free_us += us;
    return f->free_us > now_us ? f->free_us : now_us;
}

void eo_sim_flash_patch(struct flash *f, size_t at, uint8_t byte)
{
    if (f->bytes == NULL || at >= f->written || f->bytes[at] == byte)
        return;
    f->bytes[at] = byte;
    f->patched = true;
}

void eo_sim_flash_corrupt(struct flash *f)
{
    static const uint8_t stray = 0x01;

    eo_hasher_add(f->wire, &stray, 1);
    if (f->bytes != NULL && f->written > 0)
        f->bytes[f->written - 1] ^= stray;
}

int eo_sim_flash_md5(const struct flash *f, char out[DIGEST_HEX_MAX])
{
    return eo_hasher_hex(f->wire, out);
}

static int store(const char *path, const uint8_t *bytes, size_t len,
                 struct espota_error *err)
{
    FILE *file = eo_file_stream_write(path);
    bool ok = file != NULL && fwrite(bytes, 1, len, file) == len;

    if (file != NULL && fclose(file) != 0)
        ok = false;
    if (ok)
        return 0;
    return eo_fail_sys(err, ESPOTA_E_INTERNAL, errno, "cannot write %s: %s",
                       path, eo_file_text(errno));
}

/* An ESP32 app has its version in the descriptor after its first headers. */
static void read_version(const struct flash *f, char out[FLASH_VERSION + 1])
{
    enum { MAGIC_AT = 32, VERSION_AT = 48 };

    if (f->written < FLASH_HEAD || eo_le32(f->head + MAGIC_AT) != 0xabcd5432)
        return;
    memcpy(out, f->head + VERSION_AT, FLASH_VERSION);
}

int eo_sim_flash_finish(const struct flash *f, const char *path,
                        struct flash_result *out, struct espota_error *err)
{
    struct espota_error ignored;
    uint8_t *inflated = NULL;
    const uint8_t *bytes = f->bytes;
    size_t len = f->written;
    int rc = -1;

    memset(out, 0, sizeof *out);
    out->gzip = eo_is_gzip(f->head, sizeof f->head);
    read_version(f, out->version);
    out->left_packed = out->gzip && f->as_it_is;
    if (out->gzip && !f->as_it_is && bytes != NULL) {
        if (eo_gunzip(bytes, len, ESPOTA_IMAGE_MAX, &inflated, &len,
                      &ignored) == 0)
            bytes = inflated;
        else
            out->damaged = true;
    }
    out->size = len;
    if (inflated != NULL || f->patched
            ? eo_digest_hex(DIGEST_MD5, &(struct piece){bytes, len}, 1,
                            out->md5) != 0
            : eo_sim_flash_md5(f, out->md5) != 0) {
        eo_fail_memory(err);
        goto out;
    }
    if (path != NULL && store(path, bytes, len, err) != 0)
        goto out;
    rc = 0;
out:
    eo_free(inflated);
    return rc;
}

void eo_sim_flash_end(struct flash *f)
{
    eo_hasher_free(f->wire);
    eo_free(f->bytes);
    f->wire = NULL;
    f->bytes = NULL;
}
