/* hook_facts.h -- what a hook is told in variables of its environment. */
#ifndef EO_HOOK_FACTS_H
#define EO_HOOK_FACTS_H

#include <stddef.h>

enum {
    HOOK_FACTS_MAX = 12,
    HOOK_FACT_MAX = 512 /* "ESPOTA_NAME=value"; longer values are cut */
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

#endif
