/* pull.c -- what a device that fetches its firmware by HTTP is given. */
#include "serve/pull.h"

#include <string.h>

#include "base/str.h"
#include "serve/pull_range.h"

static void say_va(struct pull_answer *a, int status, const char *fmt,
                   va_list ap)
{
    struct text t;

    a->status = status;
    eo_text_init(&t, a->reason, sizeof a->reason);
    eo_text_vadd(&t, fmt, ap);
}

static void say(struct pull_answer *a, int status, const char *fmt, ...)
    EO_PRINTF(3, 4);

static void say(struct pull_answer *a, int status, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    say_va(a, status, fmt, ap);
    va_end(ap);
}

void eo_pull_refuse(struct pull_answer *a, int status, const char *fmt, ...)
{
    va_list ap;

    a->body = false;
    a->form = NULL;
    a->first = a->len = 0;
    va_start(ap, fmt);
    say_va(a, status, fmt, ap);
    va_end(ap);
}

enum want { WANT_FIRMWARE, WANT_FILESYSTEM, WANT_VERSION, WANT_NONSENSE };

static const struct {
    const char *mode;
    enum want want;
} MODES[] = {
    {"", WANT_FIRMWARE},           {"sketch", WANT_FIRMWARE},
    {"spiffs", WANT_FILESYSTEM},   {"fatfs", WANT_FILESYSTEM},
    {"littlefs", WANT_FILESYSTEM}, {"filesystem", WANT_FILESYSTEM},
    {"version", WANT_VERSION},
};

static enum want wanted(const struct pull_request *r)
{
    for (size_t i = 0; i < sizeof MODES / sizeof *MODES; i++)
        if (eo_same_nocase(r->mode, MODES[i].mode))
            return MODES[i].want;
    return WANT_NONSENSE;
}

bool eo_pull_wants_filesystem(const struct pull_request *r)
{
    return wanted(r) == WANT_FILESYSTEM;
}

static bool tells_what_it_runs(const struct pull_request *r)
{
    return eo_pull_told(r, PULL_VERSION) || eo_pull_told(r, PULL_SKETCH_MD5) ||
           eo_pull_told(r, PULL_SKETCH_SHA256);
}

/* True: it runs this image already; the reason is in the answer. */
static bool current(const struct pull_request *r, const struct pull_offer *o,
                    enum want want, struct pull_answer *a)
{
    const struct pull_image *image = a->image;
    const bool compare = eo_pull_told(r, PULL_VERSION) && o->version != NULL;
    bool same = false;

    if (compare && strcmp(r->version, o->version) == 0) {
        say(a, 304, "it already runs version %s", o->version);
        return true;
    }
    /* The device's hashes are of its firmware, never of its filesystem. */
    for (size_t i = 0; i < 4 && want == WANT_FIRMWARE; i++)
        same |= eo_pull_told(r, PULL_SKETCH_MD5) &&
                strcmp(r->md5, image->running_md5[i]) == 0;
    if (want == WANT_FIRMWARE && eo_pull_told(r, PULL_SKETCH_SHA256) &&
        strcmp(r->sha256, image->running_sha256) == 0)
        same = true;
    if (same && !compare) {
        say(a, 304, "it already runs this image");
        return true;
    }
    if (same && o->given > 0) {
        say(a, 304, "it runs this image and still calls itself %s, not %s",
            r->version, o->version);
        return true;
    }
    /* A device that sends neither its version nor its hash, or wrong ones,
     * would fetch, restart and fetch again for ever. */
    if (o->enough != 0 && o->given >= o->enough) {
        say(a, 304, "it took this image %u times in a row and %s", o->given,
            tells_what_it_runs(r) ? "still says it runs what it ran before"
                                  : "does not say what it runs");
        a->advice = ESPOTA_ADVICE_MORE_REPEATS;
        return true;
    }
    return false;
}

static bool suits(const struct pull_request *r, enum want want,
                  struct pull_answer *a)
{
    const struct pull_image *image = a->image;

    if (!eo_pull_suits(r->family, image->chip)) {
        say(a, 404, "the image is for %s, not for %s", image->chip,
            eo_pull_family_name(r->family));
        return false;
    }
    if (image->packed && (r->family == PULL_ESP32 || want == WANT_FILESYSTEM)) {
        say(a, 404, "it cannot unpack gzip");
        return false;
    }
    return true;
}

/* Filesystems and the apps of an ESP32 are stored as they are sent.  A device
 * that does not say which updater it has gets the file as it is. */
static const struct image_form *form_for(const struct pull_request *r,
                                         enum want want,
                                         const struct pull_image *image)
{
    if (want == WANT_FILESYSTEM || r->family == PULL_ESP32)
        return image->plain;
    if (r->family == PULL_ESP8266 || r->family == PULL_PICO)
        return image->app;
    return image->raw;
}

static void choose_form(const struct pull_request *r, enum want want,
                        struct pull_answer *a)
{
    const struct image_form *form = form_for(r, want, a->image);

    /* free-space is the room for a sketch; devices do not report the room for a
     * filesystem. */
    if (want == WANT_FIRMWARE && eo_pull_told(r, PULL_FREE_SPACE) &&
        form->len > r->free_space) {
        say(a, 404, "the image has %zu bytes and the device room for %llu",
            form->len, (unsigned long long)r->free_space);
        return;
    }
    a->form = form;
    a->len = form->len;
    a->body = !r->head;
    if (eo_pull_told(r, PULL_VERSION))
        say(a, 200, "it runs version %s", r->version);
    else
        say(a, 200, "%s",
            want == WANT_FILESYSTEM ? "a filesystem" : "it asked");
}

/* Reduces the answer to nothing if the client has the image already, or to the
 * part that it asks for. */
static void choose_part(const struct pull_request *r, struct pull_answer *a)
{
    const struct image_form *form = a->form;
    enum range range = RANGE_ALL;

    if (eo_pull_matches(r->if_none_match, form->md5)) {
        say(a, 304, "it has these very bytes already");
        a->len = 0;
        a->body = false;
        return;
    }
    if (!r->head && eo_pull_if_range(r->if_range, form->md5))
        range = eo_pull_range(r->range, form->len, &a->first, &a->len);
    if (range == RANGE_PART)
        say(a, 206, "it asked for bytes %zu to %zu", a->first,
            a->first + a->len - 1);
    if (range == RANGE_NONE) {
        say(a, 416, "it asked for bytes behind the end");
        a->len = 0;
        a->body = false;
    }
}

void eo_pull_decide(const struct pull_request *r, const struct pull_offer *o,
                    struct pull_answer *a)
{
    const enum want want = wanted(r);

    memset(a, 0, sizeof *a);
    a->version = o->version;
    if (r->status != 0) {
        say(a, r->status, "%s", r->reason);
        return;
    }
    if (want == WANT_NONSENSE) {
        struct text t;

        say(a, 404, "it asks in a mode nobody knows: ");
        eo_text_init(&t, a->reason + strlen(a->reason),
                     sizeof a->reason - strlen(a->reason));
        eo_text_add_safe(&t, r->mode, strlen(r->mode));
        return;
    }
    a->image = want == WANT_FILESYSTEM ? o->filesystem : o->firmware;
    if (a->image == NULL) {
        say(a, 404, "there is no %s for it",
            want == WANT_FILESYSTEM ? "filesystem" : "firmware");
        return;
    }
    if (want == WANT_VERSION) {
        if (o->version == NULL) {
            say(a, 404, "it asks for the version, and none is set");
            return;
        }
        a->form = a->image->raw;
        say(a, 200, "it asked for the version, %s", o->version);
        return;
    }
    if (current(r, o, want, a))
        return;
    if (suits(r, want, a))
        choose_form(r, want, a);
    if (a->status == 200)
        choose_part(r, a);
}
