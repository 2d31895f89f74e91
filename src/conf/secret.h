/* secret.h -- passwords and keys: where they come from, and wiping them. */
#ifndef EO_SECRET_H
#define EO_SECRET_H

#include <stddef.h>

#include "conf/notes.h"
#include "conf/opts.h"

/* Owned, and wiped when freed. */
struct secrets {
    char **at;
    size_t n;
};

/* What can be read only once in a run, for all its devices. */
struct asked {
    char *from_stdin, *from_prompt; /* NULL: not read yet */
};

/* Appends a copy. */
int eo_secrets_add(struct secrets *, const char *, struct espota_error *err)
    EO_MUST_CHECK;

/* Appends the first line of each file, which may be empty.  Fails with SECRET;
 * notes get a warning for a file that every user can read. */
int eo_secrets_files(struct secrets *, const struct texts *files,
                     struct notes *, struct espota_error *err) EO_MUST_CHECK;

/* Appends all passwords the options name, in the order to try them. */
int eo_passwords(struct secrets *, const struct opts *, struct asked *,
                 struct notes *, struct espota_error *err) EO_MUST_CHECK;

/* Appends the key, if the options name one. */
int eo_key(struct secrets *, const struct opts *, struct notes *,
           struct espota_error *err) EO_MUST_CHECK;

void eo_secrets_free(struct secrets *);
void eo_asked_free(struct asked *);

#endif
