/* serve_json.h -- the events of a server, for programs: see docs/JSON.md.  A
 * build without JSON prints nothing. */
#ifndef EO_SERVE_JSON_H
#define EO_SERVE_JSON_H

#include "ui/serve_show.h"

void eo_serve_json_start(struct serve_show *, uint16_t port, bool tls);
void eo_serve_json_event(struct serve_show *,
                         const struct espota_serve_event *);
void eo_serve_json_end(struct serve_show *, unsigned taken, int exit);

#endif
