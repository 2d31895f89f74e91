/* glob.h -- names with wildcards. */
#ifndef EO_GLOB_H
#define EO_GLOB_H

#include <stdbool.h>

/* Whether text is what the pattern says, as fnmatch(3) of POSIX sees it in the C
 * locale and without flags: * ? [a-z] [!a-z] [[:digit:]], and a backslash takes
 * what follows as it is.  A [ that is not closed is one. */
bool eo_glob(const char *pattern, const char *text);

#endif
