/* targets.c -- which devices a fleet is made of. */
#include "cli/targets.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

enum { FILE_MAX_BYTES = 64 << 20 };

/* ---- the list ------------------------------------------------------------ */

static int no_memory(struct espota_error *err)
{
    return eo_fail(err, ESPOTA_E_INTERNAL, "out of memory");
}

struct target_row *eo_targets_row(struct target_list *list, const char *name,
                                  struct espota_error *err)
{
    struct target_row *at = eo_resize(list->at, list->n + 1, sizeof *at);

    if (at == NULL) {
        no_memory(err);
        return NULL;
    }
    list->at = at;
    at[list->n] = (struct target_row){.name = eo_strdup(name)};
    if (at[list->n].name == NULL) {
        no_memory(err);
        return NULL;
    }
    return &at[list->n++];
}

static void free_row(struct target_row *row)
{
    eo_free(row->name);
    eo_settings_free(&row->settings);
}

void eo_targets_free(struct target_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        free_row(&list->at[i]);
    eo_free(list->at);
    *list = (struct target_list){0};
}

/* "@NAME": a device of the files, or all of a group. */
static int add_named(struct target_list *list, const char *name,
                     const struct config *config, struct espota_error *err)
{
    const size_t before = list->n;

    for (size_t i = 0; i < config->n; i++) {
        const struct section *s = &config->at[i];
        bool known = false;

        if (s->kind != SECTION_DEVICE ||
            (strcmp(s->name, name) != 0 &&
             (s->group == NULL || strcmp(s->group, name) != 0)))
            continue;
        for (size_t k = before; k < list->n; k++) /* it is in two files */
            known |= strcmp(list->at[k].name, s->name) == 0;
        if (!known && eo_targets_row(list, s->name, err) == NULL)
            return -1;
    }
    if (list->n == before)
        return eo_fail(err, ESPOTA_E_USAGE,
                       "no device and no group of the configuration files is "
                       "called \"%s\"",
                       name);
    return 0;
}

int eo_targets_add(struct target_list *list, const char *name,
                   const struct config *config, struct espota_error *err)
{
    if (name[0] == '@')
        return add_named(list, name + 1, config, err);
    return eo_targets_row(list, name, err) != NULL ? 0 : -1;
}

/* ---- a file -------------------------------------------------------------- */

static int slurp(FILE *f, const char *path, char **text, size_t *len,
                 struct espota_error *err)
{
    size_t cap = 0, n = 1;

    for (*len = 0; n > 0; *len += n) {
        if (*len + 1 >= cap) {
            char *more = eo_resize(*text, cap += 65536, 1);

            if (more == NULL)
                return no_memory(err);
            *text = more;
        }
        if (*len > FILE_MAX_BYTES)
            return eo_fail(err, ESPOTA_E_USAGE, "%s is too long", path);
        n = fread(*text + *len, 1, cap - *len - 1, f);
    }
    if (ferror(f))
        return eo_fail_sys(err, ESPOTA_E_USAGE, errno, "cannot read %s: %s",
                           path, strerror(errno));
    return 0;
}

int eo_targets_read(struct target_list *list, const char *path,
                    const struct config *config, struct espota_error *err)
{
    const bool standard = strcmp(path, "-") == 0;
    FILE *f = standard ? stdin : fopen(path, "re");
    char *text = NULL;
    size_t len = 0;
    int rc = -1;

    if (f == NULL)
        return eo_fail_sys(err, ESPOTA_E_USAGE, errno, "cannot read %s: %s",
                           path, strerror(errno));
    if (slurp(f, path, &text, &len, err) == 0)
        rc = eo_targets_parse(list, text, len,
                              standard ? "standard input" : path, config, err);
    if (text != NULL)
        eo_wipe(text, len); /* it may hold passwords */
    eo_free(text);
    if (!standard)
        fclose(f);
    return rc;
}

/* ---- shards -------------------------------------------------------------- */

/* FNV-1a, over the name in lower case without a final dot or ".local": the
 * same device under each spelling. */
static uint64_t name_hash(const char *name)
{
    static const char LOCAL[] = ".local";
    enum { LEN = sizeof LOCAL - 1 };
    uint64_t h = 0xcbf29ce484222325u;
    size_t n = strlen(name), same = 0;

    if (n > 1 && name[n - 1] == '.')
        n--;
    while (same < LEN && same + 1 < n &&
           eo_lower(name[n - 1 - same]) == LOCAL[LEN - 1 - same])
        same++;
    if (same == LEN)
        n -= LEN;
    for (size_t i = 0; i < n; i++)
        h = (h ^ (uint8_t)eo_lower(name[i])) * 0x100000001b3u;
    return h ^ h >> 32; /* the low bits of FNV alone mix badly */
}

void eo_targets_shard(struct target_list *list, uint32_t k, uint32_t n)
{
    size_t kept = 0;

    for (size_t i = 0; i < list->n; i++) {
        if (name_hash(list->at[i].name) % n + 1 == k)
            list->at[kept++] = list->at[i];
        else
            free_row(&list->at[i]);
    }
    list->n = kept;
}
