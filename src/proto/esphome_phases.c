/* esphome_phases.c -- ESPHome's native OTA protocol as a conversation.
 *
 * It is a straight line: say something, wait for a fixed number of bytes, move
 * on.  The table at the end is that line; read it first.  Only the data is
 * different: blocks leave while their acknowledgements arrive.
 *
 * How the bytes leave, in the clear or sealed, is in esphome_line.c; what may
 * be sent to which device, in esphome_policy.c.
 */
#include <string.h>

#include "base/buf.h"
#include "base/hex.h"
#include "proto/esphome_inside.h"
#include "proto/esphome_policy.h"
#include "proto/esphome_verdict.h"

static void say(struct esphome *m, const void *bytes, size_t len)
{
    eo_line_begin(&m->line);
    eo_line_unit(&m->line, bytes, len);
}

static enum esphome_phase fail(struct esphome *m, enum espota_category category,
                               enum espota_advice advice, const char *hint,
                               const char *message)
{
    eo_fail_advice(&m->base.error, category, advice, hint, "%s", message);
    return PH_FAILED;
}

/* ---- what we say on entering a phase ------------------------------------ */

/* Together, although the device reads five bytes, answers, and then reads the
 * sixth: its input is a stream, and a round trip is saved. */
static void say_hello(struct esphome *m)
{
    const uint8_t features = eo_esphome_client_bits(m->job);

    say(m, EO_ESPHOME_MAGIC, ESPHOME_MAGIC_LEN);
    eo_line_unit(&m->line, &features, 1);
}

/* The frame is ready since the device's flags came. */
static void say_key(struct esphome *m)
{
    eo_line_begin(&m->line);
    eo_line_raw(&m->line, m->scratch, NOISE_HELLO_FRAME);
}

static enum esphome_phase refuse_to_go_on(struct esphome *m)
{
    return fail(m, ESPOTA_E_INTERNAL, ESPOTA_ADVICE_NONE, NULL,
                "the crypto library refuses to hash");
}

/* hex(H(password, nonce, cnonce)), all three as text; cnonce first.  If none
 * is given, the empty password is tried: some devices have that. */
static enum esphome_phase prove(struct esphome *m)
{
    const char *password = m->job->password != NULL ? m->job->password : "";
    const size_t hex = 2 * eo_digest_size(m->auth);
    char cnonce[DIGEST_HEX_MAX], proof[DIGEST_HEX_MAX];

    eo_hex(cnonce, m->job->entropy, hex / 2);
    if (eo_digest_hex(m->auth,
                      (struct piece[]){
                          {password, strlen(password)},
                          {m->reply, hex},
                          {cnonce, hex},
                      },
                      3, proof) != 0)
        return refuse_to_go_on(m);
    memcpy(m->scratch, cnonce, hex);
    memcpy(m->scratch + hex, proof, hex);
    return PH_PROOF;
}

static void say_proof(struct esphome *m)
{
    const size_t hex = 2 * eo_digest_size(m->auth);

    m->proved = true;
    eo_line_begin(&m->line);
    eo_line_unit(&m->line, m->scratch, hex);
    eo_line_unit(&m->line, m->scratch + hex, hex);
}

static void say_size(struct esphome *m)
{
    static const uint8_t TYPES[] = {
        [ESPOTA_TYPE_APP] = ESPHOME_TYPE_APP,
        [ESPOTA_TYPE_PARTITION_TABLE] = ESPHOME_TYPE_PARTITION_TABLE,
        [ESPOTA_TYPE_BOOTLOADER] = ESPHOME_TYPE_BOOTLOADER,
    };
    uint8_t size[4];

    eo_put_be32(size, (uint32_t)m->form->len);
    eo_line_begin(&m->line);
    if (m->extended)
        eo_line_unit(&m->line, &TYPES[m->job->how.type], 1);
    eo_line_unit(&m->line, size, sizeof size);
}

static void say_digest(struct esphome *m)
{
    say(m, m->form->md5, ESPHOME_MD5_HEX);
}

static void say_data(struct esphome *m)
{
    eo_line_image(&m->line, m->form,
                  eo_esphome_window(m->job, m->hello.protocol_version));
}

static void say_bye(struct esphome *m)
{
    static const uint8_t BYE[] = {ESPHOME_OK};

    say(m, BYE, sizeof BYE);
}

/* ---- what the device answers: check it, and choose the next phase ------- */

static enum esphome_phase unexpected(struct esphome *m, const char *doing, uint8_t byte)
{
    eo_esphome_unexpected(&m->base.error, doing, byte);
    return PH_FAILED;
}

static enum esphome_phase on_version(struct esphome *m)
{
    if (m->reply[0] == 'H' && m->reply[1] == 'T')
        return fail(m, ESPOTA_E_PROTOCOL, ESPOTA_ADVICE_OMIT_PORT, NULL,
                    "an HTTP server answers on this port");
    if (m->reply[0] != ESPHOME_OK)
        return unexpected(m, "greeting it", m->reply[0]);
    if (m->reply[1] != ESPHOME_VERSION_1 && m->reply[1] != ESPHOME_VERSION_2) {
        eo_fail_hint(&m->base.error, ESPOTA_E_PROTOCOL,
                     "look for a newer version of this program",
                     "the device speaks OTA version %u, we speak 1 and 2",
                     m->reply[1]);
        return PH_FAILED;
    }
    m->hello.protocol_version = m->reply[1];
    return PH_FEATURES;
}

/* From here on neither side reads anything in the clear. */
static enum esphome_phase begin_encryption(struct esphome *m)
{
    const struct noise_preamble spoken = {
        .version = (uint8_t)m->hello.protocol_version,
        .client = eo_esphome_client_bits(m->job),
        .server = m->flags,
    };

    m->line.sealed = true;
    m->hello.auth = "noise";
    m->said_hello = true;
    return eo_noise_start(&m->line.noise, m->job->key, &spoken,
                          m->job->entropy + DIGEST_MAX, m->scratch,
                          &m->base.error) == 0
               ? PH_KEY
               : PH_FAILED;
}

static enum esphome_phase agree(struct esphome *m)
{
    struct esphome_deal deal;

    eo_esphome_features(&m->hello, m->extended, m->flags);
    if (eo_esphome_agree(&deal, m->job, m->flags, &m->base.error) != 0)
        return PH_FAILED;
    m->form = deal.form;
    m->note = deal.note;
    m->cleartext = deal.cleartext;
    return deal.sealed ? begin_encryption(m) : PH_ACCESS;
}

static enum esphome_phase on_features(struct esphome *m)
{
    switch (m->reply[0]) {
    case ESPHOME_FEATURE_FLAGS:
        return PH_FLAGS;
    case ESPHOME_SUPPORTS_GZIP:
        m->flags = ESPHOME_TAKES_GZIP;
        return agree(m);
    case ESPHOME_HEADER_OK:
        return agree(m);
    }
    return unexpected(m, "agreeing on features", m->reply[0]);
}

static enum esphome_phase on_flags(struct esphome *m)
{
    m->extended = true;
    m->flags = m->reply[0];
    return agree(m);
}

static enum esphome_phase challenged(struct esphome *m, enum digest auth)
{
    m->auth = auth;
    if (!m->line.sealed)
        m->hello.auth = auth == DIGEST_MD5 ? "md5" : "sha256";
    m->said_hello = true;
    if (auth == DIGEST_MD5 && m->job->how.min_auth == ESPOTA_AUTH_SHA256)
        return fail(m, ESPOTA_E_POLICY, ESPOTA_ADVICE_ALLOW_MD5,
                    "ESPHome 2025.10 and later offer SHA-256; if this one "
                    "should, somebody may be in between",
                    "the device asks for an MD5 login, which is forbidden");
    return PH_NONCE;
}

/* In the clear, or inside the encryption, where the key is enough for most. */
static enum esphome_phase on_access(struct esphome *m)
{
    switch (m->reply[0]) {
    case ESPHOME_AUTH_OK:
        if (!m->line.sealed)
            m->hello.auth = "none";
        m->said_hello = true;
        return PH_SIZE;
    case ESPHOME_REQUEST_MD5:
        return challenged(m, DIGEST_MD5);
    case ESPHOME_REQUEST_SHA256:
        return challenged(m, DIGEST_SHA256);
    }
    return unexpected(m, EO_ESPHOME_STEPS[m->phase].doing, m->reply[0]);
}

static enum esphome_phase on_data(struct esphome *m)
{
    struct esphome_line *l = &m->line;
    const size_t left = m->form->len - l->acked;
    const size_t now = left < ESPHOME_BLOCK ? left : ESPHOME_BLOCK;

    if (m->reply[0] != ESPHOME_CHUNK_OK ||
        m->hello.protocol_version == ESPHOME_VERSION_1)
        return unexpected(m, "taking the image", m->reply[0]);
    if (l->acked + now > l->offset)
        return fail(m, ESPOTA_E_PROTOCOL, ESPOTA_ADVICE_NONE, NULL,
                    "the device acknowledged more than was sent");
    l->acked += now;
    return l->acked == m->form->len ? PH_RECEIVED : PH_DATA;
}

/* ---- the conversation ---------------------------------------------------- */

/* Expects this byte, and goes on to the next phase. */
#define EXPECT(fn, byte, words, next)                                        \
    static enum esphome_phase fn(struct esphome *m)                                  \
    {                                                                        \
        return m->reply[0] == (byte) ? (next)                                \
                                     : unexpected(m, words, m->reply[0]);    \
    }
EXPECT(on_proof, ESPHOME_AUTH_OK, "checking the password", PH_SIZE)
EXPECT(on_prepared, ESPHOME_PREPARE_OK, "preparing its flash", PH_DIGEST)
EXPECT(on_digest, ESPHOME_MD5_OK, "taking the checksum", PH_DATA)
EXPECT(on_received, ESPHOME_RECEIVE_OK, "counting the bytes", PH_END)
#undef EXPECT

static enum esphome_phase on_end(struct esphome *m)
{
    if (m->reply[0] != ESPHOME_END_OK)
        return unexpected(m, "checking the image", m->reply[0]);
    return eo_proto_accept(&m->base) == 0 ? PH_BYE : PH_FAILED;
}

/* clang-format off */
const struct esphome_step EO_ESPHOME_STEPS[PH_FAILED] = {
    [PH_HELLO]    = {ESPOTA_PHASE_HELLO,   "greeting",             2, false, say_hello,  on_version},
    [PH_FEATURES] = {ESPOTA_PHASE_HELLO,   "agreeing on features", 1, false, NULL,       on_features},
    [PH_FLAGS]    = {ESPOTA_PHASE_HELLO,   "agreeing on features", 1, false, NULL,       on_flags},
    [PH_KEY]      = {ESPOTA_PHASE_AUTH,    "agreeing on a key",    0, false, say_key,    NULL},
    [PH_ADMITTED] = {ESPOTA_PHASE_AUTH,    "agreeing on a key",    1, false, NULL,       on_access},
    [PH_ACCESS]   = {ESPOTA_PHASE_HELLO,   "asking for access",    1, false, NULL,       on_access},
    [PH_NONCE]    = {ESPOTA_PHASE_AUTH,    "logging in",           0, false, NULL,       prove},
    [PH_PROOF]    = {ESPOTA_PHASE_AUTH,    "logging in",           1, false, say_proof,  on_proof},
    [PH_SIZE]     = {ESPOTA_PHASE_PREPARE, "erasing flash",        1, true,  say_size,   on_prepared},
    [PH_DIGEST]   = {ESPOTA_PHASE_PREPARE, "erasing flash",        1, true,  say_digest, on_digest},
    [PH_DATA]     = {ESPOTA_PHASE_DATA,    "writing flash",        1, true,  say_data,   on_data},
    [PH_RECEIVED] = {ESPOTA_PHASE_COMMIT,  "verifying",            1, true,  NULL,       on_received},
    [PH_END]      = {ESPOTA_PHASE_COMMIT,  "verifying",            1, true,  NULL,       on_end},
    [PH_BYE]      = {ESPOTA_PHASE_REBOOT,  "rebooting",            0, false, say_bye,    NULL},
    [PH_DONE]     = {ESPOTA_PHASE_REBOOT,  "done",                 0, false, NULL,       NULL},
};
/* clang-format on */
