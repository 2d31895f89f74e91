/* loopback.h -- the interface that has 127.0.0.1, whatever it is called. */
#ifndef TEST_SUPPORT_LOOPBACK_H
#define TEST_SUPPORT_LOOPBACK_H

#include "support/test.h"

#include "os/iface.h"

static char loopback_name_is[IFACE_NAME_MAX];

static inline void loopback_look(void *ctx, const struct iface_addr *a)
{
    (void)ctx;
    if (a->addr.family == 4 && a->addr.bytes[0] == 127)
        memcpy(loopback_name_is, a->name, strlen(a->name) + 1);
}

static inline const char *loopback_name(void)
{
    if (loopback_name_is[0] == '\0')
        assert_int_equal(eo_iface_addrs(loopback_look, NULL), 0);
    assert_true(loopback_name_is[0] != '\0');
    return loopback_name_is;
}

static inline unsigned loopback_index(void)
{
    return eo_iface_index(loopback_name());
}

#endif
