/* poll.h -- poll(2) for those who want to wait and nothing else. */
#ifndef EO_POLL_H
#define EO_POLL_H

#include <poll.h>

/* As poll(), but a signal ends it like the time does: 0, with nothing ready.
 * A kernel short of memory is asked again for a second; -1 with errno means
 * that it will not be told. */
int eo_poll(struct pollfd *, nfds_t, int max_ms);

#endif
