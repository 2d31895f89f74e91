/* lookup_windows.c -- GetAddrInfoW(). */
#include "os/windows.h"

#include "base/mem.h"
#include "os/lookup.h"

/* The system's own words are in the language of its user, and shared by all
 * threads. */
static const char *in_words(int code)
{
    switch (code) {
    case WSAHOST_NOT_FOUND:
        return "Name or service not known";
    case WSANO_DATA:
        return "No address associated with hostname";
    case WSATRY_AGAIN:
        return "Temporary failure in name resolution";
    case WSANO_RECOVERY:
        return "Non-recoverable failure in name resolution";
    default:
        return eo_windows_text(eo_windows_errno((DWORD)code));
    }
}

const char *eo_system_lookup(const char *name,
                             void (*found)(void *ctx, const struct addr *),
                             void *ctx)
{
    const ADDRINFOW hints = {.ai_family = AF_UNSPEC,
                             .ai_socktype = SOCK_STREAM};
    ADDRINFOW *list = NULL;
    wchar_t *wide;
    int rc;

    if (eo_windows_sockets() != 0)
        return in_words(WSASYSNOTREADY);
    wide = eo_windows_wide(name);
    if (wide == NULL)
        return in_words(WSAHOST_NOT_FOUND);
    rc = GetAddrInfoW(wide, NULL, &hints, &list);
    eo_free(wide);
    if (rc != 0)
        return in_words(rc);
    for (const ADDRINFOW *i = list; i != NULL; i = i->ai_next) {
        struct addr a;

        eo_windows_to_addr(&a, i->ai_addr);
        if (a.family != 0)
            found(ctx, &a);
    }
    FreeAddrInfoW(list);
    return NULL;
}
