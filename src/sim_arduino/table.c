/* table.c -- the cores, their error texts, and what else can go wrong. */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "sim_arduino/device.h"

/* ---- cores --------------------------------------------------------------- */

enum { K = 1024 };

const struct arduino_core EO_SIM_ARDUINO_CORE[N_CORES] = {
    [ESP8266] = {.name = "esp8266",
                 .udp_in_callback = true,
                 .says_begin = true,
                 .answers_first = true,
                 .drains = true,
                 .stamps = true,
                 .read_max = 4 * K,
                 .slot = 1024 * K,
                 .fs = 1024 * K,
                 .connect_ms = 5000,
                 .ok_ms = 1000,
                 .close_ms = 1000,
                 .call_ms = 100,
                 .ok = "OK",
                 .line_end = "\n"},
    [ESP32_MD5] = {.name = "esp32-md5",
                   .gives_up = true,
                   .read_max = 1460,
                   .slot = 1280 * K,
                   .fs = 1472 * K,
                   .connect_ms = 3000,
                   .ok = "OK",
                   .line_end = "\r\n"},
    [ESP32] = {.name = "esp32",
               .gives_up = true,
               .pbkdf2 = true,
               .read_max = 1460,
               .slot = 1280 * K,
               .fs = 1472 * K,
               .connect_ms = 3000,
               .ok = "OK",
               .line_end = "\r\n"},
    [PICO] = {.name = "pico",
              .udp_in_callback = true,
              .says_begin = true,
              .answers_first = true,
              .drains = true,
              .read_max = 4 * K,
              .slot = 1024 * K,
              .fs = 1024 * K,
              .connect_ms = 5000,
              .ok_ms = 1000,
              .close_ms = 1000,
              .call_ms = 100,
              .ok = "OK",
              .line_end = "\r\n"},
    [CLASSIC] = {.name = "classic",
                 .silent = true,
                 .read_max = 1460,
                 .slot = 1024 * K,
                 .fs = 1024 * K,
                 .connect_ms = 5000,
                 .ok = "OK\r\n",
                 .line_end = "\r\n"},
};

const char *const EO_SIM_ARDUINO_CORE_NAMES[N_CORES + 1] = {
    "esp8266", "esp32-md5", "esp32", "pico", "classic", NULL};

/* ---- texts --------------------------------------------------------------- */

/* %e and %c are replaced by the announced and the received MD5. */
struct words {
    int number; /* -1: the core sends no number */
    const char *text[N_WORDS]; /* NULL: as in the newer version */
};

/* Up to 3.1, begin() failed without setting an error number. */
static const char NOTHING[] = "";

static const struct words ON_ESP8266[N_FAILURES] = {
    [FAIL_NO_ERROR] = {0, {"No Error"}},
    [FAIL_WRITE] = {1, {"Flash Write Failed"}},
    [FAIL_ERASE] = {2, {"Flash Erase Failed"}},
    [FAIL_READ] = {3, {"Flash Read Failed"}},
    [FAIL_SPACE] = {4, {"Not Enough Space"}},
    [FAIL_SIZE] = {5, {"Bad Size Given"}},
    [FAIL_STREAM] = {6, {"Stream Read Timeout"}},
    [FAIL_MD5] = {7,
                  {"MD5 verification failed: expected: %e, calculated: %c",
                   NULL, "MD5 Failed: expected:%e, calculated:%c",
                   "MD5 Check Failed"}},
    [FAIL_FLASH] = {8,
                    {"Flash config wrong: real: 1048576, SDK: 4194304", NULL,
                     "Flash config wrong real: 1048576 IDE: 4194304"}},
    [FAIL_NEW_FLASH] = {9,
                        {"new Flash config wrong, real size: 1048576", NULL,
                         "new Flash config wrong real: 1048576"}},
    [FAIL_MAGIC] = {10,
                    {"Magic byte is not 0xE9", NULL,
                     "Magic byte is wrong, not 0xE9"}},
    [FAIL_BOOTSTRAP] = {11,
                        {"Invalid bootstrapping state, reset ESP8266 before "
                         "updating"}},
    [FAIL_SIGN] = {12, {"Signature verification failed"}},
    [FAIL_NO_DATA] = {13, {"No data supplied"}},
    [FAIL_MEMORY] = {14, {"Out of memory"}},
    [FAIL_RUNNING] = {15, {"Update already running", NOTHING}},
    [FAIL_COMMAND] = {16, {"Unknown update command", NOTHING}},
};

static const struct words ON_PICO[N_FAILURES] = {
    [FAIL_NO_ERROR] = {0, {"No Error"}},
    [FAIL_WRITE] = {1, {"Flash Write Failed"}},
    [FAIL_ERASE] = {2, {"Flash Erase Failed"}},
    [FAIL_READ] = {3, {"Flash Read Failed"}},
    [FAIL_SPACE] = {4, {"Not Enough Space"}},
    [FAIL_SIZE] = {5, {"Bad Size Given"}},
    [FAIL_STREAM] = {6, {"Stream Read Timeout"}},
    [FAIL_MD5] = {7, {"MD5 Failed: expected:%e calculated:%c"}},
    [FAIL_SIGN] = {12, {"Signature verification failed"}},
    [FAIL_NO_DATA] = {13, {"No data supplied"}},
    [FAIL_NO_FS] = {-1, {"No Filesystem"}},
};

static const struct words ON_ESP32[N_FAILURES] = {
    [FAIL_NO_ERROR] = {-1, {"No Error"}},
    [FAIL_WRITE] = {-1, {"Flash Write Failed"}},
    [FAIL_ERASE] = {-1, {"Flash Erase Failed"}},
    [FAIL_READ] = {-1, {"Flash Read Failed"}},
    [FAIL_SPACE] = {-1, {"Not Enough Space"}},
    [FAIL_SIZE] = {-1, {"Bad Size Given"}},
    [FAIL_STREAM] = {-1, {"Stream Read Timeout"}},
    [FAIL_MD5] = {-1, {"MD5 Check Failed"}},
    [FAIL_MAGIC] = {-1, {"Wrong Magic Byte"}},
    [FAIL_ACTIVATE] = {-1, {"Could Not Activate The Firmware"}},
    [FAIL_PARTITION] = {-1, {"Partition Could Not be Found"}},
    [FAIL_ARGUMENT] = {-1, {"Bad Argument"}},
    [FAIL_ABORTED] = {-1, {"Aborted"}},
    [FAIL_DECRYPT] = {-1, {"Decryption error"}},
    [FAIL_SIGN] = {-1, {"Signature Verification Failed"}},
};

static const struct words *const WORDS[N_CORES] = {
    [ESP8266] = ON_ESP8266, [ESP32_MD5] = ON_ESP32, [ESP32] = ON_ESP32,
    [PICO] = ON_PICO,       [CLASSIC] = ON_ESP8266,
};

void eo_sim_arduino_words(char out[ARDUINO_TEXT_MAX], enum arduino_cores core,
                          enum arduino_words age, enum arduino_failure what,
                          const char *expected, const char *calculated)
{
    const struct words *w = &WORDS[core][what];
    const bool numbered = WORDS[core] != ON_ESP32;
    const char *text = w->text[age];
    struct text t;

    for (unsigned a = age; text == NULL && a-- > 0;)
        text = w->text[a];
    eo_text_init(&t, out, ARDUINO_TEXT_MAX);
    if (text == NOTHING) {
        w = &WORDS[core][FAIL_NO_ERROR];
        text = w->text[0];
    }
    if (text == NULL)
        eo_text_add(&t, numbered ? "ERROR[99]: UNKNOWN" : "UNKNOWN");
    else if (w->number >= 0)
        eo_text_add(&t, "ERROR[%d]: ", w->number);
    for (; text != NULL && *text != '\0'; text++) {
        if (*text != '%')
            eo_text_add(&t, "%c", *text);
        else
            eo_text_add(&t, "%s", *++text == 'e' ? expected : calculated);
    }
    eo_text_add(&t, "%s", EO_SIM_ARDUINO_CORE[core].line_end);
}

/* ---- what goes wrong ----------------------------------------------------- */

/* clang-format off */
static const char *const STEPS[] = {"begin", "data", "end", NULL};
static const struct script_row FAULTS[N_FAULTS] = {ARDUINO_FAULTS(SCRIPT_ROW)};
static const char *const FAILURES[N_FAILURES + 1] = {
#define X(name, word) word,
    ARDUINO_FAILURES(X)
#undef X
    NULL};
/* clang-format on */

const struct script EO_SIM_ARDUINO_SCRIPT = {
    .steps = STEPS,
    .data = AT_DATA,
    .faults = FAULTS,
    .n_faults = N_FAULTS,
};

/* The step in which a core detects the failure. */
static const int USUAL[N_FAILURES] = {
    [FAIL_NO_ERROR] = AT_BEGIN,  [FAIL_SPACE] = AT_BEGIN,
    [FAIL_SIZE] = AT_BEGIN,      [FAIL_FLASH] = AT_BEGIN,
    [FAIL_BOOTSTRAP] = AT_BEGIN, [FAIL_MEMORY] = AT_BEGIN,
    [FAIL_RUNNING] = AT_BEGIN,   [FAIL_COMMAND] = AT_BEGIN,
    [FAIL_NO_FS] = AT_BEGIN,     [FAIL_WRITE] = AT_DATA,
    [FAIL_ERASE] = AT_DATA,      [FAIL_DECRYPT] = AT_DATA,
    [FAIL_READ] = AT_END,        [FAIL_STREAM] = AT_END,
    [FAIL_MD5] = AT_END,         [FAIL_NEW_FLASH] = AT_END,
    [FAIL_MAGIC] = AT_END,       [FAIL_SIGN] = AT_END,
    [FAIL_NO_DATA] = AT_END,     [FAIL_ACTIVATE] = AT_END,
    [FAIL_PARTITION] = AT_END,   [FAIL_ARGUMENT] = AT_END,
    [FAIL_ABORTED] = AT_END,     [FAIL_UNKNOWN] = AT_END,
};

int eo_sim_arduino_fail(struct script_act *fail, const char *text,
                        struct espota_error *err)
{
    return eo_sim_script_failure(&EO_SIM_ARDUINO_SCRIPT, fail, FAILURES, USUAL,
                                 text, err);
}
