/* judge.c -- what a run is held to: its status, its events, what the devices
 * stored, the journal, and the files it makes. */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <espota/error.h>

#include "judge.h"

enum {
    STORE_MS = 60000 /* for a device to write down what it has */
};

static const char *complaint(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

static const char *complaint(const char *format, ...)
{
    static char text[SIZE];
    va_list ap;

    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    return text;
}

static bool is_empty(const char *path)
{
    size_t n = 0;

    free(read_text(path, &n));
    return n == 0;
}

/* A packet that is lost is nobody's fault; who cannot wait for any has to say
 * so. */
static bool may_miss(const struct place *p)
{
    return p->story->may_miss && p->plan->kind != FAIL_POLL &&
           is_empty(in(p, "run"));
}

/* Who cannot wait blames no device; but libcurl does not tell. */
static bool blames(const struct place *p, int status)
{
    return p->plan->kind == FAIL_POLL && p->plan->forever &&
           !p->story->libcurl &&
           (status == espota_category_status(ESPOTA_E_CONNECT) ||
            status == espota_category_status(ESPOTA_E_NO_ANSWER) ||
            status == espota_category_status(ESPOTA_E_BROKEN) ||
            status == espota_category_status(ESPOTA_E_NOT_BACK));
}

/* No more than that the run begins. */
static bool is_about_to_begin(const char *events)
{
    size_t n = 0;
    char *text = read_text(events, &n);
    const char *end = n > 0 ? strchr(text, '\n') : NULL;
    const bool is_so = n == 0 || (strstr(text, "\"run_start\"") != NULL &&
                                  (end == NULL || end[1] == '\0'));

    free(text);
    return is_so;
}

/* A name and its owner that OpenSSL 3.0 forgets where memory ends while it reads
 * its own configuration; nothing that we ask it for is of such a size. */
static bool is_their_leak(int status, const char *said)
{
    return status == SANITIZER_STATUS &&
           strstr(said, " 24 byte(s) leaked in 2 allocation(s)") != NULL &&
           strstr(said, "CRYPTO_zalloc") != NULL &&
           strstr(said, "CRYPTO_strndup") != NULL;
}

/* OpenSSL 3.0 does not survive a lack of memory while it starts, when no device
 * has been spoken of, let alone to. */
static bool is_theirs(const struct place *p, int status, const char *said)
{
    const bool crashed =
        status == 128 + SIGSEGV ||
        (status == SANITIZER_STATUS && strstr(said, " SEGV on ") != NULL &&
         strstr(said, "libcrypto.so") != NULL);

    return p->plan->kind == FAIL_THEIRS &&
           (is_their_leak(status, said) ||
            (crashed && is_about_to_begin(in(p, "events"))));
}

/* No memory is no fault of the image's. */
static bool blames_image(const struct place *p, int status)
{
    return (p->plan->kind == FAIL_MEMORY || p->plan->kind == FAIL_THEIRS) &&
           p->plan->storm == STORM_NONE && p->plan->at > 0 &&
           status == espota_category_status(ESPOTA_E_IMAGE);
}

static bool is_documented(const struct story *s, int status)
{
    for (int c = 0; c < ESPOTA_E_COUNT; c++)
        if (c != ESPOTA_E_INTERRUPTED &&
            status == espota_category_status((enum espota_category)c))
            return true;
    return s->serves && status == 128 + SIGTERM;
}

static unsigned count(const char *text, const char *word)
{
    unsigned n = 0;

    for (; (text = strstr(text, word)) != NULL; text++)
        n++;
    return n;
}

/* Devices write down what they took a moment behind their answer. */
static bool is_stored(const struct place *p, unsigned device)
{
    const uint64_t end = now_ms() + STORE_MS;
    char name[32], image[SIZE];

    snprintf(name, sizeof name, p->story->devices > 1 ? "stored%u" : "stored",
             device);
    image_path(p, image);
    while (!same_files(in(p, name), image)) {
        if (now_ms() > end)
            return false;
        doze();
    }
    return true;
}

/* The events are whole lines, numbered without gaps; the last says so. */
static const char *check_events(const struct place *p, const char *events,
                                int status)
{
    const bool serves = p->story->serves;
    const char *last = serves ? "\"event\":\"serve_end\""
                              : "\"event\":\"run_end\"";
    char word[64];
    unsigned seq = 0;
    const char *line, *end;

    for (line = events; *line != '\0'; line = end + 1) {
        end = strchr(line, '\n');
        snprintf(word, sizeof word, "{\"v\":1,\"seq\":%u,", seq);
        if (end == NULL || end[-1] != '}' ||
            strncmp(line, word, strlen(word)) != 0)
            return complaint("event %u is not whole", seq);
        seq++;
    }
    if (count(events, last) != 1)
        return complaint("%u times %s", count(events, last), last);
    for (line = strstr(events, last); *line != '\n'; line++)
        ;
    if (line[1] != '\0')
        return complaint("events behind %s", last);
    snprintf(word, sizeof word, "\"exit\":%d,\"ms\":", status);
    if (strstr(strstr(events, last), word) == NULL)
        return complaint("%s does not say %s", last, word);
    if (!serves && count(events, "\"event\":\"device_end\"") !=
                       p->story->devices)
        return complaint("%u times device_end",
                         count(events, "\"event\":\"device_end\""));
    return NULL;
}

/* Several devices are told apart by their ports. */
static const char *check_stored(const struct place *p, const char *events,
                                int status)
{
    unsigned updated = 0;

    for (unsigned i = 0; i < p->story->devices; i++) {
        const char *line = events;
        char dev[64];

        snprintf(dev, sizeof dev, ":%u\"", p->port + i);
        while ((line = strstr(line, "\"dev\":")) != NULL) {
            const char *end = strchr(line, '\n');
            const char *name = strstr(line, dev);
            const char *said = strstr(line, "\"outcome\":\"updated\"");

            if (said != NULL && said < end &&
                (p->story->devices == 1 || (name != NULL && name < said))) {
                updated++;
                if (!is_stored(p, i))
                    return complaint("device %u is called updated, and has "
                                     "something else", i);
            }
            line = end;
        }
    }
    if (p->story->again && p->knows)
        return updated > 0 ? complaint("flashed a second time") : NULL;
    if (status == 0 && updated != p->story->devices)
        return complaint("status 0, and %u updated", updated);
    return NULL;
}

/* Without a word of complaint every end is in the journal. */
static const char *check_journal(const struct place *p, const char *events,
                                 const char *said)
{
    size_t n;
    char *journal = read_text(in(p, "journal"), &n);
    const unsigned ends =
        journal != NULL ? count(journal, "\"event\":\"end\"") : 0;
    const unsigned updated = count(events, "\"outcome\":\"updated\"");

    free(journal);
    if (p->story->again && p->knows && ends < p->story->devices)
        return complaint("the journal has lost what was done");
    if (ends < updated && strstr(said, "the journal cannot be written") == NULL)
        return complaint("%u updated, %u in the journal, and no warning",
                         updated, ends);
    return NULL;
}

const char *judge(const struct place *p, int status, bool clean)
{
    const struct story *s = p->story;
    size_t n;
    char *said = read_text(in(p, "run.err"), &n);
    char *events = read_text(in(p, "events"), &n);
    const bool cut = said != NULL && strstr(said, "events are incomplete");
    const char *why = NULL;

    if (status < 0)
        why = complaint("hangs");
    else if (is_theirs(p, status, said != NULL ? said : ""))
        why = NULL;
    else if (status == SANITIZER_STATUS)
        why = complaint("a sanitizer complains");
    else if (!is_documented(s, status))
        why = complaint("status %d", status);
    else if (blames(p, status))
        why = complaint("status %d where poll() fails", status);
    else if (blames_image(p, status))
        why = complaint("status %d where memory is out", status);
    else if (clean && status != 0)
        why = complaint("status %d, and nothing had failed", status);
    else if (status != 0 && strstr(said, "espota-c: ") == NULL &&
             p->plan->kind != FAIL_WRITE && status < 128)
        why = complaint("status %d without a word", status);
    else if (events != NULL && events[0] != '\0' && !cut)
        why = check_events(p, events, status);
    else if (status == 0 && (s->devices > 0 || s->serves) && !cut)
        why = complaint("status 0 and no events");
    if (why == NULL && s->devices > 0 && events != NULL && !cut)
        why = check_stored(p, events, status);
    if (why == NULL && s->serves && status == 0 && !is_stored(p, 0))
        why = complaint("status 0, and the image was not taken");
    if (why == NULL && s->journal)
        why = check_journal(p, events != NULL ? events : "", said);
    if (why == NULL && p->knows && s->result != NULL &&
        (status == 0 || access(in(p, s->result), F_OK) == 0) &&
        !same_files(in(p, s->result), in(p, "expected")))
        why = complaint("%s is not what it should be", s->result);
    if (why == NULL && p->knows && s->devices == 0 && !s->serves &&
        status == 0 && !may_miss(p) &&
        !same_files(in(p, "run"), in(p, "expected.out")))
        why = complaint("status 0, and other words than without failures");
    free(said);
    free(events);
    return why;
}
