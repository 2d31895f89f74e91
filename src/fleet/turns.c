/* turns.c -- which job is next, with a limit for each host. */
#include "fleet/turns.h"

#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

struct turn_host {
    char *name;
    unsigned busy;           /* turns that work */
    struct turn_list queue; /* turns that wait while the host is full */
};

/* ---- lists, in the order of the numbers ---------------------------------- */

static void put(struct turn_list *l, struct turn *t)
{
    struct turn **at = &l->first;

    if (l->first != NULL && l->last->number < t->number)
        at = &l->last->next; /* nearly always the case */
    while (*at != NULL && (*at)->number < t->number)
        at = &(*at)->next;
    t->next = *at;
    *at = t;
    if (t->next == NULL)
        l->last = t;
}

static struct turn *take(struct turn_list *l)
{
    struct turn *t = l->first;

    l->first = t->next;
    t->next = NULL;
    return t;
}

/* The first turn that still waits; drops those before it. */
static struct turn *first_waiting(struct turn_list *l)
{
    while (l->first != NULL && l->first->state != TURN_WAITS)
        take(l);
    return l->first;
}

/* ---- hosts --------------------------------------------------------------- */

static bool is_full(const struct turns *ts, const struct turn_host *h)
{
    return h != NULL && h->busy >= ts->per_host;
}

static struct turn_host **place_of(struct turn_host **table, size_t cap,
                                   const char *name)
{
    size_t i = eo_hash(EO_HASH_START, name, strlen(name)) & (cap - 1);

    while (table[i] != NULL && strcmp(table[i]->name, name) != 0)
        i = (i + 1) & (cap - 1);
    return &table[i];
}

/* The table is never more than half full. */
static int grow(struct turns *ts)
{
    const size_t cap = ts->cap_hosts == 0 ? 16 : 2 * ts->cap_hosts;
    struct turn_host **table;

    if (2 * (ts->n_hosts + 1) <= ts->cap_hosts)
        return 0;
    table = eo_calloc(cap, sizeof *table);
    if (table == NULL)
        return -1;
    for (size_t i = 0; i < ts->cap_hosts; i++)
        if (ts->table[i] != NULL)
            *place_of(table, cap, ts->table[i]->name) = ts->table[i];
    eo_free(ts->table);
    ts->table = table;
    ts->cap_hosts = cap;
    return 0;
}

/* Finds or makes the host of that name; NULL: no memory. */
static struct turn_host *host_of(struct turns *ts, const char *name)
{
    struct turn_host **place, *h;

    if (grow(ts) != 0)
        return NULL;
    place = place_of(ts->table, ts->cap_hosts, name);
    if (*place != NULL)
        return *place;
    h = eo_calloc(1, sizeof *h);
    if (h == NULL || (h->name = eo_strdup(name)) == NULL) {
        eo_free(h);
        return NULL;
    }
    ts->n_hosts++;
    return *place = h;
}

/* ---- outside ------------------------------------------------------------- */

int eo_turns_add(struct turns *ts, struct turn *t, const char *host)
{
    *t = (struct turn){.number = ts->n};
    if (ts->per_host != 0 && (t->host = host_of(ts, host)) == NULL)
        return -1;
    ts->n++;
    put(&ts->list, t);
    return 0;
}

/* The first turn of the list whose host has room.  Moves those before it to
 * their hosts' queues. */
static struct turn *first_free(struct turns *ts, struct turn_list *l,
                               size_t limit)
{
    struct turn *t;

    while ((t = first_waiting(l)) != NULL && t->number < limit &&
           is_full(ts, t->host))
        put(&t->host->queue, take(l));
    return t != NULL && t->number < limit ? t : NULL;
}

struct turn *eo_turns_next(struct turns *ts, size_t limit)
{
    /* Those in ready were looked at before all that are still in the list. */
    struct turn *t = first_free(ts, &ts->ready, limit);

    return t != NULL ? t : first_free(ts, &ts->list, limit);
}

void eo_turns_begin(struct turns *ts, struct turn *t)
{
    (void)ts;
    if (t->state != TURN_WAITS)
        return;
    t->state = TURN_WORKS;
    if (t->host != NULL)
        t->host->busy++;
}

void eo_turns_end(struct turns *ts, struct turn *t)
{
    struct turn_host *h = t->host;

    if (h != NULL && t->state == TURN_WORKS)
        h->busy--;
    t->state = TURN_OVER;
    /* Also if this turn was next and ended without working. */
    if (h != NULL && first_waiting(&h->queue) != NULL)
        put(&ts->ready, take(&h->queue));
}

void eo_turns_free(struct turns *ts)
{
    for (size_t i = 0; i < ts->cap_hosts; i++) {
        if (ts->table[i] == NULL)
            continue;
        eo_free(ts->table[i]->name);
        eo_free(ts->table[i]);
    }
    eo_free(ts->table);
}
