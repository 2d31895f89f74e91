/* library.h -- libraries that are loaded when they are needed. */
#ifndef EO_OS_LIBRARY_H
#define EO_OS_LIBRARY_H

struct os_library;

/* By the name under which this system has it.  NULL: it is not here.  It stays
 * until the process ends. */
struct os_library *eo_library_open(const char *name);

/* The address of what it calls by that name; NULL: nothing. */
void *eo_library_find(struct os_library *, const char *symbol);

#endif
