/* discover.h -- selects devices that announce themselves, and writes their
 * lines for a targets file. */
#ifndef EO_CLI_DISCOVER_H
#define EO_CLI_DISCOVER_H

#include <espota/discover.h>

#include "base/str.h"
#include "conf/opts.h"

/* Does the device match each of the filters (KEY=GLOB)?  They must have been
 * checked. */
bool eo_discover_passes(const struct espota_device *, const struct texts *);
int eo_discover_check(const struct texts *, struct espota_error *err)
    EO_MUST_CHECK;

/* The host to write into a targets file: the device's name, or its address if
 * the name would be read as something else.  NULL: it has neither. */
const char *eo_discover_host(const struct espota_device *);

/* Adds a line of a targets file: the host and its options.  If the name would
 * be read as something else, the address is used.  Adds nothing if there is no
 * address or no protocol. */
void eo_discover_target(struct text *, const struct espota_device *);

/* Prints the device as a line of JSON; news says what happened to it, or is
 * NULL. */
void eo_discover_json(const char *news, const struct espota_device *);

/* Runs until the time is over or a signal asks to end.  Returns 0 or -1. */
int eo_discover_run(const struct espota_discover_config *,
                    struct espota_error *err) EO_MUST_CHECK;

#endif
