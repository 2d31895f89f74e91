/* fuzz_wire_mdns.c -- any bytes as a packet: what is read can be written, and
 * reads the same again. */
#include "check.h"
#include "wire/mdns.h"

static void check_name(const struct mdns_name *n)
{
    char space[MDNS_NAME_TEXT];
    struct text t;
    size_t at = 0;

    fuzz_check(n->len > 0 && n->wire[n->len - 1] == 0);
    while (n->wire[at] != 0)
        at += 1u + n->wire[at];
    fuzz_check(at + 1 == n->len);
    eo_text_init(&t, space, sizeof space);
    eo_mdns_add_text(&t, n);
    fuzz_check(!t.cut);
}

static void check_again(const struct mdns_record *rec)
{
    uint8_t space[MDNS_PACKET_MAX];
    struct mdns_writer w;
    struct mdns_packet p;
    struct mdns_record again;

    eo_mdns_begin(&w, space, sizeof space, 1, 0);
    if (!eo_mdns_put(&w, rec))
        return;
    fuzz_check(eo_mdns_open(&p, space, eo_mdns_len(&w)) == 0);
    fuzz_check(eo_mdns_next(&p, &again) == 1);
    fuzz_check(eo_mdns_same(&again.name, &rec->name));
    fuzz_check(again.type == rec->type && again.section == rec->section);
    fuzz_check(again.ttl == rec->ttl && again.port == rec->port);
    fuzz_check(again.target.len == rec->target.len);
    fuzz_check(eo_mdns_next(&p, &again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mdns_packet p;
    struct mdns_record rec;

    if (eo_mdns_open(&p, data, size) != 0)
        return 0;
    while (eo_mdns_next(&p, &rec) == 1) {
        check_name(&rec.name);
        if (rec.target.len > 0)
            check_name(&rec.target);
        if (rec.type == MDNS_TXT && rec.section != MDNS_QUESTION) {
            struct reader r = eo_reader(rec.data, rec.len);
            struct mdns_pair pair;

            while (eo_mdns_pair(&r, &pair))
                fuzz_check(pair.key_len > 0 && pair.key_len < 256);
        }
        check_again(&rec);
    }
    return 0;
}
