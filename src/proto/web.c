/* web.c -- pushing an image to a device's web page: the forms, the answers. */
#include "proto/web.h"

#include <string.h>

#include "proto/proto.h"
#include "wire/arduino.h"

static const struct web_profile PROFILES[] = {
    {"esphome", "/update", NULL, "update", NULL, "/", "admin", 80, false,
     true, ARDUINO_ANY},
    {"esp8266", "/update", "/update", "firmware", "filesystem", NULL, "admin",
     80, false, true, ARDUINO_ESP8266},
    {"esp32", "/update", "/update", "firmware", "filesystem", NULL, "admin",
     80, true, true, ARDUINO_ESP32},
    {"pico", "/update", "/update", "firmware", "filesystem", NULL, "admin",
     80, false, true, ARDUINO_PICO},
    /* It reads any request as an upload: nothing to look at before. */
    {"sketch", "/sketch", "/data", NULL, NULL, "", "arduino", 65280, false,
     false, ARDUINO_ANY},
};

const struct web_profile *eo_web_profile_at(size_t i)
{
    return i < sizeof PROFILES / sizeof *PROFILES ? &PROFILES[i] : NULL;
}

const struct web_profile *eo_web_profile(const char *name)
{
    for (size_t i = 0; i < sizeof PROFILES / sizeof *PROFILES; i++)
        if (name == NULL || strcmp(PROFILES[i].name, name) == 0)
            return &PROFILES[i];
    return NULL;
}

/* ---- what is said -------------------------------------------------------- */

/* Exactly so: no preamble, "; " between quoted parameters in this order, one
 * space behind the colon, at most these two lines.  One parser cuts values at
 * fixed places, another drops a part without a file name. */
void eo_web_head(struct text *t, const struct web_profile *p, bool filesystem,
                 const char *boundary)
{
    if (p->field == NULL)
        return;
    eo_text_add(t,
                "--%s\r\n"
                "Content-Disposition: form-data; name=\"%s\"; "
                "filename=\"firmware.bin\"\r\n"
                "Content-Type: application/octet-stream\r\n"
                "\r\n",
                boundary, filesystem ? p->fs_field : p->field);
}

/* The last line end counts: a parser takes the four bytes for granted. */
void eo_web_tail(struct text *t, const struct web_profile *p,
                 const char *boundary)
{
    if (p->field != NULL)
        eo_text_add(t, "\r\n--%s--\r\n", boundary);
}

/* ---- what is answered ---------------------------------------------------- */

#define NO_UPDATER                                                            \
    "is the updater in its firmware, and --path right?  ESPHome needs "       \
    "\"ota: - platform: web_server\""

static const struct {
    int status;
    enum espota_category category;
    const char *message, *hint;
} STATUSES[] = {
    {400, ESPOTA_E_PROTOCOL, "the device did not understand the upload",
     "is --profile the right one?"},
    {401, ESPOTA_E_AUTH, "the device refused user or password",
     "check --user and the password"},
    {403, ESPOTA_E_POLICY, "the device forbids the upload", NULL},
    {404, ESPOTA_E_PROTOCOL, "there is no updater at this path", NO_UPDATER},
    {405, ESPOTA_E_PROTOCOL, "there is no updater at this path", NO_UPDATER},
    {408, ESPOTA_E_BROKEN, "the device waited too long for the image", NULL},
    {411, ESPOTA_E_PROTOCOL, "the device wants a Content-Length", NULL},
    {413, ESPOTA_E_REFUSED, "the image is too large for the device",
     "make the image smaller"},
    {414, ESPOTA_E_BROKEN, "the device did not get the whole image", NULL},
    {500, ESPOTA_E_DEVICE, "the device could not store the image", NULL},
    {503, ESPOTA_E_BUSY, "the device is busy", NULL},
};

/* What stands in an answer, wherever it stands, and what it means: status 200
 * is said of failures too. */
static const struct {
    const char *text;
    enum espota_category category;
    const char *message, *hint;
} TEXTS[] = {
    {"Wrong origin", ESPOTA_E_POLICY,
     "the device takes uploads from its own page alone",
     "use --profile esp32, and the address the device is known by"},
    {"Update Successful", ESPOTA_E_OK, NULL, NULL},
    {"Update Success", ESPOTA_E_OK, NULL, NULL},
    {"Update Failed", ESPOTA_E_DEVICE, "the device rejected the image",
     "the cause is in the device's log"},
};

static const char ERROR[] = "Update error: ";

/* strstr for foreign bytes. */
static const char *find(const char *text, size_t len, const char *what)
{
    const size_t n = strlen(what);

    for (size_t i = 0; i + n <= len; i++)
        if (memcmp(text + i, what, n) == 0)
            return text + i;
    return NULL;
}

static size_t line_len(const char *at, const char *end)
{
    size_t n = 0;

    while (at + n < end && at[n] != '\r' && at[n] != '\n' && at[n] != '<')
        n++;
    return n;
}

static int fail_by_text(const struct web_profile *p, const char *at,
                        size_t len, struct espota_error *err)
{
    const struct arduino_error *known = eo_arduino_error(p->texts, at, len);
    char words[128];
    struct text t;

    eo_text_init(&t, words, sizeof words);
    eo_text_add_safe(&t, at, len);
    if (known != NULL)
        return eo_fail_device(err, known->category, words, known->hint, "%s",
                              known->what);
    return eo_fail_device(err, ESPOTA_E_DEVICE, words, NULL,
                          "the device refused the image: %s", words);
}

static int by_status(int status, const char *text, size_t len,
                     struct espota_error *err)
{
    char words[96];
    struct text t;

    eo_text_init(&t, words, sizeof words);
    eo_text_add(&t, "%d ", status);
    eo_text_add_safe(&t, text, line_len(text, text + len));
    for (size_t i = 0; i < sizeof STATUSES / sizeof *STATUSES; i++)
        if (STATUSES[i].status == status)
            return eo_fail_device(err, STATUSES[i].category, words,
                                  STATUSES[i].hint, "%s",
                                  STATUSES[i].message);
    return eo_fail_device(err, ESPOTA_E_PROTOCOL, words, NULL,
                          "the device answered with status %d", status);
}

int eo_web_verdict(const struct web_profile *p, int status, const char *text,
                   size_t len, struct espota_error *err)
{
    const char *at = find(text, len, ERROR);

    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        char words[128];
        struct text t;
        const char *found = find(text, len, TEXTS[i].text);

        if (found == NULL || status >= 400)
            continue;
        if (TEXTS[i].category == ESPOTA_E_OK)
            return 0;
        eo_text_init(&t, words, sizeof words);
        eo_text_add_safe(&t, found, line_len(found, text + len));
        return eo_fail_device(err, TEXTS[i].category, words, TEXTS[i].hint,
                              "%s", TEXTS[i].message);
    }
    if (at != NULL && status < 400) {
        at += strlen(ERROR);
        return fail_by_text(p, at, line_len(at, text + len), err);
    }
    if (status >= 300)
        return by_status(status, text, len, err);
    if (p->field == NULL && status == 200)
        return 0; /* no form: the status is the verdict */
    return eo_fail_hint(err, ESPOTA_E_UNKNOWN,
                        "look what the device runs before you flash it again",
                        "the device answered %d and said nothing of the "
                        "update", status);
}

/* ---- as a protocol ------------------------------------------------------- */

/* The wire is libcurl's (io/http_push.c), and a build without it refuses such
 * a target: this machine stands in the list of protocols and does not run. */

static void init(struct proto *p, const struct proto_job *job)
{
    (void)p;
    (void)job;
}

static enum proto_status step(struct proto *p, const struct proto_event *ev)
{
    (void)ev;
    eo_fail(&p->error, ESPOTA_E_USAGE,
            "the protocol \"web\" needs libcurl");
    return p->status = PROTO_FAILED;
}

static void want(const struct proto *p, struct proto_want *w)
{
    *w = (struct proto_want){
        .open = p->status == PROTO_RUNNING ? 1u << PROTO_STREAM : 0,
        .timeout_ms = 1,
        .phase = ESPOTA_PHASE_CONNECT,
        .doing = "connecting"};
}

static uint16_t port_for(const char *chip)
{
    (void)chip;
    return 0;
}

const struct proto_ops eo_proto_web = {
    .name = "web",
    .summary = "the upload form of the device's web page",
    .port = 80,
    .size = sizeof(struct proto),
    .refuses = 1u << ESPOTA_TYPE_PARTITION_TABLE | 1u << ESPOTA_TYPE_BOOTLOADER,
    .init = init,
    .step = step,
    .want = want,
    .port_for = port_for,
};
