/* config_problem.c -- collects what is wrong in configuration files, if all
 * problems are wanted. */
#include <string.h>

#include "base/mem.h"
#include "conf/config.h"

static bool is_before(const struct config_problem *a,
                      const struct config_problem *b)
{
    return a->nth != b->nth ? a->nth < b->nth : a->line < b->line;
}

int eo_config_problem(struct config *c, unsigned nth, unsigned line,
                      struct espota_error *err)
{
    struct config_problems *all = c->problems;
    struct config_problem problem = {.nth = nth, .line = line}, *at;
    size_t i;

    /* A lack of memory or descriptors is not the file's fault. */
    if (all == NULL || err->category != ESPOTA_E_USAGE)
        return -1;
    problem.error = *err;
    at = eo_resize(all->at, all->n + 1, sizeof *at);
    if (at == NULL)
        return eo_fail_memory(err);
    all->at = at;
    i = all->n++;
    while (i > 0 && is_before(&problem, &at[i - 1]))
        i--;
    memmove(&at[i + 1], &at[i], (all->n - 1 - i) * sizeof *at);
    at[i] = problem;
    return 0;
}

void eo_config_problems_free(struct config_problems *all)
{
    eo_free(all->at);
    *all = (struct config_problems){0};
}
