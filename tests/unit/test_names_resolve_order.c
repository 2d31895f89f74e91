/* test_names_resolve_order.c -- mDNS and the system's name service both answer, or
 * do not, and one of them late: who is believed?  And who gets a thread when
 * many ask at once?  The link, the service and the time are the test's. */
#include "support/fake_link.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>

#include "names/resolve.h"
#include "support/clock.h"

/* ---- the system's name service ------------------------------------------ */

static struct {
    pthread_mutex_t lock;
    pthread_cond_t let_go;
    const char *name, *says; /* NULL: it knows nobody */
    const char *held;        /* who ask for that are counted; a thread that an
                                earlier test left behind may come late */
    bool holds;              /* ... and kept waiting */
    unsigned inside, most;
} service = {.lock = PTHREAD_MUTEX_INITIALIZER,
             .let_go = PTHREAD_COND_INITIALIZER};

int getaddrinfo(const char *name, const char *port,
                const struct addrinfo *hints, struct addrinfo **out)
{
    struct {
        struct addrinfo info;
        struct sockaddr_in sa;
    } *a = calloc(1, sizeof *a);
    bool known;

    (void)port, (void)hints;
    pthread_mutex_lock(&service.lock);
    if (service.held != NULL && strcmp(name, service.held) == 0) {
        if (++service.inside > service.most)
            service.most = service.inside;
        while (service.holds)
            pthread_cond_wait(&service.let_go, &service.lock);
        service.inside--;
    }
    known = service.says != NULL &&
            (service.name == NULL || strcmp(name, service.name) == 0);
    if (known)
        inet_pton(AF_INET, service.says, &a->sa.sin_addr);
    pthread_mutex_unlock(&service.lock);
    if (!known) {
        free(a);
        return EAI_NONAME;
    }
    a->sa.sin_family = AF_INET;
    a->info.ai_family = AF_INET;
    a->info.ai_addr = (struct sockaddr *)&a->sa;
    a->info.ai_addrlen = sizeof a->sa;
    *out = &a->info;
    return 0;
}

void freeaddrinfo(struct addrinfo *a)
{
    free(a);
}

/* ---- the machine's one interface, that of the link ----------------------- */

int getifaddrs(struct ifaddrs **out)
{
    static struct sockaddr_in address = {.sin_family = AF_INET},
                              mask = {.sin_family = AF_INET};
    static char name[] = "fake0";
    static struct ifaddrs one = {
        .ifa_name = name,
        .ifa_flags = IFF_UP | IFF_MULTICAST,
        .ifa_addr = (struct sockaddr *)&address,
        .ifa_netmask = (struct sockaddr *)&mask,
    };

    inet_pton(AF_INET, "10.77.0.1", &address.sin_addr);
    inet_pton(AF_INET, "255.255.255.0", &mask.sin_addr);
    *out = &one;
    return 0;
}

void freeifaddrs(struct ifaddrs *a)
{
    (void)a;
}

unsigned if_nametoindex(const char *name)
{
    return strcmp(name, "fake0") == 0 ? FAKE_IFACE : 0;
}

/* ---- kept waiting -------------------------------------------------------- */

static void hold(const char *name)
{
    pthread_mutex_lock(&service.lock);
    if (name != NULL) {
        service.held = name;
        service.inside = service.most = 0;
    }
    service.holds = name != NULL;
    pthread_cond_broadcast(&service.let_go);
    pthread_mutex_unlock(&service.lock);
}

static void know(const char *name, const char *says)
{
    pthread_mutex_lock(&service.lock);
    service.name = name;
    service.says = says;
    pthread_mutex_unlock(&service.lock);
}

static unsigned most_inside(void)
{
    unsigned n;

    pthread_mutex_lock(&service.lock);
    n = service.most;
    pthread_mutex_unlock(&service.lock);
    return n;
}

/* ---- one look-up --------------------------------------------------------- */

struct outcome {
    bool done;
    char how[16], addr[ADDR_TEXT], text[400];
    bool doubt, will_answer;
    unsigned heard_system;
};

static void on_resolved(void *ctx, const struct resolved *got,
                        const struct espota_error *err)
{
    struct outcome *o = ctx;

    assert_false(o->done);
    o->done = true;
    if (got == NULL) {
        strcpy(o->text, err->message);
        return;
    }
    strcpy(o->how, got->how);
    eo_addr_text(&got->addr[0], false, o->addr);
    o->doubt = got->doubt != NULL;
    if (o->doubt)
        strcpy(o->text, got->doubt);
}

static void on_log(void *ctx, const char *line)
{
    struct outcome *o = ctx;

    /* Of a bare name the other form may be denied first. */
    o->heard_system += strncmp(line, "system:", 7) == 0 &&
                       (!o->will_answer || strstr(line, " after ") != NULL);
}

static void say(const char *host, const char *address)
{
    struct voice v;

    voice_begin(&v);
    voice_a(&v, host, address, 120);
    voice_end_from(&v, address);
}

static bool is_done(void *ctx)
{
    const struct outcome *o = ctx;

    return o->done;
}

/* What is at home under 10.77.0.x here.  ms -1: it says nothing. */
static const struct row {
    const char *what, *name, *system;
    int mdns_ms;
    const char *mdns, *namesake;
    const char *how, *addr; /* NULL: it fails */
    bool doubt;
    unsigned from_ms, to_ms;
} ROWS[] = {
    {"mDNS alone", "kitchen.local", NULL, 20, "10.77.0.7", NULL, "mdns",
     "10.77.0.7", false, 20, 300},
    {"DNS is quick, and wrong", "kitchen.local", "10.77.0.3", 400, "10.77.0.7",
     NULL, "mdns", "10.77.0.7", true, 400, 700},
    {"both say the same", "kitchen.local", "10.77.0.7", 1200, "10.77.0.7",
     NULL, "mdns", "10.77.0.7", false, 1200, 1500},
    {"mDNS is silent: a name in the hosts file", "kitchen.local", "10.77.0.3",
     -1, NULL, NULL, "dns", "10.77.0.3", false, 1400, 1700},
    {"mDNS is too late", "kitchen.local", "10.77.0.3", 2500, "10.77.0.7", NULL,
     "dns", "10.77.0.3", false, 1400, 1700},
    {"a bare name: mDNS first, too", "kitchen", "10.77.0.3", 300, "10.77.0.7",
     NULL, "mdns", "10.77.0.7", true, 300, 600},
    {"a bare name that DNS alone knows", "kitchen", "10.77.0.3", -1, NULL, NULL,
     "dns", "10.77.0.3", false, 500, 800},
    {"a bare name that is this machine's", "kitchen", "127.0.0.1", -1, NULL,
     NULL, "dns", "127.0.0.1", false, 0, 50},
    {"a name of DNS does not wait", "kitchen.example", "10.77.0.3", -1, NULL,
     NULL, "dns", "10.77.0.3", false, 0, 50},
    {"two of one name on one link", "kitchen.local", NULL, 20, "10.77.0.7",
     "10.77.0.8", NULL, NULL, false, 20, 300},
    {"nobody", "kitchen.local", NULL, -1, NULL, NULL, NULL, NULL, false, 4900,
     5300},
};

static void test_row(void **state)
{
    const struct row *r = *state;
    struct espota_loop *l = eo_loop_new();
    struct outcome o = {.will_answer = r->system != NULL};
    const uint64_t began = clock_ms;
    struct resolve *res;

    know(r->name, r->system);
    res = eo_resolve_start(
        l, &(struct resolve_config){.name = r->name, .log = on_log}, on_resolved,
        &o);
    assert_non_null(res);
    /* Threads take real time; none passes here. */
    for (int i = 0; i < 6000 && o.heard_system == 0 && !o.done; i++)
        eo_loop_turn(l, 10);
    assert_true(o.heard_system > 0 || o.done);
    if (r->mdns_ms >= 0 && !o.done) {
        clock_pass(l, (uint64_t)r->mdns_ms, is_done, &o);
        say("kitchen.local", r->mdns);
        if (r->namesake != NULL)
            say("kitchen.local", r->namesake);
    }
    clock_pass(l, 20000, is_done, &o);
    eo_resolve_free(res);
    eo_loop_free(l);
    assert_true(o.done);
    if (strcmp(o.how, r->how != NULL ? r->how : "") != 0 ||
        strcmp(o.addr, r->addr != NULL ? r->addr : "") != 0 ||
        o.doubt != r->doubt)
        fail_msg("%s %s %s", o.how, o.addr, o.text);
    assert_in_range(clock_ms - began, r->from_ms, r->to_ms);
    if (r->namesake != NULL && strstr(o.text, "both answer") == NULL)
        fail_msg("%s", o.text);
    if (r->doubt && (strstr(o.text, r->mdns) == NULL ||
                     strstr(o.text, r->system) == NULL))
        fail_msg("%s", o.text);
}

/* ---- many at once -------------------------------------------------------- */

enum { MANY = 100 };

static bool all_done(void *ctx)
{
    const struct outcome *o = ctx;

    for (int i = 0; i < MANY; i++)
        if (!o[i].done)
            return false;
    return true;
}

/* Real time, until so many are in the service at once. */
static void until_inside(struct espota_loop *l, unsigned n)
{
    for (int i = 0; i < 6000 && most_inside() < n; i++)
        eo_loop_turn(l, 10);
    for (int i = 0; i < 20; i++) /* if there were more, they would be in */
        eo_loop_turn(l, 5);
    assert_int_equal(most_inside(), n);
}

static void test_many_take_turns(void **state)
{
    static struct outcome o[MANY];
    struct resolve *res[MANY];
    struct espota_loop *l = eo_loop_new();

    (void)state;
    memset(o, 0, sizeof o);
    know(NULL, "10.77.0.3");
    hold("a.example");
    for (int i = 0; i < MANY; i++) {
        res[i] = eo_resolve_start(
            l, &(struct resolve_config){.name = "a.example"}, on_resolved,
            &o[i]);
        assert_non_null(res[i]);
    }
    until_inside(l, 4);
    /* They are slow: others get a place beside them, but not any number. */
    clock_pass(l, 600, NULL, NULL);
    until_inside(l, 8);
    clock_pass(l, 4000, NULL, NULL);
    until_inside(l, 32);
    hold(NULL);
    for (int i = 0; i < 6000 && !all_done(o); i++)
        eo_loop_turn(l, 10);
    for (int i = 0; i < MANY; i++) {
        if (!o[i].done || strcmp(o[i].addr, "10.77.0.3") != 0)
            fail_msg("%d: %s %s", i, o[i].addr, o[i].text);
        eo_resolve_free(res[i]);
    }
    eo_loop_free(l);
}

/* A name that is left behind keeps its thread for as long as it hangs. */
static void test_those_left_behind_are_counted(void **state)
{
    static struct outcome o[MANY];
    struct espota_loop *l = eo_loop_new();

    (void)state;
    memset(o, 0, sizeof o);
    hold("b.example");
    for (int i = 0; i < MANY; i++) {
        struct resolve *r = eo_resolve_start(
            l, &(struct resolve_config){.name = "b.example"}, on_resolved,
            &o[i]);

        eo_loop_turn(l, 1);
        eo_resolve_free(r);
    }
    until_inside(l, 32);
    hold(NULL);
    eo_loop_free(l);
    for (int i = 0; i < MANY; i++)
        assert_false(o[i].done);
}

/* The sockets are shared; what one hears, all hear, and each may go. */
static void test_one_link_for_all(void **state)
{
    static struct outcome o[20];
    struct resolve *res[20];
    struct espota_loop *l = eo_loop_new();

    (void)state;
    memset(o, 0, sizeof o);
    know(NULL, NULL);
    for (int i = 0; i < 20; i++)
        res[i] = eo_resolve_start(
            l, &(struct resolve_config){.name = "kitchen.local"}, on_resolved,
            &o[i]);
    for (int i = 1; i < 20; i += 2) {
        eo_resolve_free(res[i]);
        res[i] = NULL;
    }
    say("kitchen.local", "10.77.0.7");
    clock_pass(l, 300, NULL, NULL);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(o[i].done, i % 2 == 0);
        eo_resolve_free(res[i]);
    }
    eo_loop_free(l);
}

int main(void)
{
    enum { N = sizeof ROWS / sizeof *ROWS };
    struct CMUnitTest tests[N + 3];

    for (size_t i = 0; i < N; i++)
        tests[i] = (struct CMUnitTest){.name = ROWS[i].what,
                                       .test_func = test_row,
                                       .initial_state = (void *)&ROWS[i]};
    tests[N] = (struct CMUnitTest)cmocka_unit_test(test_many_take_turns);
    tests[N + 1] = (struct CMUnitTest)cmocka_unit_test(
        test_those_left_behind_are_counted);
    tests[N + 2] = (struct CMUnitTest)cmocka_unit_test(test_one_link_for_all);
    return cmocka_run_group_tests_name("names/resolve, in order", tests, NULL,
                                       NULL);
}
