/* resolve_system.c -- the addresses of a name as the system finds them: DNS,
 * /etc/hosts, and whatever else its name services know. */
#include <netdb.h>
#include <string.h>

#include "names/lookup_thread.h"

/* Always for both families: asked for IPv6 alone, nss-mdns loses the scope. */
static void look_up(struct question *q)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC,
                                   .ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    const int rc = getaddrinfo(q->name, NULL, &hints, &list);

    if (rc != 0) {
        eo_question_fail(q, "name not found", gai_strerror(rc));
        q->hint = "is the name right? The device's address works as well";
        return;
    }
    for (const struct addrinfo *i = list; i != NULL; i = i->ai_next) {
        struct addr a = {.len = i->ai_addrlen};

        if (i->ai_addrlen > sizeof a.sa)
            continue;
        memcpy(&a.sa, i->ai_addr, i->ai_addrlen);
        eo_question_add(q, &a, 0);
    }
    freeaddrinfo(list);
}

static void *system_start(struct espota_loop *loop,
                          const struct lookup_config *c)
{
    return eo_lookup_thread_start(loop, c, look_up);
}

const struct lookup_ops eo_lookup_system = {
    "system",
    false,
    system_start,
    eo_lookup_thread_free,
};
