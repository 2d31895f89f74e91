/* resolve_system.c -- the addresses of a name as the system finds them: DNS,
 * /etc/hosts, and whatever else its name services know. */
#include "names/lookup_thread.h"
#include "os/lookup.h"

static void found(void *ctx, const struct addr *a)
{
    eo_question_add(ctx, a, 0);
}

static void look_up(struct question *q)
{
    const char *why = eo_system_lookup(q->name, found, q);

    if (why == NULL)
        return;
    eo_question_fail(q, "name not found", why);
    q->hint = "is the name right? The device's address works as well";
}

static void *system_start(struct espota_loop *loop,
                          const struct lookup_config *c)
{
    return eo_lookup_thread_start(loop, c, look_up);
}

const struct lookup_ops eo_lookup_system = {
    false,
    system_start,
    eo_lookup_thread_free,
};
