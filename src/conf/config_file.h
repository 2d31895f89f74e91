/* config_file.h -- which configuration file there is, and whether to obey. */
#ifndef EO_CONFIG_FILE_H
#define EO_CONFIG_FILE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/err.h"
#include "conf/notes.h"

/* How we came by a file, and so how far it is trusted. */
enum config_trust {
    CONFIG_NAMED, /* the user's own word: obeyed whoever owns it */
    CONFIG_OWN,   /* the user's: obeyed if nobody else can write it */
    CONFIG_FOUND  /* in or above the working directory: so, too, and it
                     starts no command */
};

enum { CONFIG_PATH = 1024 };

/* Opens it.  *out is NULL, and all is well, where a file that was not named is
 * not there or not to be obeyed, of which a note tells.  Only one that was
 * named is opened if it is no regular file. */
int eo_config_open(FILE **out, const char *path, enum config_trust,
                   struct notes *, struct espota_error *err) EO_MUST_CHECK;

/* The nearest .espota.conf from the working directory upwards to the home or
 * the root of a checkout, whichever comes first; false: there is none. */
bool eo_config_find(char path[CONFIG_PATH]);
/* The user's own, if the environment says where that would be. */
bool eo_config_own(char path[CONFIG_PATH]);

/* A file that the configuration file config names, as seen from there; "~/" is
 * the home.  NULL: no memory. */
char *eo_config_path(const char *config, const char *file);

#endif
