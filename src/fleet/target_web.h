/* target_web.h -- what a target for the protocol "web" needs besides. */
#ifndef EO_TARGET_WEB_H
#define EO_TARGET_WEB_H

#include "fleet/target.h"

/* Fails with USAGE where there is none of that name; NULL is the first. */
int eo_target_web_profile(const char *name, const struct web_profile **out,
                          struct espota_error *err) EO_MUST_CHECK;

/* Fills to->web and to->name, and the port; to->pub is a copy already.  Fails
 * with USAGE. */
int eo_target_web(struct target *to, struct espota_error *err) EO_MUST_CHECK;

/* It was not given as such, but announces that it is one, at that port (0: not
 * told), which becomes the one to use.  Fails with USAGE. */
int eo_target_web_found(struct target *, const char *profile, uint16_t *port,
                        struct espota_error *err) EO_MUST_CHECK;

void eo_target_web_free(struct target *);

#endif
