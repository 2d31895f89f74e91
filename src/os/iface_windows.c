/* iface_windows.c -- the network interfaces of this machine. */
#include "os/windows.h"

#include <errno.h>
#include <iphlpapi.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "os/iface.h"

enum {
    FIRST_BYTES = 16384, /* what its manual recommends */
    TRIES = 8,           /* at a list that grows meanwhile */
    ASKED = GAA_FLAG_SKIP_ANYCAST | GAA_FLAG_SKIP_MULTICAST |
            GAA_FLAG_SKIP_DNS_SERVER
};

/* To be freed with eo_free(); NULL with errno, which is 0 if there are none. */
static IP_ADAPTER_ADDRESSES *adapters(void)
{
    IP_ADAPTER_ADDRESSES *list = NULL;
    ULONG bytes = FIRST_BYTES, rc = ERROR_BUFFER_OVERFLOW;

    for (int i = 0; i < TRIES && rc == ERROR_BUFFER_OVERFLOW; i++) {
        eo_free(list);
        list = eo_calloc(1, bytes);
        if (list == NULL) {
            errno = ENOMEM;
            return NULL;
        }
        rc = GetAdaptersAddresses(AF_UNSPEC, ASKED, NULL, list, &bytes);
    }
    if (rc == NO_ERROR)
        return list;
    eo_free(list);
    errno = rc == ERROR_NO_DATA || rc == ERROR_ADDRESS_NOT_ASSOCIATED
                ? 0
                : eo_windows_errno(rc);
    return NULL;
}

static unsigned index_of(const IP_ADAPTER_ADDRESSES *a)
{
    return a->IfIndex != 0 ? a->IfIndex : a->Ipv6IfIndex;
}

/* As the user named it and every tool shows it; where that is longer than a
 * name may be, its number. */
static void name_of(const IP_ADAPTER_ADDRESSES *a, char name[IFACE_NAME_MAX])
{
    if (WideCharToMultiByte(CP_UTF8, 0, a->FriendlyName, -1, name,
                            IFACE_NAME_MAX, NULL, NULL) <= 0)
        snprintf(name, IFACE_NAME_MAX, "%u", index_of(a));
}

int eo_iface_addrs(void (*fn)(void *ctx, const struct iface_addr *), void *ctx)
{
    IP_ADAPTER_ADDRESSES *list = adapters();

    if (list == NULL)
        return errno == 0 ? 0 : -1;
    for (const IP_ADAPTER_ADDRESSES *i = list; i != NULL; i = i->Next) {
        char name[IFACE_NAME_MAX];
        struct iface_addr a = {
            .name = name,
            .up = i->OperStatus == IfOperStatusUp,
            .multicast = (i->Flags & IP_ADAPTER_NO_MULTICAST) == 0,
            .loopback = i->IfType == IF_TYPE_SOFTWARE_LOOPBACK,
            .point_to_point =
                i->IfType == IF_TYPE_PPP || i->IfType == IF_TYPE_TUNNEL,
        };

        name_of(i, name);
        for (const IP_ADAPTER_UNICAST_ADDRESS *u = i->FirstUnicastAddress;
             u != NULL; u = u->Next) {
            eo_windows_to_addr(&a.addr, u->Address.lpSockaddr);
            a.prefix = u->OnLinkPrefixLength;
            if (a.addr.family != 0)
                fn(ctx, &a);
        }
    }
    eo_free(list);
    return 0;
}

unsigned eo_iface_index(const char *name)
{
    IP_ADAPTER_ADDRESSES *list = adapters();
    unsigned index = 0;

    for (const IP_ADAPTER_ADDRESSES *i = list; i != NULL && index == 0;
         i = i->Next) {
        char its[IFACE_NAME_MAX];

        name_of(i, its);
        if (strcmp(its, name) == 0)
            index = index_of(i);
    }
    eo_free(list);
    return index;
}
