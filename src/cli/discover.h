/* discover.h -- which of the devices that announce themselves are meant, and
 * how a targets file names them. */
#ifndef EO_CLI_DISCOVER_H
#define EO_CLI_DISCOVER_H

#include <espota/discover.h>

#include "base/str.h"
#include "conf/opts.h"

/* Is each of the filters (KEY=GLOB) true of the device?  They were checked. */
bool eo_discover_passes(const struct espota_device *, const struct texts *);
int eo_discover_check(const struct texts *, struct espota_error *err)
    EO_MUST_CHECK;

/* Where a targets file may say it is: its name, or its address where the name
 * would be read as something else; NULL: nowhere. */
const char *eo_discover_host(const struct espota_device *);

/* Adds the line of a targets file: the host, and its options.  A name that
 * would be read as something else is replaced by the address; nothing is added
 * where there is none, or no protocol. */
void eo_discover_target(struct text *, const struct espota_device *);

/* Prints it as a line of JSON; news: NULL, or what happened to it. */
void eo_discover_json(const char *news, const struct espota_device *);

/* Until its time is over, or a signal asks to end.  0, or -1. */
int eo_discover_run(const struct espota_discover_config *,
                    struct espota_error *err) EO_MUST_CHECK;

#endif
