/* web_verdict.c -- what the answer of a device's web page means, or none. */
#include "proto/web_verdict.h"

#include <string.h>

#include "base/str.h"
#include "wire/arduino.h"

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
    len = line_len(text, text + len);
    eo_text_add(&t, len > 0 ? "%d " : "%d", status);
    eo_text_add_safe(&t, text, len);
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

void eo_web_lost(struct espota_error *err, const struct web_loss *l)
{
    if (l->committed)
        eo_fail_hint(err, ESPOTA_E_UNKNOWN,
                     "look what the device runs before you flash it again",
                     "%s and %s",
                     l->confirmed ? "the device has every byte"
                                  : "every byte was sent, but the device did "
                                    "not confirm the last",
                     l->garbled   ? "answers what is no HTTP, or has no end"
                     : l->stalled ? "says nothing"
                                  : "closed without a verdict");
    else if (!l->connected)
        eo_fail(err, ESPOTA_E_CONNECT, "cannot connect: %s", l->cause);
    else if (l->garbled)
        eo_fail(err, ESPOTA_E_PROTOCOL,
                "the device's answer is no HTTP, or has no end");
    else if (l->probing && l->stalled)
        eo_fail(err, ESPOTA_E_NO_ANSWER, "%s",
                l->answering ? "it answers, but too slowly"
                             : "it took the connection and does not answer");
    else
        eo_fail(err, ESPOTA_E_BROKEN, "%s",
                l->stalled ? "the device took nothing for too long"
                           : "the device closed the connection");
}

void eo_web_too_early(struct espota_error *err, bool committed)
{
    if (committed)
        eo_fail_hint(err, ESPOTA_E_UNKNOWN,
                     "look what the device runs before you flash it again",
                     "the device answered before it had every byte: whether "
                     "it took the image is not known");
    else
        eo_fail(err, ESPOTA_E_PROTOCOL,
                "the device answered before it had the image");
}
