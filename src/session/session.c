/* session.c -- what all sessions have in common; their ops do the rest. */
#include "session/session.h"

#include <string.h>

#include "base/mem.h"

int eo_session_init(struct session *s, const struct session_ops *ops,
                    const struct session_config *c)
{
    s->ops = ops;
    s->c = *c;
    s->job = *c->job;
    s->addr = eo_calloc(c->n_addr, sizeof *s->addr);
    if (s->addr == NULL)
        return -1;
    memcpy(s->addr, c->addr, c->n_addr * sizeof *s->addr);
    return 0;
}

void eo_session_drop(struct session *s)
{
    eo_wipe(&s->job, sizeof s->job);
    eo_free(s->addr);
    s->addr = NULL;
}

enum proto_status eo_session_status(const struct session *s)
{
    return s->ops->status(s);
}

const struct espota_error *eo_session_error(const struct session *s)
{
    return s->ops->error(s);
}

void eo_session_want(const struct session *s, struct proto_want *w)
{
    s->ops->want(s, w);
}

bool eo_session_connecting(const struct session *s)
{
    return s->ops->connecting(s);
}

bool eo_session_committed(const struct session *s)
{
    return s->ops->committed(s);
}

bool eo_session_confirmed(const struct session *s)
{
    return s->ops->confirmed(s);
}

bool eo_session_accepted(const struct session *s)
{
    return s->ops->accepted(s);
}

uint64_t eo_session_bytes_out(const struct session *s)
{
    return s->bytes_out;
}

const struct addr *eo_session_peer(const struct session *s)
{
    return s->peer;
}

void eo_session_free(struct session *s)
{
    if (s != NULL)
        s->ops->free(s);
}
