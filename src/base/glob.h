/* glob.h -- names with wildcards. */
#ifndef EO_GLOB_H
#define EO_GLOB_H

#include <stdbool.h>

/* Whether text matches the pattern as POSIX fnmatch(3) does in the C locale
 * and without flags: * ? [a-z] [!a-z] [[:digit:]], and a backslash before a
 * character that stands for itself.  So does a [ that is not closed. */
bool eo_glob(const char *pattern, const char *text);

#endif
