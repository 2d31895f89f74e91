/* mdns_dnssd.c -- the addresses of a name in .local by dns_sd, the interface of
 * macOS and Bonjour.
 *
 * It keeps to DNSServiceQueryRecord, which Avahi's compatibility library has
 * as well; that one blocks while it connects, hence the thread.
 */
#include <dns_sd.h>
#include <stdio.h>

#include "names/lookup_thread.h"
#include "os/clock.h"
#include "os/wait.h"
#include "wire/mdns.h"

enum { CLASS_IN = 1 };

struct talk {
    struct question *q;
    uint64_t first_ms; /* when the first address came */
    bool failed;
};

static void fail(struct talk *t, const char *what, DNSServiceErrorType code)
{
    char number[32];

    snprintf(number, sizeof number, "dns_sd error %d", (int)code);
    eo_question_fail(t->q, what, number);
    t->failed = true;
}

static void DNSSD_API on_record(DNSServiceRef ref, DNSServiceFlags flags,
                                uint32_t iface, DNSServiceErrorType code,
                                const char *name, uint16_t type, uint16_t class,
                                uint16_t len, const void *data, uint32_t ttl,
                                void *ctx)
{
    struct talk *t = ctx;
    struct addr a;

    (void)ref, (void)name, (void)class, (void)ttl;
    if (code != kDNSServiceErr_NoError || (flags & kDNSServiceFlagsAdd) == 0 ||
        len != (type == MDNS_A ? 4 : 16))
        return;
    eo_addr_from_bytes(&a, type == MDNS_A ? 4 : 6, data);
    if (t->q->n == 0)
        t->first_ms = eo_monotonic_ms();
    eo_question_add(t->q, &a, iface);
}

/* One query a family; a daemon that knows of no address says nothing. */
static void wait_for_both(struct talk *t, struct waits *waits,
                          DNSServiceRef *refs, size_t n)
{
    const uint64_t began = eo_monotonic_ms();
    int wait;

    while (!t->failed &&
           (wait = eo_question_patience(t->q, began, t->first_ms)) > 0) {
        for (size_t i = 0; i < n; i++)
            eo_waits_put(waits, i, (os_socket)DNSServiceRefSockFD(refs[i]),
                         OS_READ);
        if (eo_waits_turn(waits, n, wait) <= 0)
            continue;
        for (size_t i = 0; i < n && !t->failed; i++) {
            os_socket fd;
            const DNSServiceErrorType code =
                eo_waits_ready(waits, i, &fd) != 0
                    ? DNSServiceProcessResult(refs[i])
                    : kDNSServiceErr_NoError;

            if (code != kDNSServiceErr_NoError)
                fail(t, "the connection to the mDNS service was lost", code);
        }
    }
}

static void look_up(struct question *q)
{
    static const struct {
        uint16_t type;
        int family;
    } FAMILIES[] = {{MDNS_A, 4}, {MDNS_AAAA, 6}};
    struct talk t = {.q = q};
    DNSServiceRef refs[2];
    struct waits *waits = NULL;
    size_t n = 0;

    q->advice = ESPOTA_ADVICE_BUILTIN_RESOLVER;
    for (size_t i = 0; i < 2 && !t.failed; i++) {
        DNSServiceErrorType code;

        if (!eo_question_wants(q, FAMILIES[i].family))
            continue;
        code = DNSServiceQueryRecord(&refs[n], 0, kDNSServiceInterfaceIndexAny,
                                     q->name, FAMILIES[i].type, CLASS_IN,
                                     on_record, &t);
        if (code == kDNSServiceErr_NoError)
            n++;
        else
            fail(&t, "the mDNS service is not running", code);
    }
    if (eo_waits_room(&waits, 2) == 0)
        wait_for_both(&t, waits, refs, n);
    else
        fail(&t, "out of memory", kDNSServiceErr_NoMemory);
    eo_waits_free(waits);
    for (size_t i = 0; i < n; i++)
        DNSServiceRefDeallocate(refs[i]);
}

static void *dnssd_start(struct espota_loop *loop,
                         const struct lookup_config *c)
{
    return eo_lookup_thread_start(loop, c, look_up);
}

const struct lookup_ops eo_lookup_dnssd = {
    true,
    dnssd_start,
    eo_lookup_thread_free,
};
