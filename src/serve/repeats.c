/* repeats.c -- which image each device was given, and what it said it runs. */
#include "serve/repeats.h"

#include <string.h>

#include "base/mem.h"

struct repeat {
    char mac[18];
    char address[ADDR_TEXT]; /* without the port */
    bool filesystem;
    char runs_md5[33], runs_sha256[65], runs_version[128]; /* as reported */
    char md5[33]; /* of what it took */
    unsigned times;
    uint64_t last; /* when, by the clock of the table */
};

/* NUL-terminated texts of the same array length. */
#define COPY(to, from) memcpy(to, from, sizeof(to))

static void describe(struct repeat *who, const struct addr *peer,
                     const struct pull_request *r, const char md5[33])
{
    memset(who, 0, sizeof *who);
    COPY(who->mac, r->mac);
    eo_addr_text(peer, false, who->address);
    who->filesystem = eo_pull_wants_filesystem(r);
    COPY(who->runs_md5, r->md5);
    COPY(who->runs_sha256, r->sha256);
    COPY(who->runs_version, r->version);
    COPY(who->md5, md5);
}

static bool same_device(const struct repeat *a, const struct repeat *b)
{
    return a->filesystem == b->filesystem && strcmp(a->mac, b->mac) == 0 &&
           strcmp(a->address, b->address) == 0;
}

static bool same(const struct repeat *a, const struct repeat *b)
{
    return same_device(a, b) && strcmp(a->md5, b->md5) == 0 &&
           strcmp(a->runs_md5, b->runs_md5) == 0 &&
           strcmp(a->runs_sha256, b->runs_sha256) == 0 &&
           strcmp(a->runs_version, b->runs_version) == 0;
}

static struct repeat *find(const struct repeats *t, const struct repeat *who)
{
    for (size_t i = 0; i < t->n; i++)
        if (same(&t->at[i], who))
            return &t->at[i];
    return NULL;
}

unsigned eo_repeats_count(const struct repeats *t, const struct addr *peer,
                          const struct pull_request *r, const char md5[33])
{
    struct repeat who;
    const struct repeat *found;

    if (r->mac[0] == '\0')
        return 0;
    describe(&who, peer, r, md5);
    found = find(t, &who);
    return found != NULL ? found->times : 0;
}

/* A place for one more entry.  If the table is full, it replaces the entry that
 * was not used for longest.  So clients that send ever new names cannot keep
 * out later devices. */
static struct repeat *place(struct repeats *t)
{
    struct repeat *oldest, *more;

    if (t->n < REPEATS_MAX) {
        more = eo_resize(t->at, t->n + 1, sizeof *more);
        if (more == NULL)
            return NULL;
        t->at = more;
        return &more[t->n++];
    }
    oldest = t->at;
    for (size_t i = 1; i < t->n; i++)
        if (t->at[i].last < oldest->last)
            oldest = &t->at[i];
    return oldest;
}

void eo_repeats_add(struct repeats *t, const struct addr *peer,
                    const struct pull_request *r, const char md5[33])
{
    struct repeat who, *entry;

    if (r->mac[0] == '\0')
        return;
    describe(&who, peer, r, md5);
    entry = find(t, &who);
    if (entry == NULL) {
        entry = place(t);
        if (entry == NULL)
            return;
        *entry = who;
    }
    entry->times++;
    entry->last = ++t->clock;
    for (size_t i = 0; i < t->n; i++)
        if (same_device(&t->at[i], entry) &&
            strcmp(t->at[i].md5, entry->md5) != 0)
            t->at[i].times = 0;
}

void eo_repeats_free(struct repeats *t)
{
    eo_free(t->at);
    *t = (struct repeats){0};
}
