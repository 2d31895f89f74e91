/* noise.c -- the device's side of ESPHome's encryption: the responder of
 * Noise_NNpsk0_25519_ChaChaPoly_SHA256.
 *
 *     -> psk, e
 *     <- e, ee
 */
#include "sim_esphome/noise.h"

#include <string.h>

#include "crypto/aead.h"
#include "crypto/digest.h"
#include "crypto/hkdf.h"
#include "crypto/x25519.h"

static void absorb(struct sim_noise *s, const void *bytes, size_t len)
{
    uint8_t joined[32 + 64];
    struct piece p = {joined, 32 + len};

    memcpy(joined, s->h, 32);
    memcpy(joined + 32, bytes, len);
    if (eo_digest(DIGEST_SHA256, &p, 1, s->h) != 0)
        memset(s->h, 0, 32); /* no frame can be opened any more */
}

/* Advances the chaining key.  extra (or NULL) gets what psk tokens absorb. */
static void stir(struct sim_noise *s, const uint8_t input[32], uint8_t *extra)
{
    const size_t n = extra != NULL ? 3 : 2;
    uint8_t keys[3][32] = {{0}};

    if (eo_hkdf(s->ck, input, 32, keys, n) != 0)
        return;
    memcpy(s->ck, keys[0], 32);
    memcpy(s->k, keys[n - 1], 32);
    if (extra != NULL)
        memcpy(extra, keys[1], 32);
}

static void counted(uint64_t n, uint8_t nonce[12])
{
    memset(nonce, 0, 4);
    for (int i = 0; i < 8; i++)
        nonce[4 + i] = (uint8_t)(n >> (8 * i));
}

static void begin(struct sim_noise *s, const uint8_t psk[32],
                  const uint8_t spoken[SIM_NOISE_SPOKEN])
{
    const struct piece name = {NOISE_NAME, strlen(NOISE_NAME)};
    uint8_t prologue[NOISE_PROLOGUE_LEN], extra[32] = {0};

    memset(s, 0, sizeof *s);
    if (eo_digest(DIGEST_SHA256, &name, 1, s->h) != 0)
        return;
    memcpy(s->ck, s->h, 32);
    memcpy(prologue, "NoiseOTAInit", 12);
    memcpy(prologue + 12, spoken, SIM_NOISE_SPOKEN);
    absorb(s, prologue, sizeof prologue);
    stir(s, psk, extra);
    absorb(s, extra, sizeof extra);
}

int eo_sim_noise_greet(struct sim_noise *s, const uint8_t psk[32],
                       const uint8_t spoken[SIM_NOISE_SPOKEN],
                       const uint8_t own[32],
                       const uint8_t client[NOISE_MESSAGE],
                       uint8_t answer[NOISE_MESSAGE])
{
    static const uint8_t ZERO[12];
    const struct aead_ad ad = {s->h, 32};
    uint8_t shared[32], keys[2][32];

    begin(s, psk, spoken);
    absorb(s, client, 32);
    stir(s, client, NULL);
    if (eo_aead_open(s->k, ZERO, ad, client + 32, NOISE_TAG, NULL) != 0)
        return -1;
    absorb(s, client + 32, NOISE_TAG);

    if (eo_x25519_public(own, answer) != 0 ||
        eo_x25519(own, client, shared) != 0)
        return -1;
    absorb(s, answer, 32);
    stir(s, answer, NULL);
    stir(s, shared, NULL);
    if (eo_aead_seal(s->k, ZERO, ad, NULL, 0, answer + 32) != 0)
        return -1;
    absorb(s, answer + 32, NOISE_TAG);

    if (eo_hkdf(s->ck, NULL, 0, keys, 2) != 0)
        return -1;
    memcpy(s->from_client, keys[0], 32);
    memcpy(s->to_client, keys[1], 32);
    return 0;
}

size_t eo_sim_noise_seal(struct sim_noise *s, const void *bytes, size_t len,
                         uint8_t *out)
{
    const size_t sealed = len + NOISE_TAG;
    uint8_t nonce[12];

    counted(s->n_to++, nonce);
    if (eo_aead_seal(s->to_client, nonce, (struct aead_ad){NULL, 0}, bytes,
                     len, out + NOISE_HEAD) != 0)
        return 0;
    out[0] = 0x01;
    out[1] = (uint8_t)(sealed >> 8);
    out[2] = (uint8_t)sealed;
    return NOISE_HEAD + sealed;
}

int eo_sim_noise_open(struct sim_noise *s, uint8_t *payload, size_t len)
{
    uint8_t nonce[12];

    counted(s->n_from++, nonce);
    if (eo_aead_open(s->from_client, nonce, (struct aead_ad){NULL, 0}, payload,
                     len, payload) != 0)
        return -1;
    return (int)(len - NOISE_TAG);
}
