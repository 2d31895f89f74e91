/* fuzz_serve_pull.c -- any request there can be: the first byte picks what is
 * on offer, the last how often is enough, the first line is method and target,
 * the others are headers. */
#include "check.h"
#include "serve/pull.h"

#define HASH "00000000000000000000000000000000"

static const struct image_form RAW = {(const uint8_t *)"", 400000, HASH};
static const struct image_form GZIP = {(const uint8_t *)"", 250000, HASH};

#define ALL(form) .raw = &form, .plain = &form, .app = &form

static const struct pull_image IMAGES[] = {
    {ALL(RAW), .chip = "ESP8266", .running_md5 = {HASH}},
    {.raw = &RAW, .plain = &RAW, .app = &GZIP, .chip = "ESP8266"},
    {ALL(RAW), .chip = "ESP32-C3", .running_sha256 = HASH HASH},
    {.raw = &GZIP, .plain = &RAW, .app = &GZIP},
    {ALL(GZIP), .packed = true},
};

static void judge(const struct pull_request *r, const struct pull_offer *o)
{
    struct pull_answer a;

    fuzz_check(r->path[0] == '/' &&
               memchr(r->path, '\0', sizeof r->path) != NULL);
    fuzz_check(strlen(r->mac) % 17 == 0 && strlen(r->md5) % 32 == 0);
    if (r->status == 0)
        fuzz_check(strstr(r->path, "/.") == NULL &&
                   strchr(r->path, '\\') == NULL);
    eo_pull_decide(r, o, &a);
    fuzz_check(a.reason[0] != '\0');
    fuzz_check(memchr(a.reason, '\0', sizeof a.reason) != NULL);
    switch (a.status) {
    case 200:
    case 206:
        fuzz_check(r->status == 0 && a.form != NULL && !(a.body && r->head));
        fuzz_check(a.first <= a.form->len && a.len <= a.form->len - a.first);
        fuzz_check(a.status == 200 ? a.first == 0 : a.len > 0 && a.body);
        fuzz_check(!a.body || o->enough == 0 || o->given < o->enough);
        break;
    case 304:
    case 416:
        fuzz_check(!a.body && a.first == 0 && a.len == 0);
        break;
    case 404:
        fuzz_check(a.form == NULL && !a.body);
        break;
    case 400:
    case 405:
    case 414:
        fuzz_check(r->status == a.status && a.form == NULL && !a.body);
        break;
    default:
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pull_request r;
    struct pull_offer offer = {0};
    char *text, *line, *rest = NULL, *target;

    if (size == 0)
        return 0;
    offer.firmware = data[0] & 1 ? &IMAGES[(data[0] >> 1) % 5] : NULL;
    offer.filesystem = data[0] & 8 ? &IMAGES[(data[0] >> 1) % 5] : NULL;
    offer.version = data[0] & 16 ? "7" : NULL;
    offer.given = data[0] >> 5;
    offer.enough = data[size - 1] % 8;
    text = malloc(size);
    fuzz_check(text != NULL);
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';

    line = text;
    rest = line + strcspn(line, "\n");
    if (*rest != '\0')
        *rest++ = '\0';
    target = line + strcspn(line, " ");
    if (*target != '\0')
        *target++ = '\0';
    eo_pull_start(&r, line, target);
    while (*rest != '\0') {
        char *value;

        line = rest;
        rest = line + strcspn(line, "\n");
        if (*rest != '\0')
            *rest++ = '\0';
        value = line + strcspn(line, ":");
        if (*value != '\0')
            *value++ = '\0';
        eo_pull_header(&r, line, value);
    }
    judge(&r, &offer);
    free(text);
    return 0;
}
