/* push.h -- an image into a device's web page, by libcurl on our loop.
 *
 * It is a session like any other (session.h).  First a GET shows that there is
 * a web server and how it asks for a password; then the image goes in one
 * authorised POST, never twice.
 */
#ifndef EO_PUSH_H
#define EO_PUSH_H

#include "session/session.h"
#include "web/page.h"

/* The page is borrowed.  NULL: no memory, or left out of this build. */
struct session *eo_push_start(const struct web_job *,
                              const struct session_config *);

/* "libcurl", or NULL: left out of this build. */
const char *eo_http_push_library(void);

#endif
