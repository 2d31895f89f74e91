/* hook_facts.h -- the environment variables that a hook gets. */
#ifndef EO_HOOK_FACTS_H
#define EO_HOOK_FACTS_H

#include <stdbool.h>
#include <stddef.h>

enum { HOOK_FACTS_MAX = 12 };

/* Empty when zeroed. */
struct hook_facts {
    const char *env[HOOK_FACTS_MAX + 1]; /* "ESPOTA_NAME=value"; NULL ends it */
    size_t n;
    bool lost; /* one is missing for lack of memory */
};

/* name is in capitals, without ESPOTA_.  A value of NULL adds nothing. */
void eo_hook_fact(struct hook_facts *, const char *name, const char *value);
void eo_hook_number(struct hook_facts *, const char *name, unsigned value);

/* Frees the facts; the set is empty again. */
void eo_hook_facts_free(struct hook_facts *);

#endif
