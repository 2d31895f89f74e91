/* config_file.h -- which configuration files there are, and whether to obey
 * them. */
#ifndef EO_CONFIG_FILE_H
#define EO_CONFIG_FILE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/err.h"
#include "conf/notes.h"

/* How the file was found, and so how far it is trusted. */
enum config_trust {
    CONFIG_NAMED, /* named by the user: obeyed whoever owns it */
    CONFIG_OWN,   /* the user's own: obeyed if nobody else can write it */
    CONFIG_FOUND  /* in or above the working directory: likewise, and it
                     cannot start a command */
};

enum { CONFIG_PATH = 1024, CONFIG_WHY = 160 };

/* Opens a file.  If a file that was not named does not exist or is not to be
 * obeyed, the call succeeds and *out is NULL; a note reports the latter.  Only
 * a named file may be something other than a regular file. */
int eo_config_open(FILE **out, const char *path, enum config_trust,
                   struct notes *, struct espota_error *err) EO_MUST_CHECK;

/* The places where configuration is looked for, the strongest first.  If a file
 * is named, it is the only place.  Otherwise the search goes upwards from the
 * working directory to the home or the root of a checkout, whichever comes
 * first, and stops at the first .espota.conf.  The user's own file comes last,
 * if the environment says where that would be. */
struct config_search {
    const char *path; /* the place, once eo_config_next() returned true */
    enum config_trust trust;
    unsigned nth; /* of the files that are read, from 0 */
    bool there;   /* false: no such file in or above the working directory */
    const char *named; /* from here on private to the search */
    char space[CONFIG_PATH], folder[CONFIG_PATH];
    int next;
};

/* named: the only place, or NULL; none: there is no place at all. */
void eo_config_search(struct config_search *, const char *named, bool none);
bool eo_config_next(struct config_search *);

/* Where to put a new file: in the working directory, or the user's own place.
 * False: there is no place. */
bool eo_config_place(char path[CONFIG_PATH], bool own);

/* Whether the file at path would be used. */
enum config_state {
    CONFIG_IN_FORCE,
    CONFIG_ABSENT,
    CONFIG_IGNORED,   /* somebody else could have written it */
    CONFIG_UNREADABLE /* which is an error */
};

/* why: text to follow "it", or the system's message; "": none. */
enum config_state eo_config_state(const char *path, enum config_trust,
                                  char why[CONFIG_WHY]);

/* The path of a file named in the configuration file config, relative to that
 * file; "~/" is the home directory.  NULL: no memory. */
char *eo_config_path(const char *config, const char *file);

#endif
