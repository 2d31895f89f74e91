/* ask.h -- a simulated device that fetches its firmware: its configuration and
 * its requests. */
#ifndef EO_SIM_PULL_ASK_H
#define EO_SIM_PULL_ASK_H

#include "base/str.h"
#include "crypto/digest.h"
#include "sim/script.h"
#include "sim/sim.h"

enum pull_variant {
    VARIANT_ESP8266,
    VARIANT_ESP32,
    VARIANT_PICO,
    VARIANT_ESPHOME,       /* http_request: NAME.md5, then NAME */
    VARIANT_ESPHOME_UPDATE /* update: a manifest, then what it names */
};

/* Where --restart can be.  X(NAME, as the user calls it, what happened) */
/* clang-format off */
#define PULL_RESTARTS(X)                                               \
    X(NEVER,   "never",   "it does not (default)")                     \
    X(REQUEST, "request", "it asked for the image")                    \
    X(DATA,    "data",    "in the middle of the image")                \
    X(END,     "end",     "it has the whole image but has not checked it")

enum pull_restart {
#define X(name, word, text) PULL_RESTART_##name,
    PULL_RESTARTS(X)
#undef X
};
/* clang-format on */

struct pull_config {
    int variant, mode, restart;
    const char *url, *md5_url;
    const char *version, *mac, *md5, *sha256; /* of its firmware */
    const char *running;   /* a file with its firmware */
    const char *chip;      /* as named in a manifest */
    const char *user, *password;
    size_t free_space, sketch_size, chip_size;
    size_t rate, rcvbuf;   /* rate: bytes a second; 0: no limit */
    unsigned every_us, timeout_us;
    bool resume;           /* after a restart it asks only for the rest */

    struct addr addr;      /* of the URL */
    char host[128], path[256], md5_path[256];
    char running_md5[DIGEST_HEX_MAX];
};

/* Parses "http://127.0.0.1:8080/fw.bin".  The only name it knows is
 * "localhost". */
int eo_sim_pull_url(struct pull_config *, struct espota_error *err);

/* Adds the request for a path, as this variant sends it.  If part.from is not
 * 0, it asks for the bytes from there on, of the file with that ETag ("": not
 * known). */
struct pull_part {
    size_t from;
    const char *etag;
};
void eo_sim_pull_request(struct text *, const struct pull_config *,
                         unsigned number, const char *version, const char *md5,
                         const char *path, bool image, struct pull_part);

/* What the update entity does with a manifest.  0: path and MD5 of the image
 * are set; 1: the version is the same; -1: *why says why it cannot be used. */
int eo_sim_pull_manifest(const struct pull_config *, const char *json,
                         size_t len, char path[256], char md5[33],
                         const char **why);

#endif
