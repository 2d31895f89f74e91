/* job_preflight.h -- may this image go to that device?  Checked before the name
 * is looked up, and again when the device has said what it is.
 */
#ifndef EO_JOB_PREFLIGHT_H
#define EO_JOB_PREFLIGHT_H

#include "fleet/report.h"
#include "names/detect.h"

/* Takes what the device announced; NULL as long as it has said nothing.  Doubts
 * become WARNING events, each reported once; a refusal fills *err (IMAGE). */
int eo_fit(struct report *, const struct espota_image *,
           const struct espota_target *, const struct detected *,
           struct espota_error *err) EO_MUST_CHECK;

#endif
