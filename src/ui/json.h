/* json.h -- helpers for everything that prints JSON.  Only files that a build
 * without JSON omits may include it. */
#ifndef EO_JSON_H
#define EO_JSON_H

#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include "ui/json_events.h"

/* A device or a file name may give any bytes; JSON must be UTF-8.  NULL
 * becomes null. */
json_t *eo_json_text(const char *);

/* Writes the object as a line, flushes, and frees it.  Returns 0 or an errno.
 */
int eo_json_line(FILE *, json_t *);

/* The members that every event begins with; NULL: no memory.  A device of NULL
 * becomes null. */
json_t *eo_json_event(const struct json_events *, uint64_t wall_ms,
                      uint64_t t_ms, const char *device, const char *event);

/* Writes the next event of the stream.  Takes over the object, which may be
 * NULL. */
void eo_json_tell(struct json_events *, FILE *, json_t *);

#endif
