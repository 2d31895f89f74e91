/* inventory.c -- the devices of a fleet. */
#include "conf/inventory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

/* ---- the list ------------------------------------------------------------ */

static char *copy(const char *at, size_t len)
{
    char *to = eo_calloc(len + 1, 1);

    if (to != NULL && len > 0)
        memcpy(to, at, len);
    return to;
}

/* A new row at the end; NULL: no memory. */
static struct target_row *new_row(struct target_list *list, const char *name,
                                  size_t len, struct espota_error *err)
{
    struct target_row *at = eo_grow(list->at, list->n, &list->cap, sizeof *at);
    struct target_row *row;

    if (at == NULL) {
        eo_fail_memory(err);
        return NULL;
    }
    list->at = at;
    row = &list->at[list->n];
    *row = (struct target_row){.name = copy(name, len)};
    if (row->name == NULL) {
        eo_fail_memory(err);
        return NULL;
    }
    list->n++;
    return row;
}

static void free_row(struct target_row *row)
{
    eo_free(row->name);
    eo_free(row->key);
    eo_free(row->host);
    for (size_t i = 0; i < row->n_labels; i++) {
        eo_free(row->labels[i].key);
        eo_free(row->labels[i].value);
    }
    eo_free(row->labels);
    eo_settings_free(&row->settings);
}

void eo_targets_free(struct target_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        free_row(&list->at[i]);
    eo_free(list->at);
    *list = (struct target_list){0};
}

static int add_section(struct target_list *list, const struct section *s,
                       struct espota_error *err)
{
    struct target_row *row = new_row(list, s->name, strlen(s->name), err);

    if (row == NULL)
        return -1;
    row->key = eo_strdup(s->name);
    return row->key != NULL ? 0 : eo_fail_memory(err);
}

/* "@NAME": a device in the configuration files, or all devices of a group in
 * their order.  It may name both, and the device may be in that group. */
static int add_named(struct target_list *list, const char *name,
                     const struct config *config, struct espota_error *err)
{
    const struct section *own = eo_config_device(config, name);
    size_t n;
    struct section *const *in = eo_config_members(config, name, &n);

    if (own == NULL && n == 0)
        return eo_fail(err, ESPOTA_E_USAGE,
                       "no device and no group of the configuration files is "
                       "called \"%s\"",
                       name);
    for (size_t i = 0; i < n; i++) {
        if (own != NULL && own < in[i] && add_section(list, own, err) != 0)
            return -1;
        if (own != NULL && own <= in[i])
            own = NULL;
        if (add_section(list, in[i], err) != 0)
            return -1;
    }
    return own != NULL ? add_section(list, own, err) : 0;
}

static int add_port(struct target_row *row, uint16_t port,
                    struct espota_error *err)
{
    char digits[8];

    snprintf(digits, sizeof digits, "%u", port);
    return eo_settings_add(&row->settings, eo_opt_find(CMD_FLEET, "port"),
                           digits, LEVEL_OWN, row->name, err);
}

int eo_targets_add(struct target_list *list, const char *text,
                   const struct config *config, struct espota_error *err)
{
    struct device_words d;
    struct target_row *row;
    struct part key;

    if (text[0] == '@')
        return add_named(list, text + 1, config, err);
    if (eo_device_given(&d, text, err) != 0)
        return -1;
    key = d.name.at != NULL ? d.name : d.url ? d.target : d.host;
    row = new_row(list, d.name.at != NULL ? d.name.at : d.target.at,
                  d.name.at != NULL ? d.name.len : d.target.len, err);
    if (row == NULL)
        return -1;
    row->named = d.name.at != NULL;
    row->key = copy(key.at, key.len);
    if (row->named)
        row->host = d.url ? copy(d.target.at, d.target.len)
                          : copy(d.host.at, d.host.len);
    if (row->key == NULL || (row->named && row->host == NULL))
        return eo_fail_memory(err);
    return d.port != 0 && !d.url ? add_port(row, d.port, err) : 0;
}

int eo_targets_ip(struct target_list *list, const struct opts *o,
                  const struct config *config, struct espota_error *err)
{
    const unsigned port = eo_opts_level(o, &o->port);

    for (size_t i = 0; i < o->ip.n; i++) {
        struct device_words d;

        if (eo_targets_add(list, o->ip.at[i], config, err) != 0)
            return -1;
        if (o->ip.at[i][0] == '@' || port == 0 ||
            port > eo_opts_level(o, &o->ip) ||
            eo_device_given(&d, o->ip.at[i], err) != 0 || d.port == 0 ||
            d.port == o->port)
            continue;
        return eo_fail(err, ESPOTA_E_USAGE,
                       "%s has two ports: -p says %u", o->ip.at[i], o->port);
    }
    return 0;
}

int eo_targets_name(struct target_row *row, const char *name,
                    struct espota_error *err)
{
    char *shown = eo_strdup(name), *key = eo_strdup(name);

    if (shown == NULL || key == NULL) {
        eo_free(shown);
        eo_free(key);
        return eo_fail_memory(err);
    }
    if (!row->named) {
        row->host = row->key; /* its key was the host until now */
        row->named = true;
    } else {
        eo_free(row->key);
    }
    eo_free(row->name);
    row->name = shown;
    row->key = key;
    return 0;
}

int eo_targets_label(struct target_row *row, const char *key,
                     const char *value, struct espota_error *err)
{
    struct label *at = eo_resize(row->labels, row->n_labels + 1, sizeof *at);
    struct label label = {eo_strdup(key), eo_strdup(value)};

    if (at != NULL)
        row->labels = at;
    if (at == NULL || label.key == NULL || label.value == NULL) {
        eo_free(label.key);
        eo_free(label.value);
        return eo_fail_memory(err);
    }
    at[row->n_labels++] = label;
    return 0;
}

/* ---- one device, one row ------------------------------------------------- */

static int compare_text(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return (a != NULL) - (b != NULL);
    return strcmp(a, b);
}

static int compare_keys(const char *a, const char *b)
{
    while (*a != '\0' && eo_lower(*a) == eo_lower(*b)) {
        a++;
        b++;
    }
    return (unsigned char)eo_lower(*a) - (unsigned char)eo_lower(*b);
}

static int compare_settings(const struct settings *a, const struct settings *b)
{
    int c = a->n == b->n ? 0 : a->n < b->n ? -1 : 1;

    for (size_t i = 0; c == 0 && i < a->n; i++) {
        const size_t x = eo_opt_index(a->at[i].opt);
        const size_t y = eo_opt_index(b->at[i].opt);

        c = x == y ? compare_text(a->at[i].value, b->at[i].value)
            : x < y ? -1 : 1;
    }
    return c;
}

static int compare_rows(const struct target_row *a, const struct target_row *b)
{
    int c = compare_keys(a->key, b->key);

    if (c == 0)
        c = compare_text(a->host, b->host);
    return c != 0 ? c : compare_settings(&a->settings, &b->settings);
}

/* Equal rows stay in their order. */
static int by_row(const void *a, const void *b)
{
    const struct target_row *x = *(const struct target_row *const *)a;
    const struct target_row *y = *(const struct target_row *const *)b;
    const int c = compare_rows(x, y);

    return c != 0 ? c : x < y ? -1 : 1;
}

/* Two sessions at once with the same device would only disturb each other, and
 * a journal could not tell apart two devices with the same NAME. */
int eo_targets_unique(struct target_list *list, struct notes *notes,
                      struct espota_error *err)
{
    struct target_row **sorted = eo_calloc(list->n + 1, sizeof *sorted);
    size_t kept = 0;
    int rc = 0;

    if (sorted == NULL)
        return eo_fail_memory(err);
    for (size_t i = 0; i < list->n; i++)
        sorted[i] = &list->at[i];
    qsort(sorted, list->n, sizeof *sorted, by_row);
    for (size_t i = 1; i < list->n && rc == 0; i++) {
        struct target_row *row = sorted[i], *before = sorted[i - 1];

        if (compare_rows(before, row) == 0) {
            row->again = true;
            eo_note(notes, "repeated", "%s is named twice; it is flashed once",
                    row->name);
        } else if ((row->named || before->named) &&
                   compare_keys(before->key, row->key) == 0) {
            rc = eo_fail(err, ESPOTA_E_USAGE,
                         "two devices are called \"%s\"", row->name);
        }
    }
    eo_free(sorted);
    for (size_t i = 0; i < list->n; i++) {
        if (list->at[i].again)
            free_row(&list->at[i]);
        else
            list->at[kept++] = list->at[i];
    }
    list->n = kept;
    return rc;
}

/* ---- shards -------------------------------------------------------------- */

/* FNV-1a of the name in lower case, without a final dot or ".local", so that
 * every spelling of a device's name has the same hash. */
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
        if (name_hash(list->at[i].key) % n + 1 == k)
            list->at[kept++] = list->at[i];
        else
            free_row(&list->at[i]);
    }
    list->n = kept;
}
