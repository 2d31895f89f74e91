/* push.h -- an image into a device's web page, by libcurl on our loop.
 *
 * It is a session like any other (session.h).  First a GET shows that there is
 * a web server and how it asks for a password; then the image goes in one
 * authorised POST, never twice.
 */
#ifndef EO_PUSH_H
#define EO_PUSH_H

#include "session/session.h"

/* c->job->web is set.  NULL: no memory, or no entropy. */
struct session *eo_http_push_start(const struct session_config *);

/* "libcurl", or NULL: left out of this build. */
const char *eo_http_push_library(void);

#endif
