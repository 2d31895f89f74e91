/* library_posix.c -- libraries by dlopen(). */
#include "os/library.h"

#include <dlfcn.h>

struct os_library *eo_library_open(const char *name)
{
    return dlopen(name, RTLD_NOW | RTLD_LOCAL);
}

void *eo_library_find(struct os_library *library, const char *symbol)
{
    return dlsym(library, symbol);
}
