/* kind.c -- the list of kinds, and collecting what they find. */
#include "image/kind.h"

#include <stdarg.h>
#include <string.h>

static const struct image_kind *const KINDS[] = {
#define X(name) &eo_kind_##name,
    IMAGE_KINDS(X)
#undef X
};

const struct image_kind *eo_kind_at(size_t i)
{
    return i < sizeof KINDS / sizeof *KINDS ? KINDS[i] : NULL;
}

/* ---- collecting --------------------------------------------------------- */

static struct text room(struct findings *f)
{
    struct text t;

    eo_text_init(&t, f->words + f->used, sizeof f->words - f->used);
    return t;
}

static const char *keep(struct findings *f, const struct text *t)
{
    f->used += t->len + 1;
    return t->at;
}

static bool full(const struct findings *f, size_t n, size_t max)
{
    return n == max || f->used + 1 >= sizeof f->words;
}

void eo_fact(struct findings *f, const char *name, const char *fmt, ...)
{
    struct text t;
    char line[192];
    struct text words;
    va_list ap;

    if (full(f, f->n_facts, FACTS_MAX))
        return;
    t = room(f);
    eo_text_init(&words, line, sizeof line);
    va_start(ap, fmt);
    eo_text_vadd(&words, fmt, ap);
    va_end(ap);
    eo_text_add_safe(&t, line, words.len);
    f->facts[f->n_facts++] =
        (struct espota_image_fact){.name = name, .text = keep(f, &t)};
}

void eo_fact_number(struct findings *f, const char *name, uint64_t number)
{
    const size_t before = f->n_facts;

    eo_fact(f, name, "%llu", (unsigned long long)number);
    if (f->n_facts == before)
        return;
    f->facts[before].is_number = true;
    f->facts[before].number = number;
}

void eo_fact_field(struct findings *f, const char *name, const uint8_t *bytes,
                   size_t len)
{
    const uint8_t *end = memchr(bytes, '\0', len);
    struct text t;

    if (end != NULL)
        len = (size_t)(end - bytes);
    if (len == 0 || full(f, f->n_facts, FACTS_MAX))
        return;
    t = room(f);
    eo_text_add_safe(&t, (const char *)bytes, len);
    f->facts[f->n_facts++] =
        (struct espota_image_fact){.name = name, .text = keep(f, &t)};
}

void eo_problem(struct findings *f, enum espota_severity severity, size_t at,
                const char *fmt, ...)
{
    struct text t;
    va_list ap;

    if (full(f, f->n_problems, PROBLEMS_MAX))
        return;
    t = room(f);
    va_start(ap, fmt);
    eo_text_vadd(&t, fmt, ap);
    va_end(ap);
    f->problems[f->n_problems++] = (struct espota_image_problem){
        .severity = severity,
        .located = at != NOWHERE,
        .at = at != NOWHERE ? f->base + at : 0,
        .text = keep(f, &t),
    };
}

const char *eo_find_fact(const struct findings *f, const char *name)
{
    for (size_t i = 0; i < f->n_facts; i++)
        if (strcmp(f->facts[i].name, name) == 0)
            return f->facts[i].text;
    return NULL;
}

const struct espota_image_problem *
eo_first_problem(const struct findings *f, enum espota_severity severity)
{
    for (size_t i = 0; i < f->n_problems; i++)
        if (f->problems[i].severity == severity)
            return &f->problems[i];
    return NULL;
}

bool eo_flashable(const struct findings *f)
{
    return (f->role == ROLE_APP || f->role == ROLE_FILESYSTEM) &&
           eo_first_problem(f, ESPOTA_ERROR) == NULL;
}

/* ---- what has no probe -------------------------------------------------- */

static bool never(const uint8_t *bytes, size_t len)
{
    (void)bytes, (void)len;
    return false;
}

/* Bytes of encrypted or compressed data are spread evenly: of 4096, each value
 * comes 16 times, and the squares of the deviations sum up to 255 * 16. */
static bool looks_random(const uint8_t *bytes, size_t len)
{
    int count[256] = {0}, sum = 0;

    if (len < 4096)
        return false;
    for (size_t i = 0; i < 4096; i++)
        count[bytes[i]]++;
    for (size_t i = 0; i < 256; i++)
        sum += (count[i] - 16) * (count[i] - 16);
    return sum < 2 * 255 * 16;
}

static void describe_unknown(struct findings *f, const uint8_t *bytes,
                             size_t len)
{
    if (looks_random(bytes, len))
        eo_problem(f, ESPOTA_NOTE, 0,
                   "the bytes look random: encrypted, perhaps for flash "
                   "encryption, or packed in a format not known here");
}

static void describe_nothing(struct findings *f, const uint8_t *bytes,
                             size_t len)
{
    (void)f, (void)bytes, (void)len;
}

static const struct image_kind UNKNOWN = {
    .name = "unknown",
    .what = "not an image of a known kind",
    .role = ROLE_UNKNOWN,
    .unfit = "nothing in it is known as firmware or as a filesystem",
    .instead = "check the file, or say --force",
    .probe = never,
    .describe = describe_unknown,
};

static const struct image_kind GZIP = {
    .name = "gzip",
    .what = "a gzip file",
    .role = ROLE_UNKNOWN,
    .probe = never,
    .describe = describe_nothing,
};

/* ---- identifying -------------------------------------------------------- */

static const struct image_kind *find_kind(const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++)
        if (KINDS[i]->probe(bytes, len))
            return KINDS[i];
    return &UNKNOWN;
}

void eo_identify(struct findings *f, const uint8_t *bytes, size_t len)
{
    memset(f, 0, sizeof *f);
    f->kind = find_kind(bytes, len);
    f->role = f->kind->role;
    f->kind->describe(f, bytes, len);
    if (f->kind->unfit != NULL && f->role == f->kind->role)
        eo_problem(f, ESPOTA_ERROR, NOWHERE, "%s: %s", f->kind->unfit,
                   f->kind->instead);
}

void eo_identify_gzip(struct findings *f)
{
    memset(f, 0, sizeof *f);
    f->kind = &GZIP;
    f->role = GZIP.role;
}
