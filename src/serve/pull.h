/* pull.h -- what a device that fetches its firmware by HTTP is given, and why.
 *
 * Three updaters ask with headers of their own (ESP8266, ESP32, Pico), ESPHome
 * without any.  What they send and what they make of an answer is in
 * docs/PROTOCOLS.md.  This is the decision alone: facts in, an answer out.  Who
 * listens and sends is in serve/httpd.c.
 */
#ifndef EO_PULL_H
#define EO_PULL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "image/image.h"

enum pull_family {
    PULL_ANYONE, /* a browser, curl: no updater we know */
    PULL_ESP8266,
    PULL_ESP32,
    PULL_PICO,
    PULL_ESPHOME
};

/* "ESP8266", "ESP32", "Pico", "ESPHome" or "client". */
const char *eo_pull_family_name(enum pull_family);

/* Whether an image for this chip can be for a device of the family, as far as
 * is known; chip may be NULL. */
bool eo_pull_suits(enum pull_family, const char *chip);

/* ---- the question ------------------------------------------------------- */

enum pull_fact {
    PULL_CHIP_ID,
    PULL_MAC,
    PULL_AP_MAC,
    PULL_FREE_SPACE,
    PULL_SKETCH_SIZE,
    PULL_SKETCH_MD5,
    PULL_SKETCH_SHA256,
    PULL_CHIP_SIZE,
    PULL_SDK,
    PULL_MODE,
    PULL_VERSION,
    PULL_FACTS
};

struct pull_request {
    enum pull_family family;
    bool head;        /* HEAD: headers and no body */
    char path[256];   /* decoded, begins with '/', without a query */
    unsigned told;    /* 1u << fact: what the device told of itself */
    /* As told; hashes in lower case, MACs as AA:BB:CC:DD:EE:FF. */
    char chip_id[40];
    char mac[18], ap_mac[18];
    uint64_t free_space, sketch_size, chip_size; /* bytes */
    char md5[33], sha256[65];
    char sdk[48], mode[16], version[128];
    /* "": none, or longer than makes sense. */
    char range[64], if_range[80], if_none_match[256];

    int status;       /* 0: well-formed; else what to answer, because: */
    char reason[160];
};

/* Starts with a method and a target as they stand in the request line: odd
 * ones ("fw.bin", "http://host/fw.bin") are understood. */
void eo_pull_start(struct pull_request *, const char *method,
                   const char *target);

/* Every header, in any order; names in any case. */
void eo_pull_header(struct pull_request *, const char *name,
                    const char *value);

static inline bool eo_pull_told(const struct pull_request *r,
                                enum pull_fact fact)
{
    return (r->told >> fact & 1u) != 0;
}

/* Whether it asks for a filesystem, not for firmware. */
bool eo_pull_wants_filesystem(const struct pull_request *);

/* Writes a MAC in its one form; -1 if text is none (':', '-' or nothing
 * between the pairs). */
int eo_pull_mac(char out[18], const char *text);

/* ---- what there is ------------------------------------------------------ */

/* An image as this decision sees it: made once, when it was loaded. */
struct pull_image {
    const struct image_form *raw;   /* the file as it is */
    const struct image_form *plain; /* for what stores it as it comes */
    const struct image_form *app;   /* for an updater that inflates an app */
    const char *chip;               /* "ESP8266", "ESP32-C3", ...; NULL */
    bool packed; /* plain is gzip that cannot be unpacked here */
    /* What a device that runs it says of itself.  An ESP8266 patches the flash
     * mode (byte 2, 0 to 3) while it installs; an ESP32 tells the digest that
     * is appended to its image.  "" where there is none. */
    char running_md5[4][33];
    char running_sha256[65];
};

struct pull_offer {
    const struct pull_image *firmware, *filesystem; /* NULL: none for it */
    const char *version; /* of both; NULL: not known */
    unsigned given;      /* how often it took this very image in a row, each
                            time saying that it runs what it runs now */
    unsigned enough;     /* and how often is enough; 0: it may for ever */
};

/* ---- the answer --------------------------------------------------------- */

struct pull_answer {
    int status; /* the one there is of a request; 0: not decided yet */
    const struct pull_image *image; /* what was decided about; NULL: none */
    const struct image_form *form; /* whose x-MD5 and ETag; NULL: none */
    size_t first, len;             /* bytes of the form: Content-Length */
    bool body;                     /* send them, too */
    const char *version;           /* x-version; NULL: no such header */
    char reason[256];              /* for people, always */
    enum espota_advice advice;     /* beside it */
};

/* Takes back whatever was to be given. */
void eo_pull_refuse(struct pull_answer *, int status, const char *fmt, ...)
    EO_PRINTF(3, 4);

void eo_pull_decide(const struct pull_request *, const struct pull_offer *,
                    struct pull_answer *);

#endif
