/* clock.h -- the system's clocks, in milliseconds. */
#ifndef EO_CLOCK_H
#define EO_CLOCK_H

#include <stdint.h>

/* Never set back: for measuring time.  When it began does not matter. */
uint64_t eo_monotonic_ms(void);

/* Since 1970: for what people read. */
uint64_t eo_wall_ms(void);

/* Waits that long, or until a signal comes. */
void eo_sleep_ms(unsigned ms);

#endif
