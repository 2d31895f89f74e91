/* hook_facts.h -- what a hook is told: as variables of its environment, and as
 * one JSON object on its standard input.
 */
#ifndef EO_HOOK_FACTS_H
#define EO_HOOK_FACTS_H

#include <stddef.h>

enum {
    HOOK_FACTS_MAX = 12,
    HOOK_FACT_MAX = 512, /* "ESPOTA_NAME=value"; longer values are cut */
    /* What eo_hook_json() may take: each byte escaped, and its backslash. */
    HOOK_JSON_MAX = HOOK_FACTS_MAX * 5 * HOOK_FACT_MAX
};

/* Zeroed is empty. */
struct hook_facts {
    char space[HOOK_FACTS_MAX][HOOK_FACT_MAX];
    const char *env[HOOK_FACTS_MAX + 1]; /* NULL-terminated */
    size_t n;
};

/* name is in capitals, without ESPOTA_; a value of NULL is no fact. */
void eo_hook_fact(struct hook_facts *, const char *name, const char *value);
void eo_hook_number(struct hook_facts *, const char *name, unsigned value);

/* The same facts, names in lower case, and a line end.  It is JSON whatever
 * the values are: what is no UTF-8 or drives terminals becomes \xNN, as in
 * the events. */
void eo_hook_json(const struct hook_facts *, char out[HOOK_JSON_MAX]);

#endif
