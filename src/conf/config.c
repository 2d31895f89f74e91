/* config.c -- settings from the environment and from INI files. */
#include "conf/config.h"

#include <stdlib.h>

#include "base/mem.h"
#include "os/secret.h"

/* ---- the environment ---------------------------------------------------- */

int eo_env_settings(struct settings *out, struct espota_error *err)
{
    const struct opt *opt;

    for (size_t i = 0; (opt = eo_opt_at(i)) != NULL; i++) {
        const char *value = opt->env != NULL ? getenv(opt->env) : NULL;

        /* A password may be empty; anything else that is empty is not set. */
        if (value == NULL ||
            (*value == '\0' && (opt->flags & OPT_SECRET) == 0))
            continue;
        if (eo_settings_add(out, opt, value, LEVEL_ENV, opt->env, err) != 0) {
            const struct espota_error inner = *err;

            return eo_fail_as(err, &inner, "%s: %s", opt->env, inner.message);
        }
        if ((opt->flags & OPT_SECRET) != 0)
            eo_secret_wipe_variable(opt->env); /* not needed there any more */
    }
    return 0;
}

/* ---- the usual files ---------------------------------------------------- */

int eo_config_load(struct config *c, const struct opts *o,
                   struct notes *notes, struct espota_error *err)
{
    struct config_search at;

    eo_config_search(&at, o->config, o->no_config);
    while (eo_config_next(&at))
        if (at.there &&
            eo_config_read(c, at.path, at.nth, at.trust, notes, err) != 0)
            return -1;
    return eo_config_check(c, err);
}

void eo_config_free(struct config *c)
{
    for (size_t i = 0; i < c->n; i++) {
        eo_free(c->at[i].name);
        eo_free(c->at[i].group);
        eo_free(c->at[i].group_where);
        eo_settings_free(&c->at[i].settings);
    }
    eo_free(c->at);
    eo_free(c->sorted);
    eo_free(c->member);
    *c = (struct config){0};
}

