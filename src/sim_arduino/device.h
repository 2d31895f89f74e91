/* device.h -- simulated ArduinoOTA devices: what one is told to be, and the
 * parts of it.
 *
 * table.c has the cores, their error texts and the faults; session.c is what
 * all stand on; tcp.c is the update, and udp.c the device until it calls back.
 */
#ifndef EO_SIM_ARDUINO_DEVICE_H
#define EO_SIM_ARDUINO_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crypto/digest.h"
#include "sim/flash.h"
#include "sim/script.h"
#include "sim/sim.h"

/* ---- cores --------------------------------------------------------------- */

enum arduino_cores { ESP8266, ESP32_MD5, ESP32, PICO, CLASSIC, N_CORES };

struct arduino_core {
    const char *name;
    bool udp_in_callback; /* datagrams are seen even while loop() is busy */
    bool says_begin;      /* OK and "ERR: " come after Update.begin() */
    bool silent;          /* 2015: no word by UDP, no MD5, no password */
    bool answers_first;   /* replies go to where the invitation came from */
    bool gives_up;        /* on silence: 1 s before the first byte, else 4 */
    bool pbkdf2;
    bool drains;        /* a round takes all that is there, or comes meanwhile */
    bool stamps;        /* its Updater writes the chip's flash mode into the
                           header of an app */
    size_t read_max;    /* bytes a read takes; one that does not drain answers
                           each by a count */
    size_t slot, fs;    /* room for an app, and for a filesystem */
    unsigned connect_ms;
    unsigned ok_ms, close_ms; /* before OK, and between it and the close */
    unsigned call_ms;         /* between OK and the call */
    const char *ok, *line_end;
};

extern const struct arduino_core EO_SIM_ARDUINO_CORE[N_CORES];
extern const char *const EO_SIM_ARDUINO_CORE_NAMES[N_CORES + 1];

/* ---- what fails, and in which words -------------------------------------- */

/* The Updater's errors, by what they are about.
 *   X(NAME, as the user calls it) */
/* clang-format off */
#define ARDUINO_FAILURES(X)                                            \
    X(NO_ERROR, "no-error")       X(WRITE, "write")                    \
    X(ERASE, "erase")             X(READ, "read")                      \
    X(SPACE, "space")             X(SIZE, "size")                      \
    X(STREAM, "stream")           X(MD5, "md5")                        \
    X(FLASH, "flash-config")      X(NEW_FLASH, "new-flash-config")     \
    X(MAGIC, "magic")             X(BOOTSTRAP, "bootstrap")            \
    X(SIGN, "signature")          X(NO_DATA, "no-data")                \
    X(MEMORY, "memory")           X(RUNNING, "running")                \
    X(COMMAND, "command")         X(NO_FS, "no-filesystem")            \
    X(ACTIVATE, "activate")       X(PARTITION, "partition")            \
    X(ARGUMENT, "argument")       X(ABORTED, "aborted")                \
    X(DECRYPT, "decryption")      X(UNKNOWN, "unknown")
/* clang-format on */

enum arduino_failure {
#define X(name, word) FAIL_##name,
    ARDUINO_FAILURES(X)
#undef X
    N_FAILURES
};

/* How old the words are: later than 3.1, 3.1, 2.5 to 3.0, 2.4 and before. */
enum arduino_words { WORDS_NEW, WORDS_3_1, WORDS_2_5, WORDS_2_4, N_WORDS };

enum { ARDUINO_TEXT_MAX = 160, ARDUINO_SIM_FS = 100 /* the command */ };

/* "ERROR[4]: Not Enough Space", with the core's line end; the MD5s are those
 * announced and received.  A failure the core has no words for is "UNKNOWN". */
void eo_sim_arduino_words(char out[ARDUINO_TEXT_MAX], enum arduino_cores,
                          enum arduino_words, enum arduino_failure,
                          const char *expected, const char *calculated);

enum arduino_step { AT_BEGIN, AT_DATA, AT_END };

/* What those of --fault and --fail stand in. */
extern const struct script EO_SIM_ARDUINO_SCRIPT;

/* "space", "write@data:4096", "md5@end": where it makes sense by default. */
int eo_sim_arduino_fail(struct script_act *, const char *text,
                        struct espota_error *err) EO_MUST_CHECK;

/* ---- misbehaviour -------------------------------------------------------- */

/*   X(NAME, as the user calls it, argument, its default, what happens) */
/* clang-format off */
#define ARDUINO_FAULTS(X)                                                            \
    X(LOSE_INVITATIONS, "lose-invitations", COUNT, "1", "the first N never arrive")    \
    X(LOSE_ANSWERS, "lose-answers", COUNT, "1", "the first N answers to a challenge never arrive")      \
    X(LOSE_CHALLENGES, "lose-challenges", COUNT, "1", "the first N challenges are lost") \
    X(LOSE_VERDICTS, "lose-verdicts", COUNT, "1", "the first N \"Authentication Failed\" are lost") \
    X(LOSE_OK, "lose-ok", NONE, NULL, "the OK by UDP is lost")                       \
    X(GARBAGE, "garbage", NONE, NULL, "answers an invitation like a web server")       \
    X(BAD_NONCE, "bad-nonce", NONE, NULL, "its challenge has 10 characters")           \
    X(BLOCKED, "blocked", NONE, NULL, "loop() never calls handle()")                   \
    X(NO_CALL, "no-call", NONE, NULL, "says OK and never calls back")                       \
    X(LATE_CALL, "late-call", MS, "3000", "calls back that late")                           \
    X(STRANGER, "stranger", NONE, NULL, "another host (127.0.0.9) calls first")        \
    X(STALL, "stall", BYTES, NULL, "stops reading there and never resumes")                     \
    X(PAUSE, "pause", MS, "500", "pauses in the middle")                               \
    X(RESET, "reset", BYTES, NULL, "resets the connection there")                       \
    X(CLOSE, "close", BYTES, NULL, "closes the connection there")                       \
    X(CORRUPT, "corrupt", NONE, NULL, "stores a bit of the image wrong")                      \
    X(NO_COUNTS, "no-counts", NONE, NULL, "sends no counts")                            \
    X(SPLIT, "split", NONE, NULL, "sends what it says by TCP one byte at a time")             \
    X(BARE_FIN, "bare-fin", NONE, NULL, "has the whole image and closes without OK")              \
    X(BARE_RESET, "bare-reset", NONE, NULL, "has the whole image and resets without OK")          \
    X(MUTE, "mute", NONE, NULL, "has the whole image and stays silent")                           \
    X(HALF_OK, "half-ok", NONE, NULL, "sends only the O of OK and closes")                       \
    X(NO_REBOOT, "no-reboot", NONE, NULL, "does not restart after an update")

enum arduino_fault {
#define X(name, word, arg, preset, text) FAULT_##name,
    ARDUINO_FAULTS(X)
#undef X
    N_FAULTS
};
/* clang-format on */

/* Where --restart can be.  X(NAME, as the user calls it, what happened) */
/* clang-format off */
#define ARDUINO_RESTARTS(X)                                            \
    X(NEVER, "never", "it does not (default)")                         \
    X(INVITATION, "invitation", "it received one")                        \
    X(CHALLENGE, "challenge", "it asked for the password")             \
    X(ANSWER, "answer", "it received the answer to its challenge")                    \
    X(OK, "ok", "it said OK and is about to call back")                    \
    X(CALL, "call", "it has called back")                                   \
    X(DATA, "data", "in the middle of the image")                      \
    X(END, "end", "it runs the new image but has not said OK")        \
    X(VERDICT, "verdict", "it said OK but has not closed")
/* clang-format on */

enum arduino_restart {
#define X(name, word, text) RESTART_##name,
    ARDUINO_RESTARTS(X)
#undef X
};

/* ---- a device as configured ---------------------------------------------- */

enum arduino_stored { STORED_BY_CORE, STORED_MD5, STORED_UPPER };

struct arduino_config {
    int core, stored, words;
    int flash_mode; /* of the chip, from 1 on; 0: as the image has it */
    int restart; /* enum arduino_restart */
    const char *password; /* NULL: none asked */
    size_t slot, fs;      /* 0: by core */
    size_t rcvbuf, mss;
    struct flash_config flash;
    unsigned loop_us, pbkdf2_us;
    unsigned end_us; /* the core's pauses around OK; unset: by core */
    struct script_act fail, fault[N_FAULTS];
    unsigned fault_sessions; /* 0: all */
};

/* ---- a device ------------------------------------------------------------ */

enum arduino_state { IDLE, WAITAUTH, RUNUPDATE };

/* What it was asked, and what came of it: reported when it is over. */
struct arduino_asked {
    unsigned command;
    uint16_t port;
    size_t size;
    char md5[33];
    struct addr from;
    unsigned invitations, answers, denied; /* that arrived */
    unsigned cancelled; /* a challenge voided by another invitation */
    bool challenged;
};

struct arduino_update;

struct arduino_device {
    struct device base;
    int udp; /* -1: powered down */
    struct watch *watch;
    enum arduino_state state;
    struct arduino_asked asked;
    char nonce[65];
    struct addr answer_to;
    char answer[ARDUINO_TEXT_MAX]; /* what it says after thinking */
    struct timer handle, later;
    struct arduino_update *update; /* NULL: none under way */
    unsigned lost[N_FAULTS];
};

/* Faults happen in this session. */
bool eo_sim_arduino_faulty(const struct arduino_device *, enum arduino_fault);

/* True once: the device restarts at this step, and the caller says so with
 * eo_sim_arduino_restart() or by itself. */
bool eo_sim_arduino_restarts(struct arduino_device *, enum arduino_restart);
/* While no update is under way. */
void eo_sim_arduino_restart(struct arduino_device *);

/* Whether a core that is busy hears datagrams: one that sees them in a callback
 * always does. */
void eo_sim_arduino_hear(struct arduino_device *, bool on);

int eo_sim_arduino_listen(struct arduino_device *,
                          struct espota_error *err) EO_MUST_CHECK;
void eo_sim_arduino_deaf(struct arduino_device *);

/* ---- its Updater --------------------------------------------------------- */

/* What it makes of bytes that are about to be written. */
void eo_sim_arduino_stamp(const struct arduino_device *, const struct flash *,
                          uint8_t *bytes, size_t len);
/* What it finds in the end; false: why. */
bool eo_sim_arduino_accepts(struct arduino_device *, struct flash *,
                            struct flash_result *, enum arduino_failure *why);

/* Calls back, takes the image, and says when it is over: eo_sim_arduino_over().
 */
void eo_sim_arduino_call(struct arduino_device *);
/* The power goes. */
void eo_sim_arduino_hang_up(struct arduino_device *);

/* The session is over: reported, and IDLE again, or rebooting. */
void eo_sim_arduino_over(struct arduino_device *, struct report *, bool updated,
                         unsigned violations);
struct report *eo_sim_arduino_report(const struct arduino_device *,
                                     const char *outcome, const char *words);

#endif
