/* check.h -- what all fuzz targets share: an invariant that does not hold is a
 * find like a crash, and inputs lie in blocks of their exact size.
 */
#ifndef FUZZ_CHECK_H
#define FUZZ_CHECK_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <espota/error.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define fuzz_check(invariant)                                                  \
    fuzz_holds((invariant), __FILE__, __LINE__, #invariant)
static inline void fuzz_holds(int invariant, const char *file, int line,
                              const char *words)
{
    if (invariant)
        return;
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, words);
    abort();
}

/* ---- the input, piece by piece ------------------------------------------- */

struct fuzz_input {
    const uint8_t *at, *end;
};

static inline struct fuzz_input fuzz_input(const uint8_t *data, size_t size)
{
    return (struct fuzz_input){data, data + size};
}

static inline size_t fuzz_left(const struct fuzz_input *in)
{
    return (size_t)(in->end - in->at);
}

static inline uint8_t fuzz_byte(struct fuzz_input *in)
{
    return in->at < in->end ? *in->at++ : 0;
}

/* The next len bytes, or what is left, terminated; free() it. */
static inline char *fuzz_text(struct fuzz_input *in, size_t len)
{
    const size_t n = len < fuzz_left(in) ? len : fuzz_left(in);
    char *text = malloc(n + 1);

    fuzz_check(text != NULL);
    if (n > 0)
        memcpy(text, in->at, n);
    text[n] = '\0';
    in->at += n;
    return text;
}

/* Up to a byte that ends it, which is skipped; free() it. */
static inline char *fuzz_until(struct fuzz_input *in, uint8_t end)
{
    const uint8_t *at =
        in->at < in->end ? memchr(in->at, end, fuzz_left(in)) : NULL;
    char *text =
        fuzz_text(in, at != NULL ? (size_t)(at - in->at) : fuzz_left(in));

    in->at += at != NULL;
    return text;
}

/* ---- what text must be --------------------------------------------------- */

/* The length of the character at p by RFC 3629's table; 0: none. */
static inline size_t fuzz_utf8(const unsigned char *p)
{
    static const struct {
        unsigned char from, to, second_from, second_to, len;
    } ROWS[] = {
        {0x00, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2},
        {0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
        {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4},
        {0xf4, 0xf4, 0x80, 0x8f, 4},
    };

    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        if (p[0] < ROWS[i].from || p[0] > ROWS[i].to)
            continue;
        for (size_t k = 1; k < ROWS[i].len; k++)
            if (p[k] < (k == 1 ? ROWS[i].second_from : 0x80) ||
                p[k] > (k == 1 ? ROWS[i].second_to : 0xbf))
                return 0;
        return ROWS[i].len;
    }
    return 0;
}

/* The character at p, n bytes long. */
static inline unsigned long fuzz_character(const unsigned char *p, size_t n)
{
    unsigned long v = n == 1 ? *p : *p & (0x7fu >> n);

    for (size_t i = 1; i < n; i++)
        v = v << 6 | (p[i] & 0x3fu);
    return v;
}

/* UTF-8 without anything that drives a terminal, ends a line or turns the
 * direction of writing. */
static inline int fuzz_clean(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;

    for (size_t n; *p != '\0'; p += n) {
        unsigned long v;

        n = fuzz_utf8(p);
        v = fuzz_character(p, n);
        if (n == 0 || v < 0x20 || (v >= 0x7f && v < 0xa0) || v == 0x61c ||
            v == 0x200e || v == 0x200f || (v >= 0x2028 && v <= 0x202e) ||
            (v >= 0x2066 && v <= 0x2069) || v == 0xfffe || v == 0xffff)
            return 0;
    }
    return 1;
}

/* Of an error that may quote what it is about. */
static inline void fuzz_error(const struct espota_error *err)
{
    fuzz_check(err->category != ESPOTA_E_OK &&
               (unsigned)err->category < ESPOTA_E_COUNT);
    fuzz_check(memchr(err->message, '\0', sizeof err->message) != NULL);
    fuzz_check(memchr(err->device, '\0', sizeof err->device) != NULL);
    fuzz_check(err->message[0] != '\0');
    fuzz_check(err->hint == NULL || fuzz_clean(err->hint));
}

#endif
