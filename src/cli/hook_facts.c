/* hook_facts.c -- what a hook is told. */
#include "cli/hook_facts.h"

#include <stdio.h>

void eo_hook_fact(struct hook_facts *f, const char *name, const char *value)
{
    if (f->n == HOOK_FACTS_MAX || value == NULL)
        return;
    snprintf(f->space[f->n], HOOK_FACT_MAX, "ESPOTA_%s=%s", name, value);
    f->env[f->n] = f->space[f->n];
    f->n++;
}

void eo_hook_number(struct hook_facts *f, const char *name, unsigned value)
{
    char text[16];

    snprintf(text, sizeof text, "%u", value);
    eo_hook_fact(f, name, text);
}
