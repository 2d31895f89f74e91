/* json.h -- what all who print JSON need.  Only files that a build without JSON
 * leaves out include it. */
#ifndef EO_JSON_H
#define EO_JSON_H

#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include "ui/json_events.h"

/* Text of a device or of a file's name may be anything; JSON is UTF-8.  NULL
 * is null. */
json_t *eo_json_text(const char *);

/* Writes it as a line of its own, flushes, and frees it: 0, or an errno. */
int eo_json_line(FILE *, json_t *);

/* What every event begins with; NULL: no memory.  device: NULL is null. */
json_t *eo_json_event(const struct json_events *, uint64_t wall_ms,
                      uint64_t t_ms, const char *device, const char *event);

/* The next of the stream; takes it over, NULL too. */
void eo_json_tell(struct json_events *, FILE *, json_t *);

#endif
