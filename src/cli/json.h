/* json.h -- what all who print JSON need. */
#ifndef EO_CLI_JSON_H
#define EO_CLI_JSON_H

#include <jansson.h>

/* Text of a device or of a file's name may be anything; JSON is UTF-8.  NULL
 * is null. */
json_t *eo_json_text(const char *);

#endif
