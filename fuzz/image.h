/* image.h -- the body of every fuzz target for image formats.
 *
 * What a caller relies on must hold, whatever the bytes: all text ends and is
 * printable, places are inside the file, nothing damaged counts as flashable.
 */
#ifndef FUZZ_IMAGE_H
#define FUZZ_IMAGE_H

#include "check.h"
#include "image/kind.h"

static inline void check_text(const struct findings *f, const char *text)
{
    fuzz_check(text >= f->words && text < f->words + sizeof f->words);
    fuzz_check(memchr(text, '\0',
                      (size_t)(f->words + sizeof f->words - text)) != NULL);
    for (; *text != '\0'; text++)
        fuzz_check((unsigned char)*text >= ' ' && *text != 0x7f);
}

static inline void check_findings(const struct findings *f, size_t size)
{
    fuzz_check(f->n_facts <= FACTS_MAX && f->n_problems <= PROBLEMS_MAX);
    for (size_t i = 0; i < f->n_facts; i++)
        check_text(f, f->facts[i].text);
    for (size_t i = 0; i < f->n_problems; i++) {
        check_text(f, f->problems[i].text);
        fuzz_check(!f->problems[i].located || f->problems[i].at <= size);
    }
    fuzz_check(f->base == 0);
}

/* Seeds are of these kinds; other bytes may be any. */
static inline void fuzz_image(const struct image_kind *kind,
                              const uint8_t *data, size_t size)
{
    static struct findings f;

    if (kind->probe(data, size)) {
        memset(&f, 0, sizeof f);
        f.kind = kind;
        f.role = kind->role;
        kind->describe(&f, data, size);
        check_findings(&f, size);
    }
    eo_identify(&f, data, size);
    check_findings(&f, size);
    fuzz_check(!eo_flashable(&f) || f.n_problems == 0 ||
               eo_first_problem(&f, ESPOTA_ERROR) == NULL);
}

#endif
