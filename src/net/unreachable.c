/* unreachable.c -- why there is no connection, in words, and what to do. */
#include "net/unreachable.h"

#include <errno.h>

static const char IS_IT_ON[] =
    "is the device on, and on a network this machine can reach?";

static const char *hint_of(int sys)
{
    static const struct {
        int sys;
        const char *hint;
    } HINTS[] = {
        {ECONNREFUSED, "nothing listens there: is the port right, and is OTA "
                       "enabled in the firmware it runs?"},
        {EHOSTUNREACH, IS_IT_ON},
        {ENETUNREACH, "this machine has no route there"},
        {EACCES, "a local firewall forbids it"},
        {EPERM, "a local firewall forbids it"},
        {EADDRNOTAVAIL, "this machine does not have the local address given "
                        "with -I"},
        {EMFILE, "allow more open files with ulimit -n, or give a lower -j"},
        {EINVAL, "a link-local address needs its interface: fe80::1%eth0"},
    };

    for (size_t i = 0; i < sizeof HINTS / sizeof *HINTS; i++)
        if (HINTS[i].sys == sys)
            return HINTS[i].hint;
    return NULL;
}

void eo_unreachable(struct espota_error *err, const struct addr *peer, int sys)
{
    char text[ADDR_TEXT];

    eo_addr_text(peer, true, text);
    eo_fail_sys(err, ESPOTA_E_CONNECT, sys, "cannot connect to %s: %s", text,
                eo_sock_text(sys));
    err->hint = hint_of(sys);
}

void eo_unreachable_silent(struct espota_error *err, const struct addr *first,
                           size_t n, uint32_t timeout_ms)
{
    char text[ADDR_TEXT];

    eo_addr_text(first, true, text);
    eo_fail_sys(err, ESPOTA_E_CONNECT, ETIMEDOUT,
                "no answer from %s%s within %u s while connecting", text,
                n > 1 ? " (and its other addresses)" : "",
                (unsigned)((timeout_ms + 999) / 1000));
    err->hint = IS_IT_ON;
}
