/* fuzz_api_discover.c -- whatever is heard by mDNS, as packets in any order and
 * at any time: what becomes of it are devices with clean text, each told as
 * appeared before it changes or leaves, and lines of a targets file that mean
 * them.
 *
 * The first byte says what is looked for.  A command is two bytes, what and how
 * much: 0 to 3, a packet of so many bytes on interface 1 or 2; 4, so many
 * tenths of a second pass; 5, so many minutes.
 */
#include <espota/discover.h>

#include "cli/discover.h"
#include "conf/inventory.h"
#include "names/mdns_link.h"
#include "world.h"

/* ---- a link without a network -------------------------------------------- */

enum { LINKS_MAX = 32 };

struct mdns_link {
    struct mdns_link_config config;
};

static struct mdns_link *links[LINKS_MAX];

static const struct ifaces IFACES = {
    .at = {{.index = 1,
            .name = "eth0",
            .net = {{4, 24, {192, 0, 2, 9}}},
            .n_net = 1},
           {.index = 2,
            .name = "wlan0",
            .net = {{6, 64, {0xfe, 0x80}}},
            .n_net = 1}},
    .n = 2,
};

int eo_mdns_link_new(struct mdns_link **out, struct espota_loop *loop,
                     const struct mdns_link_config *c, struct espota_error *err)
{
    size_t i = 0;

    (void)loop;
    (void)err;
    while (i < LINKS_MAX && links[i] != NULL)
        i++;
    fuzz_check(i < LINKS_MAX);
    *out = links[i] = calloc(1, sizeof **out);
    fuzz_check(*out != NULL);
    (*out)->config = *c;
    return 0;
}

void eo_mdns_link_free(struct mdns_link *l)
{
    for (size_t i = 0; l != NULL && i < LINKS_MAX; i++)
        if (links[i] == l)
            links[i] = NULL;
    free(l);
}

const struct ifaces *eo_mdns_link_ifaces(const struct mdns_link *l)
{
    (void)l;
    return &IFACES;
}

uint16_t eo_mdns_link_id(const struct mdns_link *l)
{
    (void)l;
    return 0x1234;
}

/* What is asked is a packet. */
int eo_mdns_link_send(struct mdns_link *l, enum mdns_from from,
                      const uint8_t *bytes, size_t len)
{
    struct mdns_packet p;
    struct mdns_record rec;

    (void)l;
    fuzz_check(eo_mdns_open(&p, bytes, len) == 0);
    fuzz_check(p.id == (from == MDNS_FROM_OWN ? 0x1234 : 0));
    fuzz_check(eo_mdns_next(&p, &rec) == 1 && rec.section == MDNS_QUESTION);
    while (eo_mdns_next(&p, &rec) == 1)
        fuzz_check(rec.section == MDNS_ANSWER && rec.type == MDNS_PTR);
    return 2;
}

void eo_mdns_link_add_names(struct text *t, const struct mdns_link *l)
{
    (void)l;
    eo_text_add(t, "eth0, wlan0");
}

static void hear(const uint8_t *bytes, size_t len, size_t iface)
{
    struct mdns_heard heard = {.iface = &IFACES.at[iface]};
    uint8_t *copy = malloc(len > 0 ? len : 1);

    fuzz_check(copy != NULL);
    memcpy(copy, bytes, len);
    fuzz_check(eo_addr_parse(&heard.from, WORLD_ADDRESS) == 0);
    if (eo_mdns_open(&heard.packet, copy, len) == 0)
        for (size_t i = 0; i < LINKS_MAX; i++)
            if (links[i] != NULL)
                links[i]->config.heard(links[i]->config.ctx, &heard);
    free(copy);
}

/* ---- what becomes of it -------------------------------------------------- */

struct seen {
    unsigned appeared, left;
};

static void check_target(const struct espota_device *d)
{
    const struct config none = {0};
    struct target_list list = {0};
    struct espota_error err;
    char line[MDNS_NAME_TEXT + 100];
    struct text t;

    eo_text_init(&t, line, sizeof line);
    eo_discover_target(&t, d);
    if (t.len == 0)
        return;
    fuzz_check(!t.cut);
    fuzz_check(eo_targets_parse(&list, line, t.len, "T", &none, &err) == 0);
    fuzz_check(list.n == 1);
    fuzz_check((d->host != NULL && strcmp(list.at[0].name, d->host) == 0) ||
               strcmp(list.at[0].name, d->addresses[0]) == 0);
    eo_targets_free(&list);
}

static void on_device(void *ctx, enum espota_device_news news,
                      const struct espota_device *d)
{
    const char *const texts[] = {d->name,    d->host,          d->protocol,
                                 d->profile, d->auth,          d->board,
                                 d->version, d->platform,      d->mac,
                                 d->remark,  d->friendly_name, d->config_hash};
    struct seen *seen = ctx;

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        fuzz_check(texts[i] == NULL || fuzz_clean(texts[i]));
    for (size_t i = 0; i < d->n_addresses; i++)
        fuzz_check(fuzz_clean(d->addresses[i]));
    for (size_t i = 0; i < d->n_txt; i++)
        fuzz_check(fuzz_clean(d->txt[i].key) &&
                   (d->txt[i].value == NULL || fuzz_clean(d->txt[i].value)));
    seen->appeared += news == ESPOTA_DEVICE_APPEARED;
    seen->left += news == ESPOTA_DEVICE_LEFT;
    check_target(d);
}

static void pass(struct espota_loop *l, uint64_t ms)
{
    for (int i = 0; i < 64 && ms > 0; i++) {
        const int due = espota_loop_timeout(l);
        const uint64_t step =
            due >= 0 && (unsigned)due < ms ? (unsigned)due + 1 : ms;

        world_skip(step);
        espota_loop_process(l, NULL, 0);
        ms -= step < ms ? step : ms;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const NAMES[] = {"kitchen", "attic.local"};
    struct fuzz_input in = fuzz_input(data, size);
    const uint8_t how = fuzz_byte(&in);
    struct seen seen = {0, 0};
    struct espota_loop *loop;
    struct espota_discover *d;
    struct espota_error err;

    if (espota_loop_new(&loop, &err) != 0 ||
        espota_discover_new(
            &d, loop,
            &ESPOTA_DISCOVER_CONFIG(.family = how & 4 ? (how & 8 ? 6 : 4) : 0,
                                    .names = NAMES, .n_names = how & 2 ? 2 : 0,
                                    .watch = how & 1, .on_device = on_device,
                                    .on_device_ctx = &seen),
            &err) != 0)
        abort();
    while (fuzz_left(&in) >= 2 && espota_loop_live(loop)) {
        const uint8_t what = fuzz_byte(&in) % 6, arg = fuzz_byte(&in);
        const size_t len = arg < fuzz_left(&in) ? arg : fuzz_left(&in);

        if (what < 4) {
            hear(in.at, len, what % 2);
            in.at += len;
        }
        pass(loop, what < 4 ? 0 : arg * (what == 4 ? 100u : 60000u));
    }
    pass(loop, how & 1 ? 1000 : 10000);
    fuzz_check((how & 1) != 0 || seen.left == 0);
    espota_discover_free(d);
    espota_loop_free(loop);
    for (size_t i = 0; i < LINKS_MAX; i++)
        fuzz_check(links[i] == NULL);
    return 0;
}
