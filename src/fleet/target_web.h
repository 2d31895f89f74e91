/* target_web.h -- what else a target for the protocol "web" needs. */
#ifndef EO_TARGET_WEB_H
#define EO_TARGET_WEB_H

#include "fleet/target.h"

/* Finds the profile of that name; NULL: the first one.  Fails with USAGE if
 * there is none. */
int eo_target_web_profile(const char *name, const struct web_profile **out,
                          struct espota_error *err) EO_MUST_CHECK;

/* Fills in to->web, to->name and the port; to->pub must already be a copy.
 * Fails with USAGE. */
int eo_target_web(struct target *to, struct espota_error *err) EO_MUST_CHECK;

/* The target was not given as a web page, but the device announces one.  *port
 * is the announced port (0: none) and becomes the port to use.  Fails with
 * USAGE. */
int eo_target_web_found(struct target *, const char *profile, uint16_t *port,
                        struct espota_error *err) EO_MUST_CHECK;

void eo_target_web_free(struct target *);

#endif
