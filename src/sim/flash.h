/* flash.h -- a model of the flash that an update is written to: how long a
 * write takes, how much fits, and what is stored in the end.
 *
 * As on real chips, whole sectors are written, one after the other, and take
 * time.  A caller that has more to write right away loses no time because
 * timers are inaccurate.
 */
#ifndef EO_SIM_FLASH_H
#define EO_SIM_FLASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/digest.h"

struct flash_config {
    size_t sector;         /* the unit of a write, in bytes */
    unsigned us_per_kib;   /* for writing */
    unsigned us_per_erase; /* before each ERASE_BLOCK is first written */
};

enum { FLASH_ERASE_BLOCK = 64 * 1024, FLASH_HEAD = 80, FLASH_VERSION = 32 };

struct flash {
    const struct flash_config *config; /* borrowed */
    size_t size;                       /* as announced to begin */
    size_t written;                    /* bytes received so far */
    size_t charged;                    /* bytes whose time has been counted */
    uint64_t free_us;                  /* when the last write is done */
    struct hasher *wire;               /* MD5 of the bytes received */
    uint8_t *bytes;                    /* NULL: not kept */
    bool as_it_is; /* stored data is not inflated; set after begin */
    uint8_t head[FLASH_HEAD];          /* the first bytes: gzip? version? */
    bool patched;                      /* stored bytes were changed */
};

/* What the device runs in the end.  gzip is inflated if its bytes were kept. */
struct flash_result {
    size_t size;
    bool gzip;                /* it was received compressed */
    bool left_packed;         /* and stored compressed: cannot be run */
    bool damaged;             /* it looks like gzip, but cannot be inflated */
    char md5[DIGEST_HEX_MAX]; /* of what is stored */
    char version[FLASH_VERSION + 1]; /* in an ESP32 app's descriptor, or "" */
};

/* Begins an update of size bytes.  keep: all bytes are kept, to be stored or
 * inflated.  Otherwise only their digest is computed. */
int eo_sim_flash_begin(struct flash *, const struct flash_config *, size_t size,
                       bool keep, struct espota_error *err) EO_MUST_CHECK;

/* Takes bytes (never more than announced) at the time now_us.  Returns the
 * time, by the same clock, when they will be written. */
uint64_t eo_sim_flash_write(struct flash *, const uint8_t *, size_t len,
                            uint64_t now_us);

/* Changes the byte stored at that place, if bytes are kept. */
void eo_sim_flash_patch(struct flash *, size_t at, uint8_t byte);

/* Flips a bit of the bytes written last, as faulty flash does. */
void eo_sim_flash_corrupt(struct flash *);

/* The MD5 of the bytes received so far, which the device compares. */
int eo_sim_flash_md5(const struct flash *,
                     char out[DIGEST_HEX_MAX]) EO_MUST_CHECK;

/* Activates the update: inflates and hashes it and, if path is given, stores
 * it.  -1: the file cannot be written, or no memory. */
int eo_sim_flash_finish(const struct flash *, const char *path,
                        struct flash_result *,
                        struct espota_error *err) EO_MUST_CHECK;

/* Frees everything.  Also valid if zeroed or ended before. */
void eo_sim_flash_end(struct flash *);

#endif
