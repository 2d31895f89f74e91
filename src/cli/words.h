/* words.h -- the meaning of the words after "upload": HOST... FILE. */
#ifndef EO_WORDS_H
#define EO_WORDS_H

#include "cli/cli.h"

/* Turns the words into what -i and -f would have given.  The last word is the
 * image, unless -f gives it.  A single word is the image if it looks like
 * a file, else a host.  With -i there may be one word, the image.  With
 * -i and -f no word is allowed: a stray word is usually half of a password, and
 * must not be looked up as a host.  Fails with USAGE. */
int eo_words_upload(struct cli *, struct espota_error *err) EO_MUST_CHECK;

/* The error of a word that this command does not expect. */
int eo_words_extra(const struct cli *, const char *word,
                   struct espota_error *err) EO_MUST_CHECK;

#endif
