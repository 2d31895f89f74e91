/* signals_windows.h -- that we are asked to end, for files of src/os/ that wait
 * for more than that. */
#ifndef EO_SIGNALS_WINDOWS_H
#define EO_SIGNALS_WINDOWS_H

#include "os/windows.h"

/* Is set once we are asked to end, and stays so; NULL before
 * eo_signals_catch(). */
HANDLE eo_windows_signal(void);

/* A read of the console was cut short: by Ctrl-C, which another thread may be
 * about to say.  Whether it was that. */
bool eo_windows_was_cut(void);

#endif
