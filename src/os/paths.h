/* paths.h -- how this system writes where a file is, and where things are. */
#ifndef EO_PATHS_H
#define EO_PATHS_H

#include <stdbool.h>
#include <stddef.h>

/* Whether it is absolute: it does not depend on the working folder. */
bool eo_paths_is_absolute(const char *path);

/* How many bytes of a path are the folder, with what separates it from the
 * name; 0: it is a name alone. */
size_t eo_paths_folder(const char *path);

/* folder/name; false: it does not fit. */
bool eo_paths_join(char *out, size_t cap, const char *folder,
                   const char *name);

/* The working folder; false: it is not known. */
bool eo_paths_here(char *out, size_t cap);

/* From an absolute folder to its parent; false: it has none. */
bool eo_paths_up(char *folder);

/* The user's; NULL: the environment does not say. */
const char *eo_paths_home(void);

/* Where this program keeps a file of that name for this user, as far as the
 * environment says; it need not exist. */
bool eo_paths_config(char *out, size_t cap, const char *name);

/* What is written there is discarded, and reading gives nothing. */
const char *eo_paths_null(void);

#endif
