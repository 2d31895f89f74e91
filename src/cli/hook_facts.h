/* hook_facts.h -- what a hook is told in variables of its environment. */
#ifndef EO_HOOK_FACTS_H
#define EO_HOOK_FACTS_H

#include <stdbool.h>
#include <stddef.h>

enum { HOOK_FACTS_MAX = 12 };

/* Zeroed is empty. */
struct hook_facts {
    const char *env[HOOK_FACTS_MAX + 1]; /* "ESPOTA_NAME=value"; NULL ends it */
    size_t n;
    bool lost; /* there was no memory for one */
};

/* name is in capitals, without ESPOTA_; a value of NULL is no fact. */
void eo_hook_fact(struct hook_facts *, const char *name, const char *value);
void eo_hook_number(struct hook_facts *, const char *name, unsigned value);

/* Empty again. */
void eo_hook_facts_free(struct hook_facts *);

#endif
