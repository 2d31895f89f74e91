/* machine.h -- a session that drives a machine, its channels and its timer:
 * want -> system call -> step.  After every event it reads want() and makes
 * reality match.
 */
#ifndef EO_MACHINE_H
#define EO_MACHINE_H

#include "session/session.h"

/* NULL: no memory, or no entropy; a connection it was given is closed. */
struct session *eo_machine_start(const struct proto_ops *,
                                 const struct session_config *);

#endif
