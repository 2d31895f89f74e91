/* err.c -- errors: the category table of error.h, and filling the struct. */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    const char *summary;
    int status;
    bool retryable;
    enum espota_outcome outcome;
} CATEGORIES[ESPOTA_E_COUNT] = {
#define X(name, status, retry, outcome, json, summary) \
    [ESPOTA_E_##name] = {json, summary, status, retry, ESPOTA_##outcome},
    ESPOTA_ERRORS(X)
#undef X
};

static bool known(enum espota_category c)
{
    return (unsigned)c < ESPOTA_E_COUNT;
}

const char *espota_category_name(enum espota_category c)
{
    return known(c) ? CATEGORIES[c].name : "?";
}

const char *espota_category_summary(enum espota_category c)
{
    return known(c) ? CATEGORIES[c].summary : "?";
}

int espota_category_status(enum espota_category c)
{
    return CATEGORIES[known(c) ? c : ESPOTA_E_INTERNAL].status;
}

bool espota_category_retryable(enum espota_category c)
{
    return known(c) && CATEGORIES[c].retryable;
}

enum espota_outcome espota_category_outcome(enum espota_category c)
{
    return CATEGORIES[known(c) ? c : ESPOTA_E_INTERNAL].outcome;
}

const char *espota_advice_words(enum espota_advice advice)
{
    switch (advice) {
#define X(name, words) \
    case ESPOTA_ADVICE_##name: \
        return words;
        ESPOTA_ADVICES(X)
#undef X
    default:
        return "";
    }
}

const char *espota_outcome_name(enum espota_outcome outcome)
{
    static const char *const NAMES[] = {
        [ESPOTA_UPDATED] = "updated", [ESPOTA_UNCHANGED] = "unchanged",
        [ESPOTA_REFUSED] = "refused", [ESPOTA_FAILED] = "failed",
        [ESPOTA_UNKNOWN] = "unknown", [ESPOTA_SKIPPED] = "skipped",
    };

    return (unsigned)outcome < sizeof NAMES / sizeof *NAMES ? NAMES[outcome]
                                                            : "?";
}

/* Text that did not fit ends before the character that was cut: messages go
 * into JSON, which is UTF-8. */
static void end_whole(char *text, size_t cap)
{
    size_t n = cap - 1, start = n;

    if (strlen(text) < n)
        return;
    while (start > 0 && n - start < 4 && (text[start - 1] & 0xc0) == 0x80)
        start--;
    if (start == 0 || (text[start - 1] & 0x80) == 0)
        return; /* ASCII, or not UTF-8 in the first place */
    start--;
    for (unsigned lead = (unsigned char)text[start]; lead & 0x80; lead <<= 1)
        n--;
    if (n != start)
        text[start] = '\0';
}

static void fill(struct espota_error *err, enum espota_category category,
                 const char *fmt, va_list ap)
{
    err->category = category;
    err->sys_errno = 0;
    err->hint = NULL;
    err->advice = ESPOTA_ADVICE_NONE;
    err->device[0] = '\0';
    vsnprintf(err->message, sizeof err->message, fmt, ap);
    end_whole(err->message, sizeof err->message);
}

/* This machine lacks something: that is the fault of neither image nor user
 * nor device, whatever it was needed for. */
static bool is_want(int sys)
{
    static const int WANTS[] = {EMFILE, ENFILE, ENOMEM, ENOBUFS, ENOSPC, EFBIG,
#ifdef EDQUOT
                                EDQUOT,
#endif
    };

    for (size_t i = 0; i < sizeof WANTS / sizeof *WANTS; i++)
        if (WANTS[i] == sys)
            return true;
    return false;
}

bool eo_is_want_of_fds(int sys)
{
    return sys == EMFILE || sys == ENFILE;
}

int eo_fail(struct espota_error *err, enum espota_category category,
            const char *fmt, ...)
{
    va_list ap;

    if (err == NULL)
        return -1;
    va_start(ap, fmt);
    fill(err, category, fmt, ap);
    va_end(ap);
    return -1;
}

int eo_fail_memory(struct espota_error *err)
{
    return eo_fail(err, ESPOTA_E_INTERNAL, "out of memory");
}

int eo_fail_hint(struct espota_error *err, enum espota_category category,
                 const char *hint, const char *fmt, ...)
{
    va_list ap;

    if (err == NULL)
        return -1;
    va_start(ap, fmt);
    fill(err, category, fmt, ap);
    va_end(ap);
    err->hint = hint;
    return -1;
}

int eo_advise(struct espota_error *err, enum espota_advice advice,
              const char *hint)
{
    if (err == NULL)
        return -1;
    err->advice = advice;
    err->hint = hint == NULL && advice != ESPOTA_ADVICE_NONE
                    ? espota_advice_words(advice)
                    : hint;
    return -1;
}

int eo_fail_advice(struct espota_error *err, enum espota_category category,
                   enum espota_advice advice, const char *hint,
                   const char *fmt, ...)
{
    va_list ap;

    if (err == NULL)
        return -1;
    va_start(ap, fmt);
    fill(err, category, fmt, ap);
    va_end(ap);
    return eo_advise(err, advice, hint);
}

int eo_fail_as(struct espota_error *err, const struct espota_error *why,
               const char *fmt, ...)
{
    const enum espota_category category = why->category;
    const enum espota_advice advice = why->advice;
    const char *hint = why->hint;
    va_list ap;

    if (err == NULL)
        return -1;
    va_start(ap, fmt);
    fill(err, category, fmt, ap);
    va_end(ap);
    return eo_advise(err, advice, hint);
}

int eo_fail_sys(struct espota_error *err, enum espota_category category,
                int sys, const char *fmt, ...)
{
    va_list ap;

    if (err == NULL)
        return -1;
    va_start(ap, fmt);
    fill(err, is_want(sys) ? ESPOTA_E_INTERNAL : category, fmt, ap);
    va_end(ap);
    err->sys_errno = sys;
    return -1;
}

int eo_fail_device(struct espota_error *err, enum espota_category category,
                   const char *device, const char *hint, const char *fmt, ...)
{
    va_list ap;

    if (err == NULL)
        return -1;
    va_start(ap, fmt);
    fill(err, category, fmt, ap);
    va_end(ap);
    err->hint = hint;
    snprintf(err->device, sizeof err->device, "%s", device);
    end_whole(err->device, sizeof err->device);
    return -1;
}
