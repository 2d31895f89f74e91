/* addr_windows.c -- addresses as people write them, and as Winsock has them. */
#include "os/windows.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "os/iface.h"

/* ---- as people write them ------------------------------------------------ */

/* This system writes the index of an interface; its names are for people. */
static int parse_scope(const char *text, uint32_t *scope)
{
    uint64_t number;

    *scope = eo_iface_index(text);
    if (*scope != 0)
        return 0;
    if (eo_parse_uint(text, 1, UINT32_MAX, &number) != 0)
        return -1;
    *scope = (uint32_t)number;
    return 0;
}

int eo_addr_parse(struct addr *a, const char *text)
{
    char host[INET6_ADDRSTRLEN + IFACE_NAME_MAX + 1];
    const size_t n = strlen(text);
    const bool brackets = n >= 2 && text[0] == '[' && text[n - 1] == ']';
    char *scope;

    *a = (struct addr){.family = 0};
    if (n >= sizeof host + 2)
        return -1;
    snprintf(host, sizeof host, "%.*s", (int)(brackets ? n - 2 : n),
             brackets ? text + 1 : text);
    if (!brackets && inet_pton(AF_INET, host, a->bytes) == 1) {
        a->family = 4;
        return 0;
    }
    scope = strchr(host, '%');
    if (scope != NULL)
        *scope++ = '\0';
    if (inet_pton(AF_INET6, host, a->bytes) != 1)
        return -1;
    a->family = 6;
    if (scope != NULL && parse_scope(scope, &a->scope) != 0)
        return -2;
    return 0;
}

void eo_addr_text(const struct addr *a, bool port, char out[ADDR_TEXT])
{
    const bool brackets = port && a->family == 6;
    char host[INET6_ADDRSTRLEN] = "?";
    struct text t;

    eo_text_init(&t, out, ADDR_TEXT);
    inet_ntop(eo_windows_family(a->family), a->bytes, host, sizeof host);
    eo_text_add(&t, "%s%s", brackets ? "[" : "", host);
    if (a->family == 6 && a->scope != 0)
        eo_text_add(&t, "%%%u", (unsigned)a->scope);
    if (port)
        eo_text_add(&t, "%s:%u", brackets ? "]" : "", a->port);
}

/* ---- as the system has them ---------------------------------------------- */

int eo_windows_family(int family)
{
    return family == 6 ? AF_INET6 : AF_INET;
}

struct windows_addr eo_windows_addr(const struct addr *a)
{
    struct windows_addr out = {.len = 0};
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&out.sa;
    struct sockaddr_in *in4 = (struct sockaddr_in *)&out.sa;

    if (a->family == 6) {
        in6->sin6_family = AF_INET6;
        in6->sin6_port = htons(a->port);
        in6->sin6_scope_id = a->scope;
        memcpy(&in6->sin6_addr, a->bytes, 16);
        out.len = sizeof *in6;
    } else if (a->family == 4) {
        in4->sin_family = AF_INET;
        in4->sin_port = htons(a->port);
        memcpy(&in4->sin_addr, a->bytes, 4);
        out.len = sizeof *in4;
    }
    return out;
}

void eo_windows_to_addr(struct addr *a, const struct sockaddr *sa)
{
    const void *p = sa;
    const struct sockaddr_in6 *in6 = p;
    const struct sockaddr_in *in4 = p;

    *a = (struct addr){.family = 0};
    if (sa->sa_family == AF_INET6) {
        eo_addr_from_bytes(a, 6, in6->sin6_addr.s6_addr);
        a->port = ntohs(in6->sin6_port);
        a->scope = in6->sin6_scope_id;
    } else if (sa->sa_family == AF_INET) {
        eo_addr_from_bytes(a, 4, (const uint8_t *)&in4->sin_addr);
        a->port = ntohs(in4->sin_port);
    }
}

void eo_addr_from_system(struct addr *a, const void *sockaddr)
{
    *a = (struct addr){.family = 0};
    if (sockaddr == NULL)
        return;
    eo_windows_to_addr(a, sockaddr);
    eo_addr_unmap(a);
}
