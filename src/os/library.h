/* library.h -- libraries that are loaded when they are needed. */
#ifndef EO_OS_LIBRARY_H
#define EO_OS_LIBRARY_H

struct os_library;

/* Loads a library by the name it has on this system.  NULL: it is not
 * installed.  It stays loaded until the process ends. */
struct os_library *eo_library_open(const char *name);

/* The address of a symbol; NULL: there is none. */
void *eo_library_find(struct os_library *, const char *symbol);

#endif
