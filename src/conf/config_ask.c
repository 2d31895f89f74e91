/* config_ask.c -- what the configuration files say about a device.  A binary
 * search finds its sections among many thousands. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "conf/config.h"

/* Names of devices ignore case, names of groups do not. */
static int compare_names(enum section_kind kind, const char *a, const char *b)
{
    if (kind != SECTION_DEVICE)
        return strcmp(a, b);
    while (*a != '\0' && eo_lower(*a) == eo_lower(*b)) {
        a++;
        b++;
    }
    return (unsigned char)eo_lower(*a) - (unsigned char)eo_lower(*b);
}

static int compare(const struct section *s, enum section_kind kind,
                   const char *name)
{
    if (s->kind != kind)
        return s->kind < kind ? -1 : 1;
    return compare_names(kind, s->name, name);
}

static int by_section(const void *a, const void *b)
{
    const struct section *x = *(const struct section *const *)a;
    const struct section *y = *(const struct section *const *)b;
    const int c = compare(x, y->kind, y->name);

    return c != 0 ? c : x < y ? -1 : 1;
}

/* If one section of a device names its group, that counts for all of its
 * sections. */
static int share_group(struct section *first, const struct section *again)
{
    if (first->group != NULL || again->group == NULL)
        return 0;
    first->group = eo_strdup(again->group);
    first->group_where = eo_strdup(again->group_where);
    first->group_nth = again->group_nth;
    first->group_line = again->group_line;
    return first->group != NULL && first->group_where != NULL ? 0 : -1;
}

static int by_group(const void *a, const void *b)
{
    const struct section *x = *(const struct section *const *)a;
    const struct section *y = *(const struct section *const *)b;
    const int c = strcmp(x->group, y->group);

    return c != 0 ? c : x < y ? -1 : 1;
}

static void index_members(struct config *c)
{
    c->n_members = 0;
    for (size_t i = 0; i < c->n; i++)
        if (c->at[i].kind == SECTION_DEVICE && !c->at[i].again &&
            c->at[i].group != NULL)
            c->member[c->n_members++] = &c->at[i];
    qsort(c->member, c->n_members, sizeof *c->member, by_group);
}

int eo_config_index(struct config *c, struct espota_error *err)
{
    struct section *first = NULL;
    struct section **sorted = eo_calloc(c->n + 1, sizeof *sorted);
    struct section **member = eo_calloc(c->n + 1, sizeof *member);
    bool bad = sorted == NULL || member == NULL;

    eo_free(c->sorted);
    eo_free(c->member);
    c->sorted = sorted;
    c->member = member;
    c->n_members = 0;
    for (size_t i = 0; !bad && i < c->n; i++)
        sorted[i] = &c->at[i];
    if (!bad)
        qsort(sorted, c->n, sizeof *sorted, by_section);
    for (size_t i = 0; !bad && i < c->n; i++) {
        struct section *s = sorted[i];

        s->again = first != NULL && s->kind == SECTION_DEVICE &&
                   compare(first, s->kind, s->name) == 0;
        if (s->again)
            bad = share_group(first, s) != 0;
        else
            first = s;
    }
    if (!bad)
        index_members(c);
    return bad ? eo_fail_memory(err) : 0;
}

/* The first sorted section that does not come before that kind and name. */
static size_t lower_bound(const struct config *c, enum section_kind kind,
                          const char *name)
{
    size_t low = 0, high = c->sorted != NULL ? c->n : 0;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;

        if (compare(c->sorted[middle], kind, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The i-th section of that name, in the order of the files; NULL after the
 * last. */
static const struct section *section(const struct config *c,
                                     enum section_kind kind, const char *name,
                                     size_t i)
{
    const size_t at = name != NULL ? lower_bound(c, kind, name) + i : c->n;

    return c->sorted != NULL && at < c->n &&
                   compare(c->sorted[at], kind, name) == 0
               ? c->sorted[at]
               : NULL;
}

bool eo_config_knows(const struct config *c, const char *device)
{
    return section(c, SECTION_DEVICE, device, 0) != NULL;
}

const struct section *eo_config_device(const struct config *c,
                                       const char *name)
{
    const struct section *s;

    for (size_t i = 0; (s = section(c, SECTION_DEVICE, name, i)) != NULL; i++)
        if (!s->again)
            return strcmp(s->name, name) == 0 ? s : NULL;
    return NULL;
}

const char *eo_config_group(const struct config *c, const char *device,
                            const char **where)
{
    const struct section *own = section(c, SECTION_DEVICE, device, 0);

    if (own == NULL || own->group == NULL)
        return NULL;
    if (where != NULL)
        *where = own->group_where;
    return own->group;
}

static size_t first_member(const struct config *c, const char *group)
{
    size_t low = 0, high = c->n_members;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;

        if (strcmp(c->member[middle]->group, group) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_member(const struct config *c, size_t i, const char *group)
{
    return i < c->n_members && strcmp(c->member[i]->group, group) == 0;
}

struct section *const *eo_config_members(const struct config *c,
                                         const char *group, size_t *n)
{
    const size_t first = first_member(c, group);

    for (*n = 0; is_member(c, first + *n, group); ++*n)
        ;
    return *n > 0 ? &c->member[first] : NULL;
}

static int apply_level(const struct config *c, enum section_kind kind,
                       const char *name, unsigned level, struct opts *o,
                       struct espota_error *err)
{
    const struct section *s;

    for (size_t i = 0; (s = section(c, kind, name, i)) != NULL; i++)
        if (s->settings.n > 0 && s->settings.at[0].level == level &&
            eo_opts_apply(o, &s->settings, err) != 0)
            return -1;
    return 0;
}

static int apply(const struct config *c, const char *device,
                 const char *group, struct opts *o, struct espota_error *err)
{
    const char *names[] = {
        [SECTION_DEVICE] = device,
        [SECTION_GROUP] = group,
        [SECTION_DEFAULTS] = "",
    };

    /* By level, strongest first: the files in their order, and in each file the
     * device, its group, the defaults. */
    for (unsigned i = 0; i < 6; i++)
        if (apply_level(c, (enum section_kind)(i % 3), names[i % 3],
                        LEVEL_CONFIG + i, o, err) != 0)
            return -1;
    return 0;
}

int eo_config_apply(const struct config *c, const char *device,
                    struct opts *o, struct espota_error *err)
{
    return apply(c, device, eo_config_group(c, device, NULL), o, err);
}

int eo_config_apply_group(const struct config *c, const char *group,
                          struct opts *o, struct espota_error *err)
{
    return apply(c, NULL, group, o, err);
}

const struct setting *eo_config_address(const struct config *c,
                                        const char *device)
{
    const struct setting *found = NULL;
    const struct section *s;

    for (size_t i = 0;
         found == NULL && (s = section(c, SECTION_DEVICE, device, i)) != NULL;
         i++)
        for (size_t k = 0; k < s->settings.n; k++)
            if (strcmp(s->settings.at[k].opt->name, "ip") == 0)
                found = &s->settings.at[k];
    return found;
}

static const char *nearest(const struct config *c, const char *name,
                           bool devices)
{
    const char *names[64];
    size_t n = 0;

    for (size_t i = 0; i < c->n && n < 63; i++)
        if (c->at[i].kind == SECTION_GROUP ||
            (devices && c->at[i].kind == SECTION_DEVICE))
            names[n++] = c->at[i].name;
    names[n] = NULL;
    return eo_nearest(name, names);
}

const char *eo_config_nearest(const struct config *c, const char *name)
{
    return nearest(c, name, true);
}

bool eo_config_knows_group(const struct config *c, const char *group)
{
    return section(c, SECTION_GROUP, group, 0) != NULL ||
           is_member(c, first_member(c, group), group);
}

static bool is_shared(const struct config *c, const struct section *s)
{
    const size_t first = first_member(c, s->group);

    return is_member(c, first, s->group) &&
           (is_member(c, first + 1, s->group) ||
            compare_names(SECTION_DEVICE, c->member[first]->name, s->name) !=
                0);
}

/* A group may have devices but no section, for use as "@NAME".  But if only one
 * device names it, or its name is almost that of another group, it is a
 * mistake. */
static int check_group(struct config *c, const struct section *s,
                       struct espota_error *err)
{
    char near[DID_YOU_MEAN];
    const char *like;

    if (s->group == NULL || section(c, SECTION_GROUP, s->group, 0) != NULL)
        return 0;
    like = nearest(c, s->group, false);
    if (like == NULL && is_shared(c, s))
        return 0;
    eo_fail(err, ESPOTA_E_USAGE, "%s: there is no section [group %s]%s",
            s->group_where, s->group, eo_did_you_mean(near, like));
    return eo_config_problem(c, s->group_nth, s->group_line, err);
}

int eo_config_check(struct config *c, struct espota_error *err)
{
    for (size_t i = 0; i < c->n; i++)
        if (check_group(c, &c->at[i], err) != 0)
            return -1;
    return 0;
}
