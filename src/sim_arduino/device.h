/* device.h -- simulated ArduinoOTA devices: their configuration and parts.
 *
 * table.c has the cores, their error texts and the faults.  session.c has what
 * all parts need.  tcp.c is the update, and udp.c the device until it calls
 * back.
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
    bool udp_in_callback; /* datagrams are read even while loop() is busy */
    bool says_begin;      /* OK and "ERR: " come after Update.begin() */
    bool silent;          /* 2015: nothing by UDP, no MD5, no password */
    bool answers_first;   /* replies go to the sender of the invitation */
    bool gives_up;        /* on silence: 1 s before the first byte, else 4 s */
    bool pbkdf2;
    bool drains;        /* a round takes all that has come or comes meanwhile */
    bool stamps;        /* its Updater writes the chip's flash mode into the
                           header of an app */
    size_t read_max;    /* bytes a read takes; a core that does not drain
                           sends a count for each */
    size_t slot, fs;    /* room for an app, and for a filesystem */
    unsigned connect_ms;
    unsigned ok_ms, close_ms; /* before OK, and between it and the close */
    unsigned call_ms;         /* between OK and the call */
    const char *ok, *line_end;
};

extern const struct arduino_core EO_SIM_ARDUINO_CORE[N_CORES];
extern const char *const EO_SIM_ARDUINO_CORE_NAMES[N_CORES + 1];

/* ---- what fails, and in which words -------------------------------------- */

/* The Updater's errors, by topic.
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

/* Versions of the texts: after 3.1, 3.1, 2.5 to 3.0, 2.4 and before. */
enum arduino_words { WORDS_NEW, WORDS_3_1, WORDS_2_5, WORDS_2_4, N_WORDS };

enum { ARDUINO_TEXT_MAX = 160, ARDUINO_SIM_FS = 100 /* the command */ };

/* Writes "ERROR[4]: Not Enough Space" with the core's line end.  The MD5s are
 * the announced and the received one.  A failure without a text in that core
 * is "UNKNOWN". */
void eo_sim_arduino_words(char out[ARDUINO_TEXT_MAX], enum arduino_cores,
                          enum arduino_words, enum arduino_failure,
                          const char *expected, const char *calculated);

enum arduino_step { AT_BEGIN, AT_DATA, AT_END };

/* The words that --fault and --fail accept. */
extern const struct script EO_SIM_ARDUINO_SCRIPT;

/* Parses "space", "write@data:4096", "md5@end".  The default step is the usual
 * one. */
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
    int flash_mode; /* of the chip, plus 1; 0: as in the image */
    int restart; /* enum arduino_restart */
    const char *password; /* NULL: no password */
    size_t slot, fs;      /* 0: by core */
    size_t rcvbuf, mss;
    struct flash_config flash;
    unsigned loop_us, pbkdf2_us;
    unsigned end_us; /* the core's pauses before and after OK; unset: by core */
    struct script_act fail, fault[N_FAULTS];
    unsigned fault_sessions; /* 0: all */
};

/* ---- a device ------------------------------------------------------------ */

enum arduino_state { IDLE, WAITAUTH, RUNUPDATE };

/* What the device was asked, and the result; reported at the end. */
struct arduino_asked {
    unsigned command;
    uint16_t port;
    size_t size;
    char md5[33];
    struct addr from;
    unsigned invitations, answers, denied; /* received */
    unsigned cancelled; /* challenges voided by another invitation */
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
    char answer[ARDUINO_TEXT_MAX]; /* what it replies once judged; "": right */
    struct timer handle, later;
    struct arduino_update *update; /* NULL: no update in progress */
    unsigned lost[N_FAULTS];
};

/* Does this fault happen in this session? */
bool eo_sim_arduino_faulty(const struct arduino_device *, enum arduino_fault);

/* True once: the device restarts at this step.  The caller then calls
 * eo_sim_arduino_restart() or reports the restart itself. */
bool eo_sim_arduino_restarts(struct arduino_device *, enum arduino_restart);
/* Only while no update is in progress. */
void eo_sim_arduino_restart(struct arduino_device *);

/* Sets whether the device reads datagrams; off while it is busy.  A core that
 * reads them in a callback always does. */
void eo_sim_arduino_hear(struct arduino_device *, bool on);

int eo_sim_arduino_listen(struct arduino_device *,
                          struct espota_error *err) EO_MUST_CHECK;
void eo_sim_arduino_deaf(struct arduino_device *);

/* ---- its Updater --------------------------------------------------------- */

/* Changes bytes as the Updater does before it writes them. */
void eo_sim_arduino_stamp(const struct arduino_device *, const struct flash *,
                          uint8_t *bytes, size_t len);
/* The Updater's checks at the end.  If false, *why has the reason. */
bool eo_sim_arduino_accepts(struct arduino_device *, struct flash *,
                            struct flash_result *, enum arduino_failure *why);

/* Calls back and receives the image; calls eo_sim_arduino_over() at the end. */
void eo_sim_arduino_call(struct arduino_device *);
/* Power is lost. */
void eo_sim_arduino_hang_up(struct arduino_device *);

/* The session is over: it is reported, and the device is IDLE or reboots. */
void eo_sim_arduino_over(struct arduino_device *, struct report *, bool updated,
                         unsigned violations);
struct report *eo_sim_arduino_report(const struct arduino_device *,
                                     const char *outcome, const char *words);

#endif
