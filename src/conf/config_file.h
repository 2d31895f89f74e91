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

enum { CONFIG_PATH = 1024, CONFIG_WHY = 160 };

/* Opens it.  *out is NULL, and all is well, where a file that was not named is
 * not there or not to be obeyed, of which a note tells.  Only one that was
 * named is opened if it is no regular file. */
int eo_config_open(FILE **out, const char *path, enum config_trust,
                   struct notes *, struct espota_error *err) EO_MUST_CHECK;

/* The places where configuration is looked for, the strongest first: the file
 * that is named; or .espota.conf from the working directory upwards to the home
 * or the root of a checkout, whichever comes first, where the first that is there
 * ends the search, and then the user's own, if the environment says where that
 * would be. */
struct config_search {
    const char *path; /* the place, once eo_config_next() gave true */
    enum config_trust trust;
    unsigned nth; /* of the files that are read, from 0 */
    bool there;   /* false: there is nothing in or above the working directory */
    const char *named; /* the rest is the search's own */
    char space[CONFIG_PATH], folder[CONFIG_PATH];
    int next;
};

/* named: NULL, or the only place; none: there is none at all. */
void eo_config_search(struct config_search *, const char *named, bool none);
bool eo_config_next(struct config_search *);

/* Where a new file is found: at last in the working directory, or the user's own;
 * false: nowhere. */
bool eo_config_place(char path[CONFIG_PATH], bool own);

/* What would become of the file at path. */
enum config_state {
    CONFIG_IN_FORCE,
    CONFIG_ABSENT,
    CONFIG_IGNORED,   /* somebody else could have written it */
    CONFIG_UNREADABLE /* which is an error */
};

/* why: words behind "it", or of the system; "": there are none. */
enum config_state eo_config_state(const char *path, enum config_trust,
                                  char why[CONFIG_WHY]);

/* A file that the configuration file config names, as seen from there; "~/" is
 * the home.  NULL: no memory. */
char *eo_config_path(const char *config, const char *file);

#endif
