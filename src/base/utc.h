/* utc.h -- a point in time as machines and people read it. */
#ifndef EO_UTC_H
#define EO_UTC_H

#include <stdbool.h>
#include <stdint.h>

enum { UTC_TEXT = 32 };

/* "2026-01-31T23:59:59Z", or with ".123" before the Z, from milliseconds since
 * 1970. */
void eo_utc_text(char out[UTC_TEXT], uint64_t wall_ms, bool with_ms);

#endif
