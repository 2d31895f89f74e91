/* verdict.c -- what the answer of a device's web page, or its silence,
 * means. */
#include "web/verdict.h"

#include <string.h>

#include "base/str.h"
#include "proto/proto.h"
#include "wire/arduino.h"

#define NO_HINT EO_ADVICE(NONE, NULL)

/* late: of one that had the whole image when it said so; OK: the same.  It is
 * never sent again then. */
static const struct {
    int status;
    enum espota_category category, late;
    const char *message, *hint;
    enum espota_advice advice;
} STATUSES[] = {
    {400, ESPOTA_E_PROTOCOL, ESPOTA_E_OK,
     "the device did not understand the upload", EO_ADVICE(CHECK_PROFILE, NULL)},
    {401, ESPOTA_E_AUTH, ESPOTA_E_UNKNOWN,
     "the device refused user or password", EO_ADVICE(CHECK_LOGIN, NULL)},
    {403, ESPOTA_E_POLICY, ESPOTA_E_OK, "the device forbids the upload", NO_HINT},
    {404, ESPOTA_E_PROTOCOL, ESPOTA_E_OK, "there is no updater at this path",
     EO_ADVICE(CHECK_PATH, NULL)},
    {405, ESPOTA_E_PROTOCOL, ESPOTA_E_OK, "there is no updater at this path",
     EO_ADVICE(CHECK_PATH, NULL)},
    {408, ESPOTA_E_BROKEN, ESPOTA_E_DEVICE,
     "the device waited too long for the image", NO_HINT},
    {411, ESPOTA_E_PROTOCOL, ESPOTA_E_OK, "the device wants a Content-Length",
     NO_HINT},
    {413, ESPOTA_E_REFUSED, ESPOTA_E_OK,
     "the image is too large for the device", EO_ADVICE(NONE, "make the image smaller")},
    {414, ESPOTA_E_BROKEN, ESPOTA_E_DEVICE,
     "the device did not get the whole image", NO_HINT},
    {500, ESPOTA_E_DEVICE, ESPOTA_E_OK, "the device could not store the image",
     NO_HINT},
    {503, ESPOTA_E_BUSY, ESPOTA_E_OK, "the device is busy", NO_HINT},
};

/* Words anywhere in an answer, and what they mean: failures, too, are reported
 * with status 200.  Without a message: the device's reason follows. */
static const struct {
    const char *text;
    enum espota_category category;
    const char *message, *hint;
    enum espota_advice advice;
} TEXTS[] = {
    {"Wrong origin", ESPOTA_E_POLICY,
     "the device takes uploads from its own page alone",
     EO_ADVICE(OTHER_PROFILE, NULL)},
    {"Update Failed: ", ESPOTA_E_DEVICE, NULL, NO_HINT},
    {"Update error: ", ESPOTA_E_DEVICE, NULL, NO_HINT},
    {"Update Successful", ESPOTA_E_OK, NULL, NO_HINT},
    {"Update Success", ESPOTA_E_OK, NULL, NO_HINT},
    {"Update Failed", ESPOTA_E_DEVICE, "the device rejected the image",
     EO_ADVICE(NONE, "the cause is in the device's log")},
};

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

static int fail_by_text(const struct web_profile *p, unsigned moment,
                        const char *at,
                        size_t len, struct espota_error *err)
{
    const struct arduino_error *known =
        eo_arduino_error(p->texts, moment, at, len);
    char words[128];
    struct text t;

    eo_text_init(&t, words, sizeof words);
    eo_text_add_safe(&t, at, len);
    if (known != NULL) {
        eo_fail_device(err, known->category, words, NULL, "%s", known->what);
        return eo_advise(err, known->advice, known->hint);
    }
    return eo_fail_device(err, ESPOTA_E_DEVICE, words, NULL,
                          "the device refused the image%s%s",
                          t.len > 0 ? ": " : ", without a reason", words);
}

static int redirected(const struct web_answer *a, struct espota_error *err)
{
    char where[200], code[8];
    struct text t;

    eo_text_init(&t, where, sizeof where);
    if (a->location != NULL)
        eo_text_add_safe(&t, a->location, strlen(a->location));
    eo_text_init(&t, code, sizeof code);
    eo_text_add(&t, "%d", a->status);
    return eo_fail_device(
        err, a->gone ? ESPOTA_E_UNKNOWN : ESPOTA_E_PROTOCOL, code,
        a->gone ? EO_CHECK_FIRST
                : "if that is its update page, give that address",
        a->gone ? "every byte was sent, and the page only points at %s"
                : "the page takes no upload and points at %s",
        a->location != NULL ? where : "another one, without saying which");
}

/* What reads a bare body looks at the login first, and throws the rest away. */
static bool is_late(const struct web_profile *p, const struct web_answer *a)
{
    return a->whole && !(p->bare && a->status == 401);
}

static int by_status(const struct web_profile *p, const struct web_answer *a,
                     struct espota_error *err)
{
    const int status = a->status;
    const char *text = a->text != NULL ? a->text : "";
    const size_t len = line_len(text, text + a->len);
    char words[96];
    struct text t;

    eo_text_init(&t, words, sizeof words);
    eo_text_add(&t, len > 0 ? "%d " : "%d", status);
    eo_text_add_safe(&t, text, len);
    for (size_t i = 0; i < sizeof STATUSES / sizeof *STATUSES; i++) {
        const enum espota_category late = STATUSES[i].late;

        if (STATUSES[i].status != status)
            continue;
        if (late == ESPOTA_E_OK || !is_late(p, a))
            eo_fail_device(err, STATUSES[i].category, words, NULL, "%s",
                           STATUSES[i].message);
        else
            eo_fail_device(err, late, words, NULL,
                           "%s, after it had every byte", STATUSES[i].message);
        if (late == ESPOTA_E_UNKNOWN && is_late(p, a))
            return eo_advise(err, ESPOTA_ADVICE_NONE, EO_CHECK_FIRST);
        return eo_advise(err, STATUSES[i].advice, STATUSES[i].hint);
    }
    return eo_fail_device(err, ESPOTA_E_PROTOCOL, words, NULL,
                          "the device answered with status %d", status);
}

int eo_web_status(const char *line, size_t len)
{
    static const char HTTP[] = "HTTP/1.";
    const size_t at = sizeof HTTP + 1; /* of the status */

    if (len < at + 3 || memcmp(line, HTTP, at - 2) != 0 ||
        line[at - 1] != ' ' || !eo_is_digit(line[at - 2]) || line[at] == '0' ||
        (len > at + 3 && !eo_is_space(line[at + 3])))
        return -1;
    for (size_t i = at; i < at + 3; i++)
        if (!eo_is_digit(line[i]))
            return -1;
    return (line[at] - '0') * 100 + (line[at + 1] - '0') * 10 + line[at + 2] -
           '0';
}

/* These count only as the whole answer; within another text they mean
 * nothing. */
static bool is_all(const struct web_answer *a, const char *what)
{
    size_t from = 0, to = a->len;

    while (from < to && eo_is_space(a->text[from]))
        from++;
    while (to > from && eo_is_space(a->text[to - 1]))
        to--;
    return a->ended && to - from == strlen(what) &&
           memcmp(a->text + from, what, to - from) == 0;
}

/* 1: nothing known stands in it. */
static int by_text(const struct web_profile *p, const struct web_answer *a,
                   struct espota_error *err)
{
    const char *end = a->text + a->len;

    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        const char *found = find(a->text, a->len, TEXTS[i].text);
        char words[128];
        struct text t;

        if (found == NULL)
            continue;
        if (TEXTS[i].category == ESPOTA_E_OK)
            return 0;
        if (TEXTS[i].message == NULL) {
            found += strlen(TEXTS[i].text);
            return fail_by_text(p, a->filesystem ? ARDUINO_OF_FS : 0, found,
                                line_len(found, end), err);
        }
        eo_text_init(&t, words, sizeof words);
        eo_text_add_safe(&t, found, line_len(found, end));
        eo_fail_device(err, TEXTS[i].category, words, NULL, "%s",
                       TEXTS[i].message);
        return eo_advise(err, TEXTS[i].advice, TEXTS[i].hint);
    }
    if (is_all(a, "FAIL"))
        return eo_fail_device(err, ESPOTA_E_REFUSED, "FAIL",
                              "the page says no more: is the image for this "
                              "chip, and is there room for it?",
                              "the device refused the image");
    return is_all(a, "OK") ? 0 : 1;
}

static int too_early(const struct web_answer *a, struct espota_error *err)
{
    if (!a->gone)
        return eo_fail(err, ESPOTA_E_PROTOCOL,
                       "the device answered before it had the image");
    return eo_fail_hint(err, ESPOTA_E_UNKNOWN, EO_CHECK_FIRST,
                        "the device answered before it had every byte: whether "
                        "it took the image is not known");
}

int eo_web_verdict(const struct web_profile *p, const struct web_answer *a,
                   struct espota_error *err)
{
    const bool well = a->status >= 200 && a->status < 300;
    int rc = 1;

    if (a->status < 400 && a->text != NULL)
        rc = by_text(p, a, err);
    if (rc < 0)
        return -1;
    if (a->status >= 400)
        return by_status(p, a, err);
    if (a->status >= 300)
        return redirected(a, err);
    if (!a->whole)
        return too_early(a, err);
    /* Without a form the status is the verdict. */
    if (well && (rc == 0 || (p->field == NULL && a->status == 200)))
        return 0;
    return eo_fail_hint(err, ESPOTA_E_UNKNOWN, EO_CHECK_FIRST,
                        "the device answered %d and said nothing of the "
                        "update",
                        a->status);
}

void eo_web_lost(struct espota_error *err, const struct web_loss *l)
{
    if (l->committed)
        eo_fail_hint(err, ESPOTA_E_UNKNOWN, EO_CHECK_FIRST, "%s after %s",
                     l->garbled   ? "the device answered what is not HTTP, or "
                                    "has no end,"
                     : l->stalled ? "the device said nothing"
                                  : "the device closed without a verdict",
                     eo_proto_reached(l->confirmed));
    else if (!l->connected)
        eo_fail(err, ESPOTA_E_CONNECT, "cannot connect: %s", l->cause);
    else if (l->garbled)
        eo_fail(err, ESPOTA_E_PROTOCOL,
                "the device's answer is not HTTP, or has no end");
    else if (l->probing && l->stalled)
        eo_fail(err, ESPOTA_E_NO_ANSWER, "%s",
                l->answering ? "it answers, but too slowly"
                             : "it took the connection and does not answer");
    else
        eo_fail(err, ESPOTA_E_BROKEN, "%s",
                l->stalled ? "the device stopped reading"
                           : "the device closed the connection");
}
