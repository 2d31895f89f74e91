/* table.c -- the cores, what they say when they fail, and what can go
 * wrong beside that.
 */
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

/* ---- words --------------------------------------------------------------- */

/* %e and %c are the MD5s announced and received. */
struct words {
    int number; /* -1: the core puts none in front */
    const char *text[N_WORDS]; /* NULL: as the newer ones */
};

/* Up to 3.1 begin() failed without setting a number. */
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

/* ---- options ------------------------------------------------------------- */

static const char *const FAILURE_NAMES[N_FAILURES + 1] = {
#define X(name, word) word,
    ARDUINO_FAILURES(X)
#undef X
        NULL};

static const char *const STEP_NAMES[] = {"begin", "data", "end", NULL};

static enum arduino_step usual_step(enum arduino_failure what)
{
    switch (what) {
    case FAIL_NO_ERROR:
    case FAIL_SPACE:
    case FAIL_SIZE:
    case FAIL_FLASH:
    case FAIL_BOOTSTRAP:
    case FAIL_MEMORY:
    case FAIL_RUNNING:
    case FAIL_COMMAND:
    case FAIL_NO_FS:
        return AT_BEGIN;
    case FAIL_WRITE:
    case FAIL_ERASE:
    case FAIL_DECRYPT:
        return AT_DATA;
    case FAIL_READ:
    case FAIL_STREAM:
    case FAIL_MD5:
    case FAIL_NEW_FLASH:
    case FAIL_MAGIC:
    case FAIL_SIGN:
    case FAIL_NO_DATA:
    case FAIL_ACTIVATE:
    case FAIL_PARTITION:
    case FAIL_ARGUMENT:
    case FAIL_ABORTED:
    case FAIL_UNKNOWN:
    case N_FAILURES:
        break;
    }
    return AT_END;
}

static int find(const char *const *names, const char *name)
{
    for (int i = 0; names[i] != NULL; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

int eo_sim_arduino_fail_option(struct arduino_fail *f, const char *text,
                               struct espota_error *err)
{
    char name[32], step[16] = "";
    const size_t len = strcspn(text, "@");
    uint64_t bytes = 0;
    int i;

    snprintf(name, sizeof name, "%.*s", (int)len, text);
    i = find(FAILURE_NAMES, name);
    if (i < 0)
        return eo_sim_unknown(err, "failure", name, FAILURE_NAMES);
    *f = (struct arduino_fail){.on = true,
                               .what = (enum arduino_failure)i,
                               .step = usual_step((enum arduino_failure)i)};
    if (text[len] == '\0')
        return 0;
    text += len + 1;
    snprintf(step, sizeof step, "%.*s", (int)strcspn(text, ":"), text);
    i = find(STEP_NAMES, step);
    if (i < 0)
        return eo_sim_unknown(err, "step", step, STEP_NAMES);
    text = strchr(text, ':');
    if (text != NULL &&
        (i != AT_DATA || eo_parse_uint(text + 1, 1, UINT32_MAX, &bytes) != 0))
        return eo_fail(err, ESPOTA_E_USAGE,
                       "--fail %s: only data takes a number of bytes", name);
    f->step = (enum arduino_step)i;
    f->bytes = (size_t)bytes;
    return 0;
}

static const struct {
    enum arduino_fault_arg arg;
    unsigned preset;
} FAULTS[N_FAULTS] = {
#define X(name, word, arg, preset, text) {FAULT_##arg, preset},
    ARDUINO_FAULTS(X)
#undef X
};

static const char *const FAULT_NAMES[N_FAULTS + 1] = {
#define X(name, word, arg, preset, text) word,
    ARDUINO_FAULTS(X)
#undef X
        NULL};

int eo_sim_arduino_fault(struct arduino_fault_set at[N_FAULTS],
                         const char *text, struct espota_error *err)
{
    char name[32];
    const size_t len = strcspn(text, "@");
    uint64_t n;
    int i;

    snprintf(name, sizeof name, "%.*s", (int)len, text);
    i = find(FAULT_NAMES, name);
    if (i < 0)
        return eo_sim_unknown(err, "fault", name, FAULT_NAMES);
    at[i] = (struct arduino_fault_set){true, FAULTS[i].preset};
    if (text[len] == '\0')
        return 0;
    if (FAULTS[i].arg == FAULT_PLAIN ||
        eo_parse_uint(text + len + 1, 1, UINT32_MAX, &n) != 0)
        return eo_fail(err, ESPOTA_E_USAGE,
                       "fault %s does not take \"%s\"", name, text + len + 1);
    at[i].n = (unsigned)n;
    return 0;
}
