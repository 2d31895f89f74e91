/* fuzz_proto_noise.c -- a hostile device on the other side of the encryption.
 *
 * The first byte says whether the handshake is hostile too or stands already;
 * then commands: so many raw bytes, or so many bytes sealed as only somebody
 * with the key can.  They arrive in pieces of the second byte's size.
 */
#include "check.h"
#include "crypto/aead.h"
#include "proto/noise.h"

/* What a device with this key answers to this client; docs/PROTOCOLS.md, B.2.
 */
static const uint8_t PSK[NOISE_KEY] = {
    0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a,
    0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15,
    0x16, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f};
static const uint8_t ANSWER[NOISE_HELLO_FRAME] = {
    0x01, 0x00, 0x31, 0x00, 0x0f, 0xaa, 0x68, 0x4e, 0xd2, 0x88, 0x67,
    0xb9, 0x7f, 0x4a, 0x6a, 0x2d, 0xee, 0x5d, 0xf8, 0xce, 0x97, 0x4e,
    0x76, 0xb7, 0x01, 0x8e, 0x3f, 0x22, 0xa1, 0xc4, 0xcf, 0x26, 0x78,
    0x57, 0x0f, 0x20, 0x74, 0x4a, 0x26, 0x55, 0xc2, 0xb4, 0xac, 0xf8,
    0x2f, 0x43, 0x58, 0x8d, 0x62, 0x0f, 0x09, 0x20};

static void receive(struct noise *s, const uint8_t *bytes, size_t len,
                    size_t piece)
{
    static const struct noise WIPED;
    uint8_t *copy = malloc(len > 0 ? len : 1);

    fuzz_check(copy != NULL);
    if (len > 0)
        memcpy(copy, bytes, len);
    for (size_t at = 0; at < len && s->state != NOISE_DEAD; at += piece) {
        const size_t now = len - at < piece ? len - at : piece;
        struct reader in = eo_reader(copy + at, now);

        for (;;) {
            const enum noise_state before = s->state;
            struct espota_error err = {0};
            struct noise_text text = {0};
            const enum noise_read got = eo_noise_read(s, &in, &text, &err);

            fuzz_check((got == NOISE_FAILED) == (err.category != ESPOTA_E_OK));
            fuzz_check(got != NOISE_READY || before == NOISE_GREETED);
            fuzz_check(got != NOISE_TEXT ||
                       (before == NOISE_OPEN && text.len >= 1 &&
                        text.len <= NOISE_PLAIN_MAX));
            fuzz_check(
                got != NOISE_FAILED ||
                (memcmp(s, &WIPED, sizeof *s) == 0 && err.message[0] != 0));
            fuzz_check(got != NOISE_MORE ||
                       (eo_left(&in) == 0 && s->got < sizeof s->frame));
            if (got == NOISE_MORE || got == NOISE_FAILED)
                break;
        }
    }
    free(copy);
}

static void receive_sealed(struct noise *s, const uint8_t *bytes, size_t len,
                           size_t piece)
{
    uint8_t frame[NOISE_HEAD + 256 + NOISE_TAG], nonce[AEAD_NONCE] = {0};

    frame[0] = NOISE_MARK;
    eo_put_be16(frame + 1, (uint16_t)(len + NOISE_TAG));
    eo_put_le32(nonce + 4, (uint32_t)s->in.counter);
    fuzz_check(eo_aead_seal(s->in.key, nonce, (struct aead_ad){NULL, 0}, bytes,
                            len, frame + NOISE_HEAD) == 0);
    receive(s, frame, NOISE_HEAD + len + NOISE_TAG, piece);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct noise_preamble SPOKEN = {2, 0x0f, 0x04};
    struct reader r = eo_reader(data, size);
    const uint8_t flags = eo_take_u8(&r);
    const size_t piece = 1 + eo_take_u8(&r);
    uint8_t own[NOISE_KEY], hello[NOISE_HELLO_FRAME];
    struct noise s;

    memset(own, 0x11, sizeof own);
    fuzz_check(eo_noise_start(&s, PSK, &SPOKEN, own, hello, NULL) == 0);
    if (flags & 1) {
        receive(&s, ANSWER, sizeof ANSWER, piece);
        fuzz_check(s.state == NOISE_OPEN);
    }
    while (eo_left(&r) >= 2 && s.state != NOISE_DEAD) {
        const uint8_t what = eo_take_u8(&r), asked = eo_take_u8(&r);
        const size_t len = asked < eo_left(&r) ? asked : eo_left(&r);
        const uint8_t *bytes = eo_take(&r, len);

        if (what % 2 == 0 || s.state != NOISE_OPEN || s.got > 0)
            receive(&s, bytes, len, piece);
        else
            receive_sealed(&s, bytes, len, piece);
    }
    eo_noise_wipe(&s);
    return 0;
}
