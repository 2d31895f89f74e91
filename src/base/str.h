/* str.h -- text in fixed space, and numbers out of text. */
#ifndef EO_STR_H
#define EO_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Text that grows in the caller's array; what does not fit is cut off. */
struct text {
    char *at;
    size_t len, cap; /* cap counts the terminator; len never does */
    bool cut;
};

void eo_text_init(struct text *, char *space, size_t cap);
void eo_text_add(struct text *, const char *fmt, ...) EO_PRINTF(2, 3);
void eo_text_vadd(struct text *, const char *fmt, va_list) EO_PRINTF(2, 0);

/* Adds foreign bytes for people to read.  Control characters, marks that
 * change the direction of writing, and bytes that are not UTF-8 become \xNN,
 * so that a device can neither control a terminal nor pass off its words as
 * ours. */
void eo_text_add_safe(struct text *, const char *bytes, size_t len);

/* Adds what a user gave, so that it is recognised, but no secret: it leaves
 * out what precedes the "@" of a URL, and stops where another option seems to
 * begin, whose value may be a password. */
void eo_text_add_given(struct text *, const char *);

/* Locale-free, ASCII only. */
bool eo_is_digit(char);
bool eo_is_space(char);
char eo_lower(char);
bool eo_same_nocase(const char *, const char *);
bool eo_starts_with(const char *text, const char *prefix);
bool eo_starts_with_nocase(const char *text, const char *prefix);
/* The part of a path after its last slash. */
const char *eo_base_name(const char *path);
bool eo_ends_with(const char *text, const char *suffix);

/* Text of len bytes without the byte order mark that some editors put before
 * UTF-8.  Every text file that is read passes through here. */
const char *eo_skip_bom(const char *text, size_t *len);

/* A whole decimal number from min to max and nothing else: 0, or -1. */
int eo_parse_uint(const char *text, uint64_t min, uint64_t max, uint64_t *out);

/* The candidate nearest to text by edit distance, if near enough to be a
 * misspelling of it; else NULL.  candidates ends with NULL. */
const char *eo_nearest(const char *text, const char *const *candidates);

/* Do they differ by one letter (extra, missing or wrong), or by two neighbours
 * swapped? */
bool eo_is_slip(const char *text, const char *word);

/* ' (did you mean "NEAREST"?)', or '' if it is NULL; returns out. */
enum { DID_YOU_MEAN = 80 };
const char *eo_did_you_mean(char out[DID_YOU_MEAN], const char *nearest);

#endif
