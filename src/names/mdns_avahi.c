/* mdns_avahi.c -- the addresses of a name in .local as avahi-daemon knows them.
 *
 * The library is loaded when it is needed, so that the program runs where
 * there is none.  A stopped daemon holds avahi_client_new() for 25 s and a
 * stopped bus for longer: all of it happens on a thread.
 */
#include <avahi-client/client.h>
#include <avahi-client/lookup.h>
#include <avahi-common/error.h>
#include <avahi-common/simple-watch.h>

#include "names/lookup_thread.h"
#include "os/clock.h"
#include "os/library.h"

#define AVAHI_CALLS(X)               \
    X(common, avahi_simple_poll_new)     \
    X(common, avahi_simple_poll_free)    \
    X(common, avahi_simple_poll_get)     \
    X(common, avahi_simple_poll_iterate) \
    X(common, avahi_strerror)            \
    X(client, avahi_client_new)          \
    X(client, avahi_client_free)         \
    X(client, avahi_client_errno)        \
    X(client, avahi_host_name_resolver_new)

struct library {
/* NOLINTNEXTLINE(bugprone-macro-parentheses): a name that is declared */
#define X(lib, call) __typeof__(call) *call;
    AVAHI_CALLS(X)
#undef X
};

/* One look-up on its thread. */
struct talk {
    struct library lib;
    struct question *q;
    AvahiClient *client;
    unsigned pending; /* resolvers that have not spoken */
    uint64_t first_ms; /* when the first address came */
};

/* Never unloaded: the library keeps state of its own. */
static int load(struct library *lib)
{
    struct os_library *client = eo_library_open("libavahi-client.so.3");
    struct os_library *common = eo_library_open("libavahi-common.so.3");

    if (client == NULL || common == NULL)
        return -1;
#define X(from, call)                                            \
    *(void **)(void *)&lib->call = eo_library_find(from, #call); \
    if (lib->call == NULL)                          \
        return -1;
    AVAHI_CALLS(X)
#undef X
    return 0;
}

static void on_client(AvahiClient *c, AvahiClientState state, void *ctx)
{
    struct talk *t = ctx;

    if (state == AVAHI_CLIENT_FAILURE)
        eo_question_fail(t->q, "the connection to avahi-daemon was lost",
                         t->lib.avahi_strerror(t->lib.avahi_client_errno(c)));
}

static void on_address(AvahiHostNameResolver *resolver, AvahiIfIndex iface,
                       AvahiProtocol protocol, AvahiResolverEvent event,
                       const char *name, const AvahiAddress *a,
                       AvahiLookupResultFlags flags, void *ctx)
{
    struct talk *t = ctx;
    struct addr addr;

    (void)resolver, (void)protocol, (void)name, (void)flags;
    t->pending--;
    if (event != AVAHI_RESOLVER_FOUND)
        return;
    if (a->proto == AVAHI_PROTO_INET)
        eo_addr_from_bytes(&addr, 4,
                           (const uint8_t *)&a->data.ipv4.address);
    else
        eo_addr_from_bytes(&addr, 6, a->data.ipv6.address);
    if (t->q->n == 0)
        t->first_ms = eo_monotonic_ms();
    eo_question_add(t->q, &addr, iface > 0 ? (unsigned)iface : 0);
}

/* A resolver of one family fails only after five seconds where the device has
 * no address of it: so they are asked side by side, and neither is waited for
 * once the other has an answer that will do. */
static void ask(struct talk *t, AvahiSimplePoll *poll)
{
    static const struct {
        AvahiProtocol avahi;
        int family;
    } FAMILIES[] = {{AVAHI_PROTO_INET, 4}, {AVAHI_PROTO_INET6, 6}};
    const uint64_t began = eo_monotonic_ms();
    int wait;

    for (size_t i = 0; i < sizeof FAMILIES / sizeof *FAMILIES; i++)
        if (eo_question_wants(t->q, FAMILIES[i].family) &&
            t->lib.avahi_host_name_resolver_new(
                t->client, AVAHI_IF_UNSPEC, AVAHI_PROTO_UNSPEC, t->q->name,
                FAMILIES[i].avahi, 0, on_address, t) != NULL)
            t->pending++;
    while (t->pending > 0 && t->q->why[0] == '\0' &&
           (wait = eo_question_patience(t->q, began, t->first_ms)) > 0)
        if (t->lib.avahi_simple_poll_iterate(poll, wait) != 0)
            break;
}

static void look_up(struct question *q)
{
    struct talk t = {.q = q};
    AvahiSimplePoll *poll = NULL;
    int error = 0;

    q->advice = ESPOTA_ADVICE_BUILTIN_RESOLVER;
    if (load(&t.lib) != 0) {
        eo_question_fail(q, "Avahi's client library is not here",
                         "libavahi-client.so.3");
        return;
    }
    poll = t.lib.avahi_simple_poll_new();
    if (poll == NULL)
        return;
    t.client = t.lib.avahi_client_new(t.lib.avahi_simple_poll_get(poll), 0,
                                      on_client, &t, &error);
    if (t.client == NULL) {
        eo_question_fail(q, "avahi-daemon is not running",
                         t.lib.avahi_strerror(error));
    } else {
        ask(&t, poll);
        t.lib.avahi_client_free(t.client); /* and its resolvers */
    }
    t.lib.avahi_simple_poll_free(poll);
}

static void *avahi_start(struct espota_loop *loop,
                         const struct lookup_config *c)
{
    return eo_lookup_thread_start(loop, c, look_up);
}

const struct lookup_ops eo_lookup_avahi = {
    true,
    avahi_start,
    eo_lookup_thread_free,
};
