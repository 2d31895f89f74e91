/* flash.h -- a model of where an update goes: how long it takes, how much fits,
 * and what is there in the end.
 *
 * Writes take time by whole sectors, as on real chips, and one after the
 * other; a caller that has more to write right away loses nothing to the
 * clumsiness of timers.
 */
#ifndef EO_SIM_FLASH_H
#define EO_SIM_FLASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/digest.h"

struct flash_config {
    size_t sector;         /* written as a whole, in bytes */
    unsigned us_per_kib;   /* writing */
    unsigned us_per_erase; /* before each ERASE_BLOCK is first written */
};

enum { FLASH_ERASE_BLOCK = 64 * 1024, FLASH_HEAD = 80, FLASH_VERSION = 32 };

struct flash {
    const struct flash_config *config; /* borrowed */
    size_t size;                       /* what begin announced */
    size_t written;                    /* bytes taken so far */
    size_t charged;                    /* bytes whose time was paid */
    uint64_t free_us;                  /* when the last write is done */
    struct hasher *wire;               /* MD5 of the bytes taken */
    uint8_t *bytes;                    /* NULL: nothing is kept */
    bool as_it_is; /* what is stored here is not inflated: set after begin */
    uint8_t head[FLASH_HEAD];          /* the first bytes: gzip? version? */
    bool patched;                      /* stored otherwise than it came */
};

/* What the device runs in the end: gzip is inflated if it was kept. */
struct flash_result {
    size_t size;
    bool gzip;                /* it came compressed */
    bool left_packed;         /* and is stored so: of no use to anybody */
    bool damaged;             /* it looks like gzip, but cannot be inflated */
    char md5[DIGEST_HEX_MAX]; /* of what is stored */
    char version[FLASH_VERSION + 1]; /* in an ESP32 app's descriptor, or "" */
};

/* size bytes will come.  keep: all of them are wanted later, to be stored or
 * inflated; without it only their digest is. */
int eo_sim_flash_begin(struct flash *, const struct flash_config *, size_t size,
                       bool keep, struct espota_error *err) EO_MUST_CHECK;

/* Takes bytes (never more than announced) at now_us of a clock; the result is
 * when they will be written, by the same clock. */
uint64_t eo_sim_flash_write(struct flash *, const uint8_t *, size_t len,
                            uint64_t now_us);

/* Another byte is stored at that place than came there; if bytes are kept. */
void eo_sim_flash_patch(struct flash *, size_t at, uint8_t byte);

/* Flips a bit of what was written last: flash that forgets. */
void eo_sim_flash_corrupt(struct flash *);

/* The MD5 of the bytes taken so far: what the device compares. */
int eo_sim_flash_md5(const struct flash *,
                     char out[DIGEST_HEX_MAX]) EO_MUST_CHECK;

/* Activates: inflates, hashes and, given a path, stores.  -1: the file cannot
 * be written, or no memory. */
int eo_sim_flash_finish(const struct flash *, const char *path,
                        struct flash_result *,
                        struct espota_error *err) EO_MUST_CHECK;

/* Zeroed or ended before is fine. */
void eo_sim_flash_end(struct flash *);

#endif
