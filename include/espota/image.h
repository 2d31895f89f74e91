/* image.h -- firmware images: loaded once, immutable afterwards.
 *
 * An image may be shared by any number of jobs, fleets and threads as long as
 * it outlives them.
 */
#ifndef ESPOTA_IMAGE_H
#define ESPOTA_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <espota/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A longer file is refused: no device of any family accepts one. */
#define ESPOTA_IMAGE_MAX ((size_t)64 << 20)

enum espota_compress {
    ESPOTA_COMPRESS_AUTO,   /* for an ESP8266 that offers it, if that makes it
                               smaller */
    ESPOTA_COMPRESS_ALWAYS, /* even if the device is not known to offer it;
                               only apps, and never for an ESP32 */
    ESPOTA_COMPRESS_NEVER
};

/* What an image is for. */
enum espota_type {
    ESPOTA_TYPE_APP,
    ESPOTA_TYPE_FILESYSTEM,
    ESPOTA_TYPE_PARTITION_TABLE,
    ESPOTA_TYPE_BOOTLOADER
};

struct espota_image; /* opaque */

enum espota_severity {
    ESPOTA_NOTE,    /* worth knowing */
    ESPOTA_WARNING, /* flashed all the same */
    ESPOTA_ERROR    /* not flashed unless forced */
};

struct espota_image_problem {
    enum espota_severity severity;
    bool located;
    size_t at; /* where in the file (in the uncompressed image if the file is
                  gzip); only if located */
    const char *text; /* lower case, without full stop */
    enum espota_advice advice;
};

/* What a format says beyond what all images have. */
struct espota_image_fact {
    const char *name; /* "flash_mode": lower case, stable, unique */
    const char *text; /* the value, printable */
    bool is_number;
    uint64_t number;
};

/* All text is UTF-8 without control characters, whatever the file holds. */
struct espota_image_info {
    const char *file;  /* as given; "-" for standard input */
    const char *kind;  /* "esp8266-app", "esp32-app", ...; "unknown" */
    const char *what;  /* the kind in words: "an ESP32 app" */
    const char *chip;  /* "ESP8266", "ESP32-C3", ... or NULL if unknown */
    const char *project, *version; /* of the firmware; NULL: not known */
    size_t bytes;
    size_t gzip_bytes; /* of the compressed form; 0: there is none */
    bool is_gzip;      /* the file itself is; kind, chip and facts describe
                          what it contains */
    bool is_signed;    /* it ends with an ArduinoOTA signature */
    bool ok; /* a device could accept it as firmware or as a filesystem, and
                nothing is wrong with it */
    char md5[33];
    char sha256[65];
    const struct espota_image_fact *facts;
    size_t n_facts;
    const struct espota_image_problem *problems; /* in the order they were
                                                    found: the first ERROR is
                                                    the first thing wrong */
    size_t n_problems;
    const char *taken; /* where in the file it was, in words, if it came from
                          espota_image_extract() and is not all of it; or
                          NULL */
};

/* Reads the whole file ("-" is standard input), detects what it is, hashes it
 * and, if the policy and the kind of image allow, compresses it: everything
 * slow happens here, before any device is contacted.  Fails with
 * ESPOTA_E_IMAGE if it cannot be read or is empty.  A damaged or strange file
 * can be opened, and its problems say what is wrong. */
ESPOTA_API int espota_image_open(struct espota_image **out, const char *path,
                                 enum espota_compress,
                                 struct espota_error *err) ESPOTA_MUST_CHECK;

/* The same for bytes in memory, which are borrowed until espota_image_free. */
ESPOTA_API int espota_image_wrap(struct espota_image **out, const void *bytes,
                                 size_t len, enum espota_compress,
                                 struct espota_error *err) ESPOTA_MUST_CHECK;

/* The app in a file that holds more than that: in a factory or merged image the
 * app that the device would start, in a ZIP archive the only one, in gzip for a
 * device that does not inflate what is inside.  *out is an image of its own;
 * its file is that of from, and its info.taken says what it was there (NULL:
 * from is an app already, and *out is all of it).  What is damaged in the app is
 * told by its problems.  Fails with ESPOTA_E_IMAGE if there is none, if it
 * cannot be reached (encrypted, cut short, ...), or if there are several. */
ESPOTA_API int espota_image_extract(struct espota_image **out,
                                    const struct espota_image *from,
                                    enum espota_compress,
                                    struct espota_error *err) ESPOTA_MUST_CHECK;

/* What the file holds, *len bytes, borrowed until espota_image_free. */
ESPOTA_API const void *espota_image_bytes(const struct espota_image *,
                                          size_t *len);

/* Borrowed until espota_image_free. */
ESPOTA_API const struct espota_image_info *
espota_image_info(const struct espota_image *);

ESPOTA_API void espota_image_free(struct espota_image *);

/* ---- does it fit? ------------------------------------------------------- */

/* What is known of the device: begin with ESPOTA_CHECK(). */
struct espota_check {
    size_t size; /* sizeof this struct: see version.h */
    const char *protocol; /* as in struct espota_target; NULL, "auto": any */
    enum espota_type type;
    uint16_t port;     /* of the device; a default port tells its platform */
    const char *chip;  /* "ESP32-C3", or a platform: "ESP32" fits all of them */
    const char *board; /* as in mDNS: "esp32-c3-devkitm-1" */
    size_t max_bytes;  /* room on the device; 0: not known */
    bool force;        /* refusals become warnings */

    /* Called for what does not stop the upload; may be NULL.  code is a
     * word. */
    void (*on_warning)(void *ctx, const char *code, const char *text);
    void *ctx;
};

#define ESPOTA_CHECK(...) ESPOTA_SIZED(espota_check, __VA_ARGS__)

/* 0: nothing is wrong with sending this image to that device.  Otherwise
 * ESPOTA_E_IMAGE, with the file to use instead if one lies beside it. */
ESPOTA_API int espota_image_check(const struct espota_image *,
                                  const struct espota_check *,
                                  struct espota_error *err) ESPOTA_MUST_CHECK;

/* ---- signatures --------------------------------------------------------- */

/* A signature as the ESP8266 and Pico updaters verify it: appended to the
 * image. */
struct espota_signature {
    const char *key;   /* "RSA-2048", "ECDSA P-256", ... */
    const char *doubt; /* why a device may still refuse it; or NULL */
    size_t payload;    /* bytes that are signed */
};

/* Gives the image with a signature appended, to be freed with
 * espota_bytes_free().  key is a private key, RSA or EC, in PEM.  Fails with
 * ESPOTA_E_SECRET if it is not, and with ESPOTA_E_IMAGE if the image is signed
 * already or no device verifies such an image this way. */
ESPOTA_API int espota_image_sign(const struct espota_image *, const void *key,
                                 size_t key_len, void **out, size_t *out_len,
                                 struct espota_signature *made,
                                 struct espota_error *err) ESPOTA_MUST_CHECK;
ESPOTA_API void espota_bytes_free(void *);

/* Was the image signed with the key whose public part is pub (PEM)?  Fails
 * with ESPOTA_E_POLICY if not, with ESPOTA_E_IMAGE if it has no signature. */
ESPOTA_API int espota_image_verify(const struct espota_image *,
                                   const void *pub, size_t pub_len,
                                   struct espota_signature *found,
                                   struct espota_error *err) ESPOTA_MUST_CHECK;

/* "app", "filesystem", "partition-table" or "bootloader". */
ESPOTA_API const char *espota_type_name(enum espota_type);

/* The word for a value, for programs that read it from people:
 * espota_type_at(ESPOTA_TYPE_APP) is "app"; NULL after the last. */
ESPOTA_API const char *espota_type_at(size_t i);
ESPOTA_API const char *espota_compress_at(size_t i);

#ifdef __cplusplus
}
#endif

#endif
