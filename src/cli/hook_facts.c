/* hook_facts.c -- what a hook is told. */
#include "cli/hook_facts.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"

static const char PREFIX[] = "ESPOTA_";

void eo_hook_fact(struct hook_facts *f, const char *name, const char *value)
{
    if (f->n == HOOK_FACTS_MAX || value == NULL)
        return;
    snprintf(f->space[f->n], HOOK_FACT_MAX, "%s%s=%s", PREFIX, name, value);
    f->env[f->n] = f->space[f->n];
    f->n++;
}

void eo_hook_number(struct hook_facts *f, const char *name, unsigned value)
{
    char text[16];

    snprintf(text, sizeof text, "%u", value);
    eo_hook_fact(f, name, text);
}

static void add_string(struct text *t, const char *value)
{
    char space[4 * HOOK_FACT_MAX];
    struct text safe;

    eo_text_init(&safe, space, sizeof space);
    eo_text_add_safe(&safe, value, strlen(value));
    eo_text_add(t, "\"");
    for (const char *at = space; *at != '\0'; at++)
        eo_text_add(t, *at == '"' || *at == '\\' ? "\\%c" : "%c", *at);
    eo_text_add(t, "\"");
}

void eo_hook_json(const struct hook_facts *f, char out[HOOK_JSON_MAX])
{
    struct text t;

    eo_text_init(&t, out, HOOK_JSON_MAX);
    eo_text_add(&t, "{");
    for (size_t i = 0; i < f->n; i++) {
        const char *name = f->env[i] + strlen(PREFIX);
        const char *value = strchr(name, '=') + 1;

        eo_text_add(&t, "%s\"", i == 0 ? "" : ",");
        for (; *name != '='; name++)
            eo_text_add(&t, "%c", eo_lower(*name));
        eo_text_add(&t, "\":");
        add_string(&t, value);
    }
    eo_text_add(&t, "}\n");
}
