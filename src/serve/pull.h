/* pull.h -- what a device that fetches its firmware by HTTP is given, and why.
 *
 * Three updaters send headers of their own (ESP8266, ESP32, Pico); ESPHome
 * sends none.  docs/PROTOCOLS.md says what they send and how they treat an
 * answer.  This file only decides: facts in, an answer out.  serve/httpd.c
 * listens and sends.
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

/* Whether an image for this chip can suit a device of the family, as far as
 * that is known; chip may be NULL. */
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
    unsigned told;    /* 1u << fact: what the device reported */
    /* As reported; hashes in lower case, MACs as AA:BB:CC:DD:EE:FF. */
    char chip_id[40];
    char mac[18], ap_mac[18];
    uint64_t free_space, sketch_size, chip_size; /* bytes */
    char md5[33], sha256[65];
    char sdk[48], mode[16], version[128];
    /* "": none, or too long to make sense. */
    char range[64], if_range[80], if_none_match[256];

    int status;       /* 0: well-formed; else what to answer; see reason */
    char reason[160];
};

/* Starts with the method and the target of the request line.  Odd targets
 * ("fw.bin", "http://host/fw.bin") are understood. */
void eo_pull_start(struct pull_request *, const char *method,
                   const char *target);

/* Call this for every header, in any order.  Names may be in any case. */
void eo_pull_header(struct pull_request *, const char *name,
                    const char *value);

static inline bool eo_pull_told(const struct pull_request *r,
                                enum pull_fact fact)
{
    return (r->told >> fact & 1u) != 0;
}

/* Whether it asks for a filesystem, not for firmware. */
bool eo_pull_wants_filesystem(const struct pull_request *);

/* Writes a MAC in the one form that is used here.  text may have ':', '-' or
 * nothing between the pairs; -1: it is not a MAC. */
int eo_pull_mac(char out[18], const char *text);

/* ---- what there is ------------------------------------------------------ */

/* An image as this decision sees it; made once, when the image is loaded. */
struct pull_image {
    const struct image_form *raw;   /* the file as it is */
    const struct image_form *plain; /* for devices that store what they get */
    const struct image_form *app;   /* for an updater that inflates an app */
    const char *chip;               /* "ESP8266", "ESP32-C3", ...; NULL */
    bool packed; /* plain is gzip that cannot be unpacked here */
    /* What a device that runs it reports.  An ESP8266 patches the flash mode
     * (byte 2, 0 to 3) when it installs, hence four MD5s.  An ESP32 reports the
     * digest that is appended to its image.  "": there is none. */
    char running_md5[4][33];
    char running_sha256[65];
};

struct pull_offer {
    const struct pull_image *firmware, *filesystem; /* NULL: none for it */
    const char *version; /* of both; NULL: not known */
    unsigned given;      /* how often in a row it took this very image, each
                            time reporting what it reports now */
    unsigned enough;     /* the limit of given; 0: no limit */
};

/* ---- the answer --------------------------------------------------------- */

struct pull_answer {
    int status; /* of the answer; 0: not decided yet */
    const struct pull_image *image; /* the one decided about; NULL: none */
    const struct image_form *form; /* gives x-MD5 and ETag; NULL: none */
    size_t first, len;             /* bytes of the form: Content-Length */
    bool body;                     /* send them, too */
    const char *version;           /* x-version; NULL: no such header */
    char reason[256];              /* for people; always set */
    enum espota_advice advice;     /* goes with the reason */
};

/* Makes the answer a refusal, whatever was to be given. */
void eo_pull_refuse(struct pull_answer *, int status, const char *fmt, ...)
    EO_PRINTF(3, 4);

void eo_pull_decide(const struct pull_request *, const struct pull_offer *,
                    struct pull_answer *);

#endif
