/* serve.h -- serve images by HTTP to devices that fetch them: ESPhttpUpdate,
 * HTTPUpdate, and ESPHome's http_request and update.
 *
 * A server listens from the moment it is made.  It is a member of a loop, and
 * makes progress only while that runs.
 */
#ifndef ESPOTA_SERVE_H
#define ESPOTA_SERVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <espota/error.h>
#include <espota/fleet.h>
#include <espota/image.h>
#include <espota/loop.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- what happens ------------------------------------------------------- */

/* Who asks, in its own words; text is never NULL but may be "". */
struct espota_serve_client {
    const char *address; /* "192.0.2.7:51234" */
    const char *family;  /* "ESP8266", "ESP32", "Pico", "ESPHome", "client" */
    const char *mac, *chip_id;
    const char *mode;    /* "sketch", "spiffs", "version" */
    const char *version; /* it runs */
    const char *md5, *sha256; /* of the firmware it runs */
    bool has_free_space;
    uint64_t free_space; /* bytes */
};

enum espota_serve_event_kind {
    ESPOTA_SERVE_REQUEST,  /* it asked for .path, and the answer was .status
                              because of .reason */
    ESPOTA_SERVE_PROGRESS, /* it has taken .done of .total bytes; at most four
                              a second */
    ESPOTA_SERVE_END,      /* an image was sent: .complete, or the .reason why
                              not */
    ESPOTA_SERVE_LOG       /* .reason, which is about no request in
                              particular */
};

/* Everything pointed to is valid until the callback returns. */
struct espota_serve_event {
    enum espota_serve_event_kind kind;
    unsigned long request; /* a number; the same in all events of a request */
    const struct espota_serve_client *client; /* NULL: not known yet */
    const char *path;    /* "/fw.bin" */
    int status;          /* as in HTTP */
    const char *reason;
    enum espota_advice advice; /* besides the reason */
    const char *file;    /* that was sent, or decided about; NULL: none */
    const char *version; /* of it; NULL: not known */
    bool image;          /* an image is being sent: PROGRESS and END follow */
    size_t done, total;
    bool complete;
    uint32_t ms;         /* since the request */
    size_t offset, size; /* where the .total bytes begin in the file, and its
                            size: who resumes gets a part (.status 206) */
};

typedef void espota_serve_event_fn(void *ctx,
                                   const struct espota_serve_event *);

/* ---- what is served ----------------------------------------------------- */

/* Which device gets what.  The most specific match wins: a MAC, a chip id, a
 * name (the request's file name up to its first dot), a family ("ESP8266",
 * "ESP32", "Pico"), "*".  It is used in arrays, whose stride was fixed when
 * the caller was compiled: so it does not begin with its size, and never
 * grows. */
struct espota_serve_rule {
    const char *who;
    const char *firmware, *filesystem; /* files; NULL: none */
    const char *version;               /* of both; NULL: not known */
};

/* ESPOTA_SERVE_CONFIG(): nothing to serve, which is refused. */
struct espota_serve_config {
    size_t size; /* sizeof this struct: see version.h */
    const char *bind; /* address or interface; NULL: all, IPv4 and IPv6 */
    uint16_t port;    /* 0: any free one */

    const char *const *files; /* for every device that they suit */
    size_t n_files;
    const char *version; /* of the files; NULL: as the file itself says */
    const char *dir;     /* its files by name, with NAME.md5 and NAME.json */
    const struct espota_serve_rule *rules;
    size_t n_rules;
    enum espota_compress compress; /* ALWAYS: gzip for devices that unpack it */

    const char *tls_cert, *tls_key; /* PEM files; NULL: plain HTTP */
    const char *user, *password;    /* Basic; NULL: anybody may ask */

    /* A device that took the same image this often in a row, and each time
     * says that it runs what it ran before, or says nothing, gets 304 for it:
     * it would ask for ever.  0: no limit. */
    unsigned max_repeats;

    /* It ends once this many images were taken completely and none is being
     * sent.  0: it serves until it is freed. */
    unsigned once;

    unsigned max_clients; /* connections at once; 0: 1000 */
    uint32_t header_ms;   /* longest wait for a request; 0: 15 s */
    uint32_t stall_ms;    /* ... for a client that takes nothing; 0: 60 s */
    uint32_t total_ms;    /* ... for a whole answer; 0: 30 minutes */

    espota_serve_event_fn *on_event;
    void *on_event_ctx;
};

#define ESPOTA_SERVE_CONFIG(...) ESPOTA_SIZED(espota_serve_config, __VA_ARGS__)

struct espota_server; /* opaque */

/* A member of the loop, which is borrowed until _free.  Everything in the
 * configuration is copied, and every file it names is read: fails with
 * ESPOTA_E_IMAGE where one cannot be. */
ESPOTA_API int espota_server_new(struct espota_server **out,
                                 struct espota_loop *loop,
                                 const struct espota_serve_config *,
                                 struct espota_error *err) ESPOTA_MUST_CHECK;

ESPOTA_API uint16_t espota_server_port(const struct espota_server *);

/* Replaces the rules; images that are being sent are not affected. */
ESPOTA_API int espota_server_set_rules(struct espota_server *,
                                       const struct espota_serve_rule *,
                                       size_t n, struct espota_error *err)
    ESPOTA_MUST_CHECK;

/* How many images were taken completely, and how many are being sent. */
ESPOTA_API unsigned espota_server_taken(const struct espota_server *);
ESPOTA_API unsigned espota_server_busy(const struct espota_server *);

/* To be freed before its loop.  Open connections are closed. */
ESPOTA_API void espota_server_free(struct espota_server *);

#ifdef __cplusplus
}
#endif

#endif
