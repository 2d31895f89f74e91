/* discover.h -- which of the devices that announce themselves are meant. */
#ifndef EO_CLI_DISCOVER_H
#define EO_CLI_DISCOVER_H

#include <espota/discover.h>

#include "cli/opts.h"

/* Is each of the filters (KEY=GLOB) true of the device?  They were checked. */
bool eo_discover_passes(const struct espota_device *, const struct texts *);
int eo_discover_check(const struct texts *, struct espota_error *err)
    EO_MUST_CHECK;

#endif
