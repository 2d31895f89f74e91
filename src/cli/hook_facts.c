/* hook_facts.c -- the environment variables that a hook gets. */
#include "cli/hook_facts.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

static const char PREFIX[] = "ESPOTA_";

void eo_hook_fact(struct hook_facts *f, const char *name, const char *value)
{
    struct text t;
    size_t cap;
    char *line;

    if (f->n == HOOK_FACTS_MAX || value == NULL)
        return;
    cap = sizeof PREFIX + strlen(name) + strlen("=") + strlen(value);
    line = eo_calloc(cap, 1);
    if (line == NULL) {
        f->lost = true;
        return;
    }
    eo_text_init(&t, line, cap);
    eo_text_add(&t, "%s%s=%s", PREFIX, name, value);
    f->env[f->n++] = line;
}

void eo_hook_number(struct hook_facts *f, const char *name, unsigned value)
{
    char text[16];

    snprintf(text, sizeof text, "%u", value);
    eo_hook_fact(f, name, text);
}

void eo_hook_facts_free(struct hook_facts *f)
{
    for (size_t i = 0; i < f->n; i++)
        eo_free((char *)f->env[i]);
    *f = (struct hook_facts){.n = 0};
}
