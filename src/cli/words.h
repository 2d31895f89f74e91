/* words.h -- what the words of "upload" mean: HOST... FILE. */
#ifndef EO_WORDS_H
#define EO_WORDS_H

#include "cli/cli.h"

/* Turns the words into what -i and -f would have given.  The last word is the
 * image, unless -f gives it; a single word is whichever it looks like.  Beside
 * -i there may be one word, the image; beside -i and -f there is none: a stray
 * word is usually half of a password, and nobody must look it up.  Fails with
 * USAGE. */
int eo_words_upload(struct cli *, struct espota_error *err) EO_MUST_CHECK;

/* The error of a word that this command does not expect. */
int eo_words_extra(const struct cli *, const char *word,
                   struct espota_error *err) EO_MUST_CHECK;

#endif
