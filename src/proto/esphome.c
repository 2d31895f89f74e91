/* esphome.c -- ESPHome's native OTA protocol, client side.
 *
 * The conversation is a straight line: say something, wait for a fixed number
 * of bytes, move on.  PHASES below is that line; read it first.  Only the data
 * is different: blocks leave while their acknowledgements arrive.
 */
#include <string.h>

#include "base/buf.h"
#include "base/hex.h"
#include "base/str.h"
#include "crypto/digest.h"
#include "proto/proto.h"
#include "wire/esphome.h"

enum {
    GOODBYE_MS = 2000,     /* for the device to close first */
    V1_WINDOW = 16384,     /* bytes beyond the peer's TCP acknowledgement */
    V2_BLOCKS_ESP32 = 2,   /* blocks beyond the last CHUNK_OK */
    V2_BLOCKS_OTHERS = 1,
    REPLY_MAX = ESPHOME_SHA256_HEX
};

enum phase {
    PH_HELLO,
    PH_FEATURES,
    PH_FLAGS,
    PH_ACCESS,
    PH_NONCE,
    PH_PROOF,
    PH_SIZE,
    PH_DIGEST,
    PH_DATA,
    PH_RECEIVED,
    PH_END,
    PH_BYE,
    PH_DONE,
    PH_FAILED
};

struct esphome {
    struct proto base; /* first, so that the pointers convert */
    const struct proto_job *job;
    const struct image_form *form;
    enum phase phase;
    enum digest auth;
    struct espota_hello hello;
    size_t n_features;
    bool extended, said_hello;
    uint8_t flags;
    size_t need, got; /* reply bytes: expected, collected */
    uint8_t reply[REPLY_MAX];
    uint8_t scratch[2 * ESPHOME_SHA256_HEX + 1]; /* short messages */
    const uint8_t *out;
    size_t out_len;
    size_t offset; /* image bytes the kernel took */
    size_t acked;  /* image bytes the device confirmed */
    size_t before; /* stream bytes sent before the image */
    unsigned clock;
    const char *note;
};

static void say(struct esphome *m, const void *bytes, size_t len)
{
    m->out = bytes;
    m->out_len = len;
}

static enum phase fail(struct esphome *m, enum espota_category category,
                       const char *hint, const char *message)
{
    eo_fail_hint(&m->base.error, category, hint, "%s", message);
    return PH_FAILED;
}

static void feature(struct esphome *m, const char *word)
{
    if (m->n_features + 1 <
        sizeof m->hello.features / sizeof *m->hello.features)
        m->hello.features[m->n_features++] = word;
}

/* ---- what we say on entering a phase ------------------------------------ */

/* Together, although the device reads five bytes, answers, and then reads the
 * sixth: its input is a stream, and a round trip is saved. */
static void say_hello(struct esphome *m)
{
    memcpy(m->scratch, EO_ESPHOME_MAGIC, ESPHOME_MAGIC_LEN);
    m->scratch[ESPHOME_MAGIC_LEN] =
        ESPHOME_CAN_GZIP | ESPHOME_CAN_SHA256 | ESPHOME_CAN_EXTENDED;
    say(m, m->scratch, ESPHOME_MAGIC_LEN + 1);
}

static enum phase refuse_to_go_on(struct esphome *m)
{
    return fail(m, ESPOTA_E_INTERNAL, NULL,
                "the crypto library refuses to hash");
}

/* hex(H(password, nonce, cnonce)), all three as text; cnonce first. */
static enum phase prove(struct esphome *m)
{
    const size_t hex = 2 * eo_digest_size(m->auth);
    char cnonce[DIGEST_HEX_MAX], proof[DIGEST_HEX_MAX];

    eo_hex(cnonce, m->job->entropy, hex / 2);
    if (eo_digest_hex(m->auth,
                      (struct piece[]){
                          {m->job->password, strlen(m->job->password)},
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
    say(m, m->scratch, 4 * eo_digest_size(m->auth));
}

static void say_size(struct esphome *m)
{
    static const uint8_t TYPES[] = {
        [ESPOTA_TYPE_APP] = ESPHOME_TYPE_APP,
        [ESPOTA_TYPE_PARTITION_TABLE] = ESPHOME_TYPE_PARTITION_TABLE,
        [ESPOTA_TYPE_BOOTLOADER] = ESPHOME_TYPE_BOOTLOADER,
    };
    uint8_t *p = m->scratch;

    if (m->extended)
        *p++ = TYPES[m->job->type];
    eo_put_be32(p, (uint32_t)m->form->len);
    say(m, m->scratch, (size_t)(p + 4 - m->scratch));
}

static void say_digest(struct esphome *m)
{
    say(m, m->form->md5, ESPHOME_MD5_HEX);
}

static size_t window_blocks(const struct esphome *m)
{
    const char *chip = espota_image_info(m->job->image)->chip;

    if (m->job->window != ESPOTA_WINDOW_AUTO)
        return m->job->window < 2 * ESPHOME_BLOCK
                   ? 1
                   : m->job->window / ESPHOME_BLOCK;
    return chip != NULL && eo_starts_with(chip, "ESP32") ? V2_BLOCKS_ESP32
                                                         : V2_BLOCKS_OTHERS;
}

/* As much as may be under way: whole blocks beyond the last CHUNK_OK, or, in
 * version 1, which acknowledges nothing, a little beyond what the peer's TCP
 * has: else the kernel swallows the whole image, and a connection that breaks
 * in the middle would look like one that broke at the end. */
static void say_data(struct esphome *m)
{
    const bool v1 = m->hello.protocol_version == ESPHOME_VERSION_1;
    const size_t ahead = v1 ? V1_WINDOW : window_blocks(m) * ESPHOME_BLOCK;
    const size_t left = m->form->len - m->acked;
    const size_t end = m->acked + (left < ahead ? left : ahead);

    say(m, m->form->bytes + m->offset, end - m->offset);
}

static void say_bye(struct esphome *m)
{
    static const uint8_t BYE[] = {ESPHOME_OK};

    say(m, BYE, sizeof BYE);
}

/* ---- what the device answers: check it, and choose the next phase ------- */

static enum phase unexpected(struct esphome *m, const char *doing, uint8_t byte)
{
    char code[8];
    struct text t;

    eo_text_init(&t, code, sizeof code);
    eo_text_add(&t, "0x%02x", byte);
    eo_fail_device(&m->base.error, ESPOTA_E_PROTOCOL, code,
                   "is this port ESPHome's OTA port? -vvv shows every byte",
                   "the device said something unexpected while %s", doing);
    return PH_FAILED;
}

static enum phase on_version(struct esphome *m)
{
    if (m->reply[0] == 'H' && m->reply[1] == 'T')
        return fail(m, ESPOTA_E_PROTOCOL,
                    "this is a web server's port: leave -p away for the OTA "
                    "port, or use --protocol web",
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

/* Raw, or compressed if the device can inflate and the policy allows. */
static enum phase choose_form(struct esphome *m)
{
    const struct image_form *gzip = eo_image_gzip(m->job->image);
    const bool offered = (m->flags & ESPHOME_TAKES_GZIP) != 0;

    if (offered && gzip != NULL &&
        m->job->compress != ESPOTA_COMPRESS_NEVER) {
        m->form = gzip;
        m->note = "the device inflates: sending the compressed image";
    }
    if (m->job->compress == ESPOTA_COMPRESS_ALWAYS && !offered)
        return fail(m, ESPOTA_E_REFUSED, "use --compress auto",
                    "the device does not take compressed images");
    if (m->job->type != ESPOTA_TYPE_APP &&
        (m->flags & ESPHOME_TAKES_PARTITIONS) == 0)
        return fail(m, ESPOTA_E_REFUSED,
                    "build its firmware with allow_partition_access (ESP32, "
                    "ESPHome 2026.5 or later)",
                    "the device takes app images only");
    return PH_ACCESS;
}

static enum phase on_features(struct esphome *m)
{
    switch (m->reply[0]) {
    case ESPHOME_FEATURE_FLAGS:
        return PH_FLAGS;
    case ESPHOME_SUPPORTS_GZIP:
        feature(m, "gzip");
        m->flags = ESPHOME_TAKES_GZIP;
        return choose_form(m);
    case ESPHOME_HEADER_OK:
        return choose_form(m);
    }
    return unexpected(m, "agreeing on features", m->reply[0]);
}

static enum phase on_flags(struct esphome *m)
{
    static const struct {
        uint8_t bit;
        const char *word;
    } WORDS[] = {
        {ESPHOME_TAKES_GZIP, "gzip"},
        {ESPHOME_TAKES_PARTITIONS, "partitions"},
        {ESPHOME_TAKES_NOISE, "noise"},
    };

    m->extended = true;
    m->flags = m->reply[0];
    feature(m, "extended");
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (m->flags & WORDS[i].bit)
            feature(m, WORDS[i].word);
    return choose_form(m);
}

static enum phase challenged(struct esphome *m, enum digest auth)
{
    m->auth = auth;
    m->hello.auth = auth == DIGEST_MD5 ? "md5" : "sha256";
    m->said_hello = true;
    if (auth == DIGEST_MD5 && m->job->min_auth == ESPOTA_AUTH_SHA256)
        return fail(m, ESPOTA_E_POLICY,
                    "ESPHome 2025.10 and later offer SHA-256; if this one "
                    "should, somebody may be in between",
                    "the device asks for an MD5 login, which --min-auth "
                    "forbids");
    if (m->job->password == NULL)
        return fail(m, ESPOTA_E_SECRET,
                    "give it with -a, --auth-file or ESPOTA_PASSWORD",
                    "the device wants a password and none was given");
    return PH_NONCE;
}

static enum phase on_access(struct esphome *m)
{
    switch (m->reply[0]) {
    case ESPHOME_AUTH_OK:
        m->hello.auth = "none";
        m->said_hello = true;
        return PH_SIZE;
    case ESPHOME_REQUEST_MD5:
        return challenged(m, DIGEST_MD5);
    case ESPHOME_REQUEST_SHA256:
        return challenged(m, DIGEST_SHA256);
    }
    return unexpected(m, "asking for access", m->reply[0]);
}

static enum phase on_data(struct esphome *m)
{
    const size_t left = m->form->len - m->acked;
    const size_t now = left < ESPHOME_BLOCK ? left : ESPHOME_BLOCK;

    if (m->reply[0] != ESPHOME_CHUNK_OK ||
        m->hello.protocol_version == ESPHOME_VERSION_1)
        return unexpected(m, "taking the image", m->reply[0]);
    if (m->acked + now > m->offset)
        return fail(m, ESPOTA_E_PROTOCOL, NULL,
                    "the device acknowledged more than was sent");
    m->acked += now;
    return m->acked == m->form->len ? PH_RECEIVED : PH_DATA;
}

/* ---- the conversation ---------------------------------------------------- */

/* One byte that must be this, and on to the next phase. */
#define EXPECT(fn, byte, words, next)                                        \
    static enum phase fn(struct esphome *m)                                  \
    {                                                                        \
        return m->reply[0] == (byte) ? (next)                                \
                                     : unexpected(m, words, m->reply[0]);    \
    }
EXPECT(on_proof, ESPHOME_AUTH_OK, "checking the password", PH_SIZE)
EXPECT(on_prepared, ESPHOME_PREPARE_OK, "preparing its flash", PH_DIGEST)
EXPECT(on_digest, ESPHOME_MD5_OK, "taking the checksum", PH_DATA)
EXPECT(on_received, ESPHOME_RECEIVE_OK, "counting the bytes", PH_END)
EXPECT(on_end, ESPHOME_END_OK, "checking the image", PH_BYE)
#undef EXPECT

/* clang-format off */
static const struct {
    enum espota_phase phase;
    const char *doing;
    uint8_t need;     /* reply bytes; 0: as many as the nonce has, or none */
    bool slow;        /* the device works on its flash: stall_ms applies */
    void (*say)(struct esphome *);
    enum phase (*on_reply)(struct esphome *);
} PHASES[] = {
    [PH_HELLO]    = {ESPOTA_PHASE_HELLO,   "greeting",             2, false, say_hello,  on_version},
    [PH_FEATURES] = {ESPOTA_PHASE_HELLO,   "agreeing on features", 1, false, NULL,       on_features},
    [PH_FLAGS]    = {ESPOTA_PHASE_HELLO,   "agreeing on features", 1, false, NULL,       on_flags},
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

static enum proto_status enter(struct esphome *m, enum phase next)
{
    m->clock++;
    if (next == PH_FAILED)
        return m->base.status = PROTO_FAILED;
    m->phase = next;
    m->got = 0;
    m->need = next == PH_NONCE ? 2 * eo_digest_size(m->auth)
                               : PHASES[next].need;
    if (PHASES[next].say != NULL)
        PHASES[next].say(m);
    if (next == PH_DONE)
        m->base.status = PROTO_DONE;
    return m->base.status;
}

static enum proto_status refused(struct esphome *m, uint8_t code)
{
    const struct esphome_refusal why = m->phase >= PH_DATA
                                           ? eo_esphome_refusal_in_data(code)
                                           : eo_esphome_refusal(code);
    char text[8];
    struct text t;

    eo_text_init(&t, text, sizeof text);
    eo_text_add(&t, "0x%02x", code);
    eo_fail_device(&m->base.error, why.category, text, why.hint, "%s",
                   why.text);
    return m->base.status = PROTO_FAILED;
}

/* Firmware up to 2026.8 reports a failed read with a stale "ok" and closes:
 * it has given the update up. */
static enum proto_status gave_up(struct esphome *m)
{
    eo_fail_device(&m->base.error, ESPOTA_E_BROKEN, "0x00",
                   "try again; if it stays, restart the device first",
                   "the device gave up: it lost our data while %s",
                   PHASES[m->phase].doing);
    return m->base.status = PROTO_FAILED;
}

static enum proto_status on_bytes(struct esphome *m, const uint8_t *p, size_t n)
{
    for (; n > 0 && m->base.status == PROTO_RUNNING; p++, n--) {
        if (m->phase == PH_BYE)
            break; /* it has said all we want to hear */
        /* A refusal may come at any moment, also while we are talking; no
         * answer has such a byte in it. */
        if (*p >= ESPHOME_FIRST_ERROR)
            return refused(m, *p);
        if (*p == ESPHOME_OK && m->phase >= PH_SIZE)
            return gave_up(m);
        /* In the data we are never done talking. */
        if (m->out_len > 0 && m->phase != PH_DATA)
            return enter(m, unexpected(m, PHASES[m->phase].doing, *p));
        m->reply[m->got++] = *p;
        if (m->got == m->need)
            enter(m, PHASES[m->phase].on_reply(m));
    }
    return m->base.status;
}

static enum proto_status on_sent(struct esphome *m, size_t n)
{
    m->out += n;
    m->out_len -= n;
    if (m->phase < PH_DATA)
        m->before += n;
    if (m->phase != PH_DATA)
        return m->base.status;
    m->clock++;
    m->offset += n;
    if (m->offset == m->form->len)
        m->base.committed = true;
    if (m->base.committed &&
        m->hello.protocol_version == ESPHOME_VERSION_1)
        enter(m, PH_RECEIVED);
    return m->base.status;
}

/* Only version 1 asks: its progress is what the peer's TCP confirms. */
static enum proto_status on_acked(struct esphome *m, size_t total)
{
    if (total <= m->before + m->acked || total > m->before + m->offset)
        return m->base.status;
    m->acked = total - m->before;
    m->clock++;
    if (m->phase == PH_DATA)
        say_data(m);
    return m->base.status;
}

/* The conversation ended before its end: what does that mean here? */
static enum proto_status lost(struct esphome *m, int sys, const char *what)
{
    const char *doing = PHASES[m->phase].doing;
    const bool silent = m->phase == PH_HELLO && m->got == 0;

    if (m->base.committed)
        eo_fail_hint(&m->base.error, ESPOTA_E_UNKNOWN,
                     "look what the device runs before you flash it again",
                     "%s after it had every byte: whether it took the image "
                     "is not known",
                     what);
    else if (silent && sys < 0)
        eo_fail_hint(&m->base.error, ESPOTA_E_NO_ANSWER,
                     "is it in another update, or is this not its OTA port?",
                     "%s after we greeted it", what);
    else
        eo_fail_hint(&m->base.error, ESPOTA_E_BROKEN,
                     "is its Wi-Fi good, and is its power supply?", "%s while %s",
                     what, doing);
    m->base.error.sys_errno = sys > 0 ? sys : 0;
    return m->base.status = PROTO_FAILED;
}

static enum proto_status step(struct proto *p, const struct proto_event *ev)
{
    struct esphome *m = (struct esphome *)p;

    if (p->status != PROTO_RUNNING)
        return p->status;
    switch (ev->kind) {
    case PROTO_OPENED:
        if (m->job->type == ESPOTA_TYPE_FILESYSTEM)
            return enter(m, fail(m, ESPOTA_E_USAGE, NULL,
                                 "ESPHome's protocol has no file system "
                                 "images"));
        return enter(m, PH_HELLO);
    case PROTO_BYTES:
        return on_bytes(m, ev->data, ev->len);
    case PROTO_SENT:
        return on_sent(m, ev->len);
    case PROTO_ACKED:
        return on_acked(m, ev->len);
    case PROTO_CLOSED:
        if (m->phase == PH_BYE) /* it is rebooting already: fine */
            return enter(m, PH_DONE);
        return lost(m, ev->sys,
                    ev->sys == 0 ? "the device closed the connection"
                                 : "the connection broke");
    case PROTO_TIMEOUT:
        if (m->phase == PH_BYE) /* it has the image; we said goodbye */
            return enter(m, PH_DONE);
        return lost(m, -1, "the device fell silent");
    }
    return p->status;
}

static uint32_t patience(const struct esphome *m)
{
    if (m->phase == PH_BYE)
        return GOODBYE_MS;
    return PHASES[m->phase].slow ? m->job->stall_ms : m->job->answer_ms;
}

static void want(const struct proto *p, struct proto_want *w)
{
    const struct esphome *m = (const struct esphome *)p;
    const bool running = p->status == PROTO_RUNNING;

    *w = (struct proto_want){
        .open = running ? 1u << PROTO_STREAM : 0,
        .out_on = PROTO_STREAM,
        .out = m->out,
        .out_len = running ? m->out_len : 0,
        .out_secret = m->phase == PH_PROOF,
        .out_last = m->phase == PH_DATA &&
                    m->offset + m->out_len == m->form->len,
        .half_close = m->phase == PH_BYE,
        .watch_acks = m->hello.protocol_version == ESPHOME_VERSION_1 &&
                      m->phase >= PH_DATA,
        .timeout_ms = patience(m),
        .clock = m->clock,
        .phase = PHASES[m->phase].phase,
        .doing = PHASES[m->phase].doing,
        .done = m->phase > PH_DATA ? m->form->len : m->acked,
        .total = m->form->len,
        .hello = m->said_hello ? &m->hello : NULL,
        .note = m->note,
    };
}

static void init(struct proto *p, const struct proto_job *job)
{
    struct esphome *m = (struct esphome *)p;

    m->job = job;
    m->form = eo_image_raw(job->image);
    m->hello.protocol = p->ops->name;
}

/* The device chooses its port at build time; these are ESPHome's defaults. */
static uint16_t port_for(const char *chip)
{
    static const struct {
        const char *prefix;
        uint16_t port;
    } PORTS[] = {
        {"ESP8266", 8266}, {"ESP32", 3232}, {"RP2", 2040},
        {"BK72", 8892},    {"RTL87", 8892}, {"LN882", 8820},
    };

    for (size_t i = 0; chip != NULL && i < sizeof PORTS / sizeof *PORTS; i++)
        if (eo_starts_with(chip, PORTS[i].prefix))
            return PORTS[i].port;
    return 0;
}

const struct proto_ops eo_proto_esphome = {
    .name = "esphome",
    .summary = "ESPHome's native OTA, versions 1, 2 and extended",
    .port = 3232,
    .size = sizeof(struct esphome),
    .init = init,
    .step = step,
    .want = want,
    .port_for = port_for,
};
