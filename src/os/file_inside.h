/* file_inside.h -- what file.c asks of the system's half. */
#ifndef EO_FILE_INSIDE_H
#define EO_FILE_INSIDE_H

#include "os/file.h"

/* The next byte, once there is one: 1; 0 at the end; -1 with errno, which is
 * EINTR if a signal asks us to end. */
int eo_file_await_byte(os_file, char *);

#endif
