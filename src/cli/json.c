/* json.c -- what all who print JSON need. */
#include "base/str.h"

#ifdef EO_WITH_JSON

#include <string.h>

#include "cli/json.h"

enum { TEXT_MAX = 4200 }; /* the longest path, and some of it escaped */

json_t *eo_json_text(const char *s)
{
    char space[TEXT_MAX];
    struct text t;

    if (s == NULL)
        return json_null();
    eo_text_init(&t, space, sizeof space);
    eo_text_add_safe(&t, s, strlen(s));
    return json_string(space);
}

#endif
