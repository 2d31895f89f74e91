/* cmd_config_json_none.c -- a build without JSON. */
#include "cli/cmd_config.h"

void eo_config_json_place(const char *path, const char *state,
                          const char *how, const char *why)
{
    (void)path, (void)state, (void)how, (void)why;
}

void eo_config_json_checked(const char *path, const struct config_problem *at,
                            size_t n)
{
    (void)path, (void)at, (void)n;
}

void eo_config_json_shown(const struct config_whose *whose,
                          const struct opts *o)
{
    (void)whose, (void)o;
}
