/* unreachable.c -- why there is no connection, in words, and what to do. */
#include "net/unreachable.h"

#include <errno.h>

static const char IS_IT_ON[] =
    "is the device on, and on a network this machine can reach?";

static void advise(struct espota_error *err, bool bound, int sys)
{
    static const struct {
        int sys;
        const char *hint;
        enum espota_advice advice;
    } HINTS[] = {
        {ECONNREFUSED, EO_ADVICE(NONE, "nothing listens there: is the port "
                                       "right, and is OTA enabled in the "
                                       "firmware it runs?")},
        {EHOSTUNREACH, EO_ADVICE(NONE, IS_IT_ON)},
        {ENETUNREACH, EO_ADVICE(NONE, "this machine has no route there")},
        {EACCES, EO_ADVICE(NONE, "a local firewall forbids it")},
        {EPERM, EO_ADVICE(NONE, "a local firewall forbids it")},
        {EADDRNOTAVAIL,
         EO_ADVICE(BIND, "this machine does not have the local address given")},
        {EMFILE, EO_ADVICE(FEWER_JOBS, NULL)},
        {EINVAL, EO_ADVICE(NONE, "a link-local address needs its interface: "
                                 "fe80::1%eth0")},
    };

    if (sys == EADDRNOTAVAIL && !bound) {
        eo_advise(err, ESPOTA_ADVICE_NONE,
                  "this machine has no address of that kind, or no free port");
        return;
    }
    for (size_t i = 0; i < sizeof HINTS / sizeof *HINTS; i++)
        if (HINTS[i].sys == sys)
            eo_advise(err, HINTS[i].advice, HINTS[i].hint);
}

void eo_unreachable(struct espota_error *err, const struct addr *peer,
                    bool bound, int sys)
{
    char text[ADDR_TEXT];

    eo_addr_text(peer, true, text);
    eo_fail_sys(err, ESPOTA_E_CONNECT, sys, "cannot connect to %s: %s", text,
                eo_sock_text(sys));
    advise(err, bound, sys);
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
    eo_advise(err, ESPOTA_ADVICE_NONE, IS_IT_ON);
}
