/* process_windows.h -- what a process is started with, as Windows wants it. */
#ifndef EO_PROCESS_WINDOWS_H
#define EO_PROCESS_WINDOWS_H

#include "os/process.h"
#include "os/windows.h"

struct command {
    wchar_t *program; /* its file */
    wchar_t *line;    /* its words, quoted so that it sees them as they are */
    wchar_t *env;     /* "NAME=VALUE", each with its NUL, and one more */
};

/* 0, or an errno: ENOENT, there is no such program; EINVAL, a word that cannot
 * be handed to a batch file as it is.  To be freed in any case. */
int eo_windows_command(struct command *, const struct process_start *);
void eo_windows_command_free(struct command *);

#endif
