/* findings.c -- collecting what an inspector finds. */
#include "image/findings.h"

#include <stdarg.h>
#include <string.h>

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

/* If a sheet had two versions, readers would disagree on which one holds. */
static bool may_tell(const struct findings *f, const char *name)
{
    return !full(f, f->n_facts, FACTS_MAX) && eo_find_fact(f, name) == NULL;
}

void eo_fact(struct findings *f, const char *name, const char *fmt, ...)
{
    struct text t;
    char line[192];
    struct text words;
    va_list ap;

    if (!may_tell(f, name))
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
    if (len == 0 || !may_tell(f, name))
        return;
    t = room(f);
    eo_text_add_safe(&t, (const char *)bytes, len);
    f->facts[f->n_facts++] =
        (struct espota_image_fact){.name = name, .text = keep(f, &t)};
}

static void add_problem(struct findings *f, enum espota_severity severity,
                        enum espota_advice advice, size_t at, const char *fmt,
                        va_list ap)
{
    struct text t;

    if (full(f, f->n_problems, PROBLEMS_MAX))
        return;
    t = room(f);
    eo_text_vadd(&t, fmt, ap);
    f->problems[f->n_problems++] = (struct espota_image_problem){
        .severity = severity,
        .located = at != NOWHERE,
        .at = at != NOWHERE ? f->base + at : 0,
        .text = keep(f, &t),
        .advice = advice,
    };
}

void eo_problem(struct findings *f, enum espota_severity severity, size_t at,
                const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    add_problem(f, severity, ESPOTA_ADVICE_NONE, at, fmt, ap);
    va_end(ap);
}

void eo_problem_advice(struct findings *f, enum espota_severity severity,
                       enum espota_advice advice, size_t at, const char *fmt,
                       ...)
{
    va_list ap;

    va_start(ap, fmt);
    add_problem(f, severity, advice, at, fmt, ap);
    va_end(ap);
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

const struct espota_image_problem *eo_obstacle(const struct findings *f)
{
    for (size_t i = 0; i < f->n_problems; i++)
        if (f->problems[i].severity == ESPOTA_ERROR &&
            &f->problems[i] != f->unfit_problem)
            return &f->problems[i];
    return NULL;
}

bool eo_flashable(const struct findings *f)
{
    return (f->role == ROLE_APP || f->role == ROLE_FILESYSTEM) &&
           eo_obstacle(f) == NULL;
}

/* Bytes of encrypted or compressed data are spread evenly: among 4096 bytes,
 * each value occurs 16 times, and the squares of the deviations add up to
 * 255 * 16. */
bool eo_looks_random(const uint8_t *bytes, size_t len)
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
