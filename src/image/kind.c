/* kind.c -- the list of kinds, and which of them a file is. */
#include "image/kind.h"

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

/* ---- what has no probe -------------------------------------------------- */

static bool never(const uint8_t *bytes, size_t len)
{
    (void)bytes, (void)len;
    return false;
}

static void describe_unknown(struct findings *f, const uint8_t *bytes,
                             size_t len)
{
    if (eo_looks_random(bytes, len))
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
    .instead = "check the file",
    .advice = ESPOTA_ADVICE_OR_FORCE,
    .inflates = true, /* it may be for an updater that does */
    .probe = never,
    .describe = describe_unknown,
};

static const struct image_kind GZIP = {
    .name = "gzip",
    .what = "a gzip file",
    .role = ROLE_UNKNOWN,
    .inflates = true,
    .packed = true,
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

static void set_kind(struct findings *f, const struct image_kind *kind)
{
    memset(f, 0, sizeof *f);
    f->kind = kind;
    f->role = kind->role;
    f->unfit = kind->unfit;
    f->instead = kind->instead;
    f->advice = kind->advice;
}

void eo_identify(struct findings *f, const uint8_t *bytes, size_t len)
{
    size_t before;

    set_kind(f, find_kind(bytes, len));
    f->kind->describe(f, bytes, len);
    before = f->n_problems;
    if (f->unfit == NULL || f->role != f->kind->role)
        return;
    eo_problem_advice(f, ESPOTA_ERROR, f->advice, NOWHERE, "%s: %s", f->unfit,
                      f->instead);
    if (f->n_problems > before)
        f->unfit_problem = &f->problems[before];
}

void eo_identify_gzip(struct findings *f)
{
    set_kind(f, &GZIP);
}
