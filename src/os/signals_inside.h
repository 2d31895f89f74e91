/* signals_inside.h -- waiting for a signal or a file, for files of src/os/. */
#ifndef EO_SIGNALS_INSIDE_H
#define EO_SIGNALS_INSIDE_H

#include "os/file.h"

/* Waits until the file has something to read: 0.  1 if a signal came meanwhile
 * that does not ask us to end; -1 with errno, which is EINTR if one did,
 * however long ago: none is lost between a look at eo_signals_caught() and the
 * wait. Before eo_signals_catch(), signals have their default actions. */
int eo_signals_await(os_file);

#endif
