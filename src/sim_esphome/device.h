/* device.h -- the configuration of a simulated ESPHome device.
 *
 * The tables are in table.c, the conversation in session.c.
 */
#ifndef EO_SIM_ESPHOME_DEVICE_H
#define EO_SIM_ESPHOME_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/flash.h"
#include "sim/image_check.h"
#include "sim/script.h"
#include "sim/sim.h"

/* ---- how firmware of an age behaves ------------------------------------- */

struct esphome_age {
    unsigned since; /* first release: year * 100 + month */
    int version;    /* of the protocol */
    bool gzip;      /* accepted by an ESP8266 */
    bool sha256;    /* password by SHA-256 for clients that can */
    bool md5;       /* password by MD5 for clients that cannot do SHA-256 */
    bool extended;  /* 0x48, flags and a type byte */
    bool noise;     /* encrypts if it has a key */
    bool stale_ok;  /* a failed read is reported as 0x00, later as 0xff */
    bool new_md5;   /* ESP8266 says 0x8b, not 0x84, for a wrong MD5 */
    bool empty;     /* an empty password is asked for like any other */
    bool any_case;  /* hexadecimal digits may be capitals */
    bool blocking;  /* on BSD sockets, each read waits forever */
    bool mute;      /* on BSD sockets, a wrong greeting is reset, not refused */
    int backlog;
    /* How long the device waits: for the greeting and each read after it, or
     * for the whole handshake; then for each of size, MD5 and goodbye; then
     * for more data.  0: forever. */
    unsigned magic_ms, read_ms, handshake_ms, control_ms, idle_ms;
};

/* The row for a release such as "2025.6" or "2025.6.1".  NULL: not a release.
 */
const struct esphome_age *eo_sim_esphome_age(const char *release);

/* ---- the flash ----------------------------------------------------------- */

struct esphome_platform {
    const char *name;
    enum image_checks check;
    size_t slot;   /* maximum size of an image in bytes */
    size_t sector; /* the unit of a write, in bytes */
    uint8_t no_space, bad_md5;
    bool inflates; /* gzip, at the next boot */
    bool raw;      /* uses raw lwIP; the others use BSD sockets */
};

enum esphome_platforms { ESP32, ESP8266, RP2040, BK72XX, N_PLATFORMS };

extern const struct esphome_platform EO_SIM_ESPHOME_PLATFORM[N_PLATFORMS];
extern const char *const EO_SIM_ESPHOME_PLATFORM_NAMES[N_PLATFORMS + 1];

/* ---- where something happens -------------------------------------------- */

/* The places of a conversation where the device answers.
 *   X(NAME, as the user calls it, what the device would do there) */
/* clang-format off */
#define ESPHOME_STEPS(X)                                              \
    X(ACCEPT,   "accept",   "before anything is read")                \
    X(VERSION,  "version",  "instead of 00 and the version")          \
    X(FEATURES, "features", "instead of 0x40, 0x46 or 0x48")          \
    X(KEY,      "key",      "instead of its half of the key exchange") \
    X(AUTH,     "auth",     "instead of asking for a password or 0x41") \
    X(RESPONSE, "response", "instead of 0x41 after the password")     \
    X(PREPARE,  "prepare",  "instead of 0x42")                        \
    X(MD5,      "md5",      "instead of 0x43")                        \
    X(DATA,     "data",     "in the data; data:BYTES says where")     \
    X(RECEIVE,  "receive",  "instead of 0x44")                        \
    X(END,      "end",      "instead of 0x45")                        \
    X(GOODBYE,  "goodbye",  "instead of reading the last byte")

enum esphome_step {
#define X(name, word, text) STEP_##name,
    ESPHOME_STEPS(X)
#undef X
    N_STEPS
};
/* clang-format on */

/* The words that --fault and --refuse accept. */
extern const struct script EO_SIM_ESPHOME_SCRIPT;

/* ---- misbehaviour ------------------------------------------------------- */

/* The one table of what can go wrong.
 *   X(NAME, as the user calls it, argument, its default, what happens) */
/* clang-format off */
#define ESPHOME_FAULTS(X)                                                     \
    X(CLOSE,     "close",     STEP,  "accept",  "closes the connection")      \
    X(RESET,     "reset",     STEP,  "accept",  "resets the connection")      \
    X(SILENT,    "silent",    STEP,  "version", "stops reading and answering")\
    X(STALE_OK,  "stale-ok",  STEP,  "data",    "says 0x00 and closes")       \
    X(HTTP,      "http",      STEP,  "version", "answers like a web server")  \
    X(BAD_FRAME, "bad-frame", STEP,  "auth",    "sends that answer with a wrong tag") \
    X(LONG_FRAME, "oversized-frame", STEP, "auth", "announces a frame of 65535 bytes") \
    X(GARBAGE,   "garbage",   STEP,  "version", "sends bytes that mean nothing")  \
    X(CORRUPT,   "corrupt",   STEP,  "data",    "stores a bit of the image wrong")   \
    X(DAMAGED,   "damaged-frame", STEP, "data", "receives a damaged frame of the client") \
    X(CHALLENGE, "challenge", NONE,  NULL,      "also asks for the password inside the encryption") \
    X(SPLIT,     "split",     MS,    "2",       "sends byte by byte, that far apart") \
    X(DRIP,      "drip",      MS,    "1000",    "the same, slowly")           \
    X(COALESCE,  "coalesce",  NONE,  NULL,      "holds answers back until it has to wait") \
    X(LATE_ACKS, "late-acks", MS,    "300",     "answers that late, from the data on") \
    X(DROP_ACK,  "drop-ack",  COUNT, "1",       "omits that CHUNK_OK")   \
    X(EXTRA_ACK, "extra-ack", COUNT, "1",       "sends that CHUNK_OK twice")  \
    X(WRONG_KEY, "wrong-key", NONE,  NULL,      "uses a key other than --key") \
    X(TAMPERED,  "tampered-preamble", NONE, NULL, "sees features that were changed on the way") \
    X(KEY_ERROR, "handshake-error", NONE, NULL, "refuses the key exchange for no reason") \
    X(IMPOSTOR,  "impostor",  NONE,  NULL,      "exchanges keys without knowing --key") \
    X(ZERO_SHARE, "zero-share", NONE, NULL,     "sends an invalid public key") \
    X(STRANGE_VERSION, "strange-version", COUNT, "3", "announces that protocol version")  \
    X(RST_REFUSAL, "rst-refusal", NONE, NULL,   "resets right after the code of --refuse")

enum esphome_fault {
#define X(name, word, arg, preset, text) FAULT_##name,
    ESPHOME_FAULTS(X)
#undef X
    N_FAULTS
};
/* clang-format on */

struct noise_key {
    bool given;
    uint8_t bytes[32];
};

/* Parses a key: base64 of 32 bytes that are not all zero. */
int eo_sim_esphome_key(struct noise_key *, const char *text,
                       struct espota_error *err) EO_MUST_CHECK;

/* ---- a device as configured --------------------------------------------- */

enum esphome_auth {
    AUTH_BY_AGE,
    AUTH_NONE,
    AUTH_MD5,
    AUTH_SHA256,
    AUTH_NOISE
};
enum { GZIP_BY_AGE, GZIP_NO, GZIP_YES };
enum { ACK_WRITTEN, ACK_RECEIVED };

struct esphome_config {
    const char *firmware;
    int platform;         /* enum esphome_platforms */
    unsigned version;     /* 0: by age */
    int auth;             /* enum esphome_auth */
    const char *password; /* NULL: none */
    int reply;            /* 0: by age, else 1 + 0x40, 0x46, 0x48 */
    int gzip, ack;
    struct noise_key key;
    bool require_encryption, partition_access;
    size_t slot;   /* 0: by platform */
    size_t rcvbuf; /* 0: the system's */
    struct flash_config flash;
    unsigned prepare_us, verify_us;
    unsigned handshake_us, idle_us; /* 0: by age */
    struct script_act fault[N_FAULTS], refuse;
    unsigned fault_sessions; /* 0: all */
    bool rollback;
    unsigned rollback_us; /* 0: never */
    bool no_api;

    /* Computed from the fields above by the profile's check. */
    const struct esphome_age *age;
    const struct esphome_platform *where;
    bool extended, takes_gzip;
};

/* ---- a device, and its one conversation at a time ----------------------- */

struct esphome_session;
struct esphome_talk;

struct esphome_device {
    struct device base;
    int listener; /* -1: powered down */
    struct watch *watch;
    struct esphome_session *session; /* NULL: waiting for a client */
    char last_cnonce[65];
    char version[FLASH_VERSION + 1];  /* that runs; "": its release */
    char updated[FLASH_VERSION + 1]; /* that will run after a restart */
    char before[FLASH_VERSION + 1];  /* that it rolls back to ... */
    struct timer rollback;           /* ... at this time */
};

/* The functions that answer the client. */
extern const struct esphome_talk EO_SIM_ESPHOME_TALK;

/* Takes over fd, which the session closes.  NULL: no memory; fd is closed. */
struct esphome_session *eo_sim_esphome_session_new(struct esphome_device *,
                                                   int fd,
                                                   const struct addr *peer,
                                                   const struct esphome_talk *);
/* Power is lost: what was seen so far is reported.  NULL is allowed. */
void eo_sim_esphome_session_stop(struct esphome_session *);

#endif
