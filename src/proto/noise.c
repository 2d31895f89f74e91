/* noise.c -- ESPHome's encryption, client side.
 *
 * The names in the middle part are those of the Noise specification, section
 * 5.2: mix_hash, mix_key, mix_key_and_hash, split.
 */
#include "proto/noise.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "crypto/aead.h"
#include "crypto/digest.h"
#include "crypto/hkdf.h"
#include "crypto/x25519.h"
#include "wire/esphome.h"

static const char WRONG_KEY_HINT[] =
    "give the key of the firmware the device runs now, not of the one being "
    "sent; in safe mode, ESPHome 2026.9.0 refuses every key";

void eo_noise_wipe(struct noise *s)
{
    eo_wipe(s, sizeof *s); /* which also makes it NOISE_DEAD */
}

/* ---- the symmetric state of the handshake -------------------------------- */

/* Like all of these it gives 0, or -1: the crypto library refuses. */
static int mix_hash(struct noise *s, const uint8_t *bytes, size_t len)
{
    const struct piece both[] = {{s->hash, sizeof s->hash}, {bytes, len}};

    return eo_digest(DIGEST_SHA256, both, 2, s->hash);
}

static int mix_key(struct noise *s, const uint8_t input[NOISE_KEY])
{
    uint8_t keys[2][HKDF_KEY];
    const int rc = eo_hkdf(s->chain, input, NOISE_KEY, keys, 2);

    if (rc == 0) {
        memcpy(s->chain, keys[0], NOISE_KEY);
        memcpy(s->key, keys[1], NOISE_KEY);
    }
    eo_wipe(keys, sizeof keys);
    return rc;
}

static int mix_key_and_hash(struct noise *s, const uint8_t input[NOISE_KEY])
{
    uint8_t keys[3][HKDF_KEY];
    int rc = eo_hkdf(s->chain, input, NOISE_KEY, keys, 3);

    if (rc == 0) {
        memcpy(s->chain, keys[0], NOISE_KEY);
        memcpy(s->key, keys[2], NOISE_KEY);
        rc = mix_hash(s, keys[1], NOISE_KEY);
    }
    eo_wipe(keys, sizeof keys);
    return rc;
}

/* Every key of a handshake seals one message, so their counter stays 0. */
static const uint8_t FIRST[AEAD_NONCE];

/* Our messages carry no text: their seal proves the key. */
static int write_proof(struct noise *s, uint8_t tag[NOISE_TAG])
{
    const struct aead_ad ad = {s->hash, sizeof s->hash};

    return eo_aead_seal(s->key, FIRST, ad, NULL, 0, tag) == 0
               ? mix_hash(s, tag, NOISE_TAG)
               : -1;
}

static int read_proof(struct noise *s, const uint8_t tag[NOISE_TAG])
{
    const struct aead_ad ad = {s->hash, sizeof s->hash};

    return eo_aead_open(s->key, FIRST, ad, tag, NOISE_TAG, NULL) == 0
               ? mix_hash(s, tag, NOISE_TAG)
               : -1;
}

static int split(struct noise *s)
{
    uint8_t keys[2][HKDF_KEY];
    const int rc = eo_hkdf(s->chain, NULL, 0, keys, 2);

    if (rc == 0) {
        memcpy(s->out.key, keys[0], NOISE_KEY);
        memcpy(s->in.key, keys[1], NOISE_KEY);
    }
    eo_wipe(keys, sizeof keys);
    eo_wipe(s->chain, sizeof s->chain);
    eo_wipe(s->key, sizeof s->key);
    eo_wipe(s->ephemeral, sizeof s->ephemeral);
    return rc;
}

/* ---- the handshake ------------------------------------------------------- */

static void write_prologue(const struct noise_preamble *said,
                           uint8_t out[NOISE_PROLOGUE_LEN])
{
    const size_t text = sizeof NOISE_PROLOGUE_TEXT - 1;
    uint8_t *at = out + text + ESPHOME_MAGIC_LEN;

    memcpy(out, NOISE_PROLOGUE_TEXT, text);
    memcpy(out + text, EO_ESPHOME_MAGIC, ESPHOME_MAGIC_LEN);
    at[0] = ESPHOME_OK;
    at[1] = said->version;
    at[2] = said->client;
    at[3] = ESPHOME_FEATURE_FLAGS;
    at[4] = said->server;
}

static void write_head(uint8_t *frame, size_t len)
{
    frame[0] = NOISE_MARK;
    eo_put_be16(frame + 1, (uint16_t)len);
}

static bool all_zero(const uint8_t *bytes, size_t len)
{
    unsigned any = 0;

    for (size_t i = 0; i < len; i++)
        any |= bytes[i];
    return any == 0;
}

/* -> psk, e */
static int write_hello(struct noise *s, const uint8_t psk[NOISE_KEY],
                       const struct noise_preamble *said,
                       uint8_t message[NOISE_MESSAGE])
{
    const struct piece name = {NOISE_NAME, sizeof NOISE_NAME - 1};
    uint8_t prologue[NOISE_PROLOGUE_LEN];

    write_prologue(said, prologue);
    if (eo_digest(DIGEST_SHA256, &name, 1, s->hash) != 0)
        return -1;
    memcpy(s->chain, s->hash, NOISE_KEY);
    if (mix_hash(s, prologue, sizeof prologue) != 0 ||
        mix_key_and_hash(s, psk) != 0 ||
        eo_x25519_public(s->ephemeral, message) != 0 ||
        mix_hash(s, message, NOISE_KEY) != 0 || mix_key(s, message) != 0)
        return -1;
    return write_proof(s, message + NOISE_KEY);
}

int eo_noise_start(struct noise *s, const uint8_t psk[NOISE_KEY],
                   const struct noise_preamble *said,
                   const uint8_t ephemeral[NOISE_KEY],
                   uint8_t hello[NOISE_HELLO_FRAME], struct espota_error *err)
{
    eo_noise_wipe(s);
    if (all_zero(psk, NOISE_KEY))
        return eo_fail_hint(err, ESPOTA_E_USAGE,
                            "give the key from the device's configuration",
                            "an all-zero key stands for a device without one");
    memcpy(s->ephemeral, ephemeral, NOISE_KEY);
    write_head(hello, 1 + NOISE_MESSAGE);
    hello[NOISE_HEAD] = NOISE_ACCEPT;
    if (write_hello(s, psk, said, hello + NOISE_HEAD + 1) != 0) {
        eo_noise_wipe(s);
        return eo_fail_hint(err, ESPOTA_E_INTERNAL,
                            "look for a system policy that forbids X25519 or "
                            "ChaCha20-Poly1305",
                            "the crypto library refuses to encrypt");
    }
    s->state = NOISE_GREETED;
    return 0;
}

/* <- e, ee */
static int read_hello(struct noise *s, const uint8_t message[NOISE_MESSAGE],
                      struct espota_error *err)
{
    uint8_t shared[NOISE_KEY];
    int rc;

    if (eo_x25519(s->ephemeral, message, shared) != 0)
        return eo_fail(err, ESPOTA_E_PROTOCOL,
                       "the device sent an invalid public key");
    rc = mix_hash(s, message, NOISE_KEY) != 0 || mix_key(s, message) != 0 ||
                 mix_key(s, shared) != 0
             ? -1
             : read_proof(s, message + NOISE_KEY);
    eo_wipe(shared, sizeof shared);
    if (rc != 0)
        return eo_fail_hint(err, ESPOTA_E_AUTH, WRONG_KEY_HINT,
                            "the device did not prove that it knows the key");
    if (split(s) != 0)
        return eo_fail(err, ESPOTA_E_INTERNAL,
                       "the crypto library refuses to encrypt");
    return 0;
}

static int rejected(const uint8_t *reason, size_t len,
                    struct espota_error *err)
{
    const bool mac = len == sizeof NOISE_REASON_MAC - 1 &&
                     memcmp(reason, NOISE_REASON_MAC, len) == 0;
    char words[4 * NOISE_HANDSHAKE_MAX];
    struct text t;

    eo_text_init(&t, words, sizeof words);
    eo_text_add_safe(&t, (const char *)reason, len);
    if (mac)
        return eo_fail_device(err, ESPOTA_E_AUTH, words, WRONG_KEY_HINT,
                              "the device refused the encryption key");
    return eo_fail_device(err, ESPOTA_E_AUTH, words,
                          "reboot the device and try again; look at its log",
                          "the device refused to begin encryption");
}

static int on_handshake(struct noise *s, const uint8_t *payload, size_t len,
                        struct espota_error *err)
{
    if (payload[0] == NOISE_REJECT)
        return rejected(payload + 1, len - 1, err);
    if (payload[0] != NOISE_ACCEPT || len != 1 + NOISE_MESSAGE)
        return eo_fail(err, ESPOTA_E_PROTOCOL,
                       "the device's part of the handshake has status 0x%02x "
                       "and %zu bytes",
                       payload[0], len);
    return read_hello(s, payload + 1, err);
}

/* ---- frames -------------------------------------------------------------- */

/* Four zero bytes and the counter, little-endian; then counts.  The last
 * value is reserved. */
static int next_nonce(struct noise_way *way, uint8_t nonce[AEAD_NONCE])
{
    if (way->counter == UINT64_MAX)
        return -1;
    eo_put_le32(nonce, 0);
    eo_put_le32(nonce + 4, (uint32_t)way->counter);
    eo_put_le32(nonce + 8, (uint32_t)(way->counter >> 32));
    way->counter++;
    return 0;
}

size_t eo_noise_seal(struct noise *s, const uint8_t *plain, size_t len,
                     uint8_t *out)
{
    const struct aead_ad none = {NULL, 0};
    uint8_t nonce[AEAD_NONCE];

    if (s->state != NOISE_OPEN || len == 0 || len > NOISE_PLAIN_MAX ||
        next_nonce(&s->out, nonce) != 0 ||
        eo_aead_seal(s->out.key, nonce, none, plain, len, out + NOISE_HEAD) !=
            0)
        return 0;
    write_head(out, len + NOISE_TAG);
    return NOISE_HEAD + len + NOISE_TAG;
}

/* Once both sides have proved the key, anything that is not a frame of the
 * device was damaged on its way; before, it may be another kind of device. */
static int no_frame(const struct noise *s, struct espota_error *err,
                    const char *what, size_t number)
{
    char words[80];
    struct text t;

    eo_text_init(&t, words, sizeof words);
    eo_text_add(&t, what, number);
    return s->state == NOISE_OPEN
               ? eo_fail_hint(err, ESPOTA_E_BROKEN,
                              "try again: another connection has other keys",
                              "%s", words)
               : eo_fail(err, ESPOTA_E_PROTOCOL, "%s", words);
}

static int on_sealed(struct noise *s, uint8_t *payload, size_t len,
                     struct espota_error *err)
{
    const struct aead_ad none = {NULL, 0};
    uint8_t nonce[AEAD_NONCE];

    if (next_nonce(&s->in, nonce) != 0 ||
        eo_aead_open(s->in.key, nonce, none, payload, len, payload) != 0)
        return no_frame(s, err,
                        "an encrypted frame of the device was changed on its "
                        "way",
                        0);
    return 0;
}

/* How many bytes the frame has in all, as far as is known; 0: it is not a
 * frame. */
static size_t frame_len(const struct noise *s, struct espota_error *err)
{
    const bool open = s->state == NOISE_OPEN;
    size_t len;

    if (s->got > 0 && s->frame[0] != NOISE_MARK) {
        no_frame(s, err,
                 "the device answers 0x%02zx where an encrypted frame must "
                 "begin",
                 s->frame[0]);
        return 0;
    }
    if (s->got < NOISE_HEAD)
        return NOISE_HEAD;
    len = eo_be16(s->frame + 1);
    if (len < (open ? NOISE_TAG + 1 : 1) ||
        len > (open ? NOISE_SEALED_MAX : NOISE_HANDSHAKE_MAX)) {
        no_frame(s, err,
                 "the device announces an encrypted frame of %zu bytes", len);
        return 0;
    }
    return NOISE_HEAD + len;
}

static enum noise_read failed(struct noise *s)
{
    eo_noise_wipe(s);
    return NOISE_FAILED;
}

enum noise_read eo_noise_read(struct noise *s, struct reader *in,
                              struct noise_text *text,
                              struct espota_error *err)
{
    uint8_t *const payload = s->frame + NOISE_HEAD;
    size_t total, len;

    if (s->state == NOISE_DEAD) {
        eo_fail(err, ESPOTA_E_INTERNAL, "the encrypted session has ended");
        return NOISE_FAILED;
    }
    for (;;) {
        total = frame_len(s, err);
        if (total == 0)
            return failed(s);
        if (s->got >= NOISE_HEAD && s->got == total)
            break;
        if (eo_left(in) == 0)
            return NOISE_MORE;
        s->frame[s->got++] = eo_take_u8(in);
    }
    s->got = 0;
    len = total - NOISE_HEAD;
    if (s->state == NOISE_GREETED) {
        if (on_handshake(s, payload, len, err) != 0)
            return failed(s);
        s->state = NOISE_OPEN;
        return NOISE_READY;
    }
    if (on_sealed(s, payload, len, err) != 0)
        return failed(s);
    *text = (struct noise_text){payload, len - NOISE_TAG};
    return NOISE_TEXT;
}
