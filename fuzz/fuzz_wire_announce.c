/* fuzz_wire_announce.c -- any TXT record: what a device says of itself.  The
 * first byte is the service, the next two the port. */
#include "check.h"
#include "wire/announce.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = fuzz_input(data, size);
    const enum announce_service service =
        (enum announce_service)(fuzz_byte(&in) % ANNOUNCE_SERVICE_COUNT);
    const uint16_t port = (uint16_t)(fuzz_byte(&in) << 8 | fuzz_byte(&in));
    const size_t len = fuzz_left(&in);
    char *txt = fuzz_text(&in, len);
    struct announced a;

    memset(&a, 0xa5, sizeof a);
    eo_announce_read(&a, service, port, (const uint8_t *)txt, len);
    fuzz_check(fuzz_clean(a.board) && fuzz_clean(a.platform));
    fuzz_check(fuzz_clean(a.version) && fuzz_clean(a.mac));
    fuzz_check(fuzz_clean(a.config_hash) && fuzz_clean(a.friendly_name));
    fuzz_check(a.auth == NULL || fuzz_clean(a.auth));
    fuzz_check(a.protocol != NULL || (a.port == 0 && a.profile == NULL));
    fuzz_check(a.protocol == NULL || service == ANNOUNCE_HTTP ||
               service == ANNOUNCE_ESPHOME || a.port == port);
    free(txt);
    return 0;
}
