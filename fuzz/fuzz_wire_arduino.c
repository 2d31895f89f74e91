/* fuzz_wire_arduino.c -- a hostile device's words: as a datagram, and as a
 * stream in two pieces of any size.
 */
#include "check.h"
#include "wire/arduino.h"

static void datagram(const uint8_t *bytes, size_t len)
{
    const struct arduino_reply r = eo_arduino_parse_reply(bytes, len);
    const size_t nonce = strlen(r.nonce);

    fuzz_check(r.kind == ARDUINO_CHALLENGE
                   ? nonce == ARDUINO_MD5_HEX || nonce == ARDUINO_SHA256_HEX
                   : nonce == 0);
    fuzz_check(r.kind != ARDUINO_ERROR ||
               (const uint8_t *)r.text + r.len <= bytes + len);
    for (unsigned i = 0; i <= (8u * ARDUINO_ANY | 7); i++) {
        const struct arduino_error *e =
            eo_arduino_error(i / 8, i % 8, (const char *)bytes, len);

        fuzz_check(e == NULL ||
                   (e->category != ESPOTA_E_OK && e->hint[0] != '\0'));
    }
}

/* How it is torn changes nothing. */
static void stream(const uint8_t *bytes, size_t len, size_t torn)
{
    struct arduino_said whole = {0}, parts = {0};

    eo_arduino_hear(&whole, bytes, len);
    eo_arduino_hear(&parts, bytes, torn);
    eo_arduino_hear(&parts, bytes + torn, len - torn);
    fuzz_check(whole.len == parts.len && whole.counted == parts.counted);
    fuzz_check(whole.len <= sizeof whole.text);
    fuzz_check(memcmp(whole.text, parts.text, whole.len) == 0);
    fuzz_check(eo_arduino_meaning(&whole) == eo_arduino_meaning(&parts));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy;
    size_t torn;

    if (size == 0)
        return 0;
    torn = *data++ % size;
    size--;
    copy = malloc(size > 0 ? size : 1);
    fuzz_check(copy != NULL);
    memcpy(copy, data, size);
    datagram(copy, size);
    stream(copy, size, torn < size ? torn : size);
    free(copy);
    return 0;
}
