/* lookup_posix.c -- getaddrinfo(). */
#include "os/lookup.h"

#include <netdb.h>
#include <stddef.h>

#include "os/posix.h"

/* Always for both families: asked for IPv6 alone, nss-mdns loses the scope. */
const char *eo_system_lookup(const char *name,
                             void (*found)(void *ctx, const struct addr *),
                             void *ctx)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC,
                                   .ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    const int rc = getaddrinfo(name, NULL, &hints, &list);

    if (rc != 0)
        return gai_strerror(rc);
    for (const struct addrinfo *i = list; i != NULL; i = i->ai_next) {
        struct addr a;

        eo_posix_to_addr(&a, i->ai_addr);
        if (a.family != 0)
            found(ctx, &a);
    }
    freeaddrinfo(list);
    return NULL;
}
