/* test_proto_esphome_line.c -- ESPHome's protocol with encryption, one
 * conversation a row, against a device side written separately. */
#include "support/bytes.h"

#include "image/gzip.h"
#include "image/image.h"
#include "proto/proto.h"
#include "sim/noise.h"

/* 2 * 8192 + 3 bytes: two whole blocks and a tail. */
enum { IMAGE_LEN = 16387, STREAM_MAX = 65536 };

static uint8_t image_bytes[IMAGE_LEN];
static const uint8_t KEY[32] = {'k', 'e', 'y'};

/* Who acts, and what they do:
 *
 *   h HEX   the host says these bytes in the clear
 *   d HEX   the device says these bytes in the clear (or a forged frame)
 *   k       the host greets with its key, and the device accepts
 *   K       ... and the device, which has another one, refuses
 *   w HEX   the host says exactly this in one frame; W: the MD5, S: the size
 *   v HEX   the device says each of these bytes in a frame of its own
 *   b N     the host sends N image bytes (or "all"), the right ones, in frames
 *           that are full but for the last
 *   t N     the host sends N bytes of a frame
 *   a N     the peer's TCP confirms N stream bytes in all
 *   -       the host has nothing to say
 *   x q     the device closes, or falls silent
 */
struct line {
    char who;
    const char *what;
};

#define MAGIC "6c26f75c45"
#define HELLO {'h', MAGIC "0f"}, {'d', "0002"}
#define HELLO1 {'h', MAGIC "0f"}, {'d', "0001"}
#define KEYLESS {'h', MAGIC "07"}, {'d', "0002"}
#define OFFERED {'d', "4804"}
#define ADMITTED HELLO, OFFERED, {'k', ""}, {'-', ""}, {'v', "41"}
#define PREPARED                                                         \
    ADMITTED, {'w', "00"}, {'w', "00004003"}, {'-', ""}, {'v', "42"},    \
        {'W', "md5"}, {'-', ""}, {'v', "43"}
#define BLOCKS                                                           \
    {'b', "8192"}, {'-', ""}, {'v', "47"}, {'b', "8192"}, {'-', ""},     \
        {'v', "47"}, {'b', "3"}, {'-', ""}, {'v', "47"}
#define VERDICT {'v', "44"}, {'-', ""}, {'v', "45"}
#define BYE {'w', "00"}, {'x', ""}

enum {
    NO_KEY = 1,
    PASSWORD = 2,
    REQUIRED = 4,
    GZIP = 8,
    ESP32 = 16,
    TABLE = 32,
    BOOTLOADER = 64
};

static const struct conversation {
    const char *name;
    unsigned how;
    struct line line[32];
    enum espota_category category; /* COUNT: it goes on */
    const char *device;
    const char *hint; /* a word of it; NULL: not looked at */
} CASES[] = {
    /* ---- how it goes well */
    {"version 2", 0, {PREPARED, BLOCKS, VERDICT, BYE}, ESPOTA_E_OK, "", NULL},
    {"the password is not sent", PASSWORD, {PREPARED, BLOCKS, VERDICT, BYE},
     ESPOTA_E_OK, "", NULL},
    {"required and there", REQUIRED, {PREPARED, BLOCKS, VERDICT, BYE},
     ESPOTA_E_OK, "", NULL},
    {"an ESP32 gets two blocks", ESP32,
     {PREPARED, {'b', "16384"}, {'-', ""}, {'v', "47"}, {'b', "3"},
      {'v', "4747"}, VERDICT, BYE},
     ESPOTA_E_OK, "", NULL},
    {"compressed, then encrypted", GZIP,
     {HELLO, {'d', "4805"}, {'k', ""}, {'v', "41"}, {'w', "00"}, {'S', ""},
      {'v', "42"}, {'W', "md5"}, {'v', "43"}, {'b', "all"}, {'-', ""},
      {'v', "47"}, VERDICT, BYE},
     ESPOTA_E_OK, "", NULL},
    {"version 1: progress is what TCP confirms", 0,
     {HELLO1, OFFERED, {'k', ""}, {'v', "41"}, {'w', "00"}, {'w', "00004003"},
      {'v', "42"}, {'W', "md5"}, {'v', "43"}, {'b', "16384"}, {'-', ""},
      /* 152 bytes went before; a frame is 1043 long */
      {'a', "1194"}, {'-', ""}, {'a', "1195"}, {'b', "3"}, {'-', ""}, VERDICT,
      BYE},
     ESPOTA_E_OK, "", NULL},
    {"all that is left to say in one segment", 0,
     {PREPARED, {'b', "8192"}, {'v', "47"}, {'b', "8192"}, {'v', "47"},
      {'b', "3"}, {'v', "474445"}, BYE},
     ESPOTA_E_OK, "", NULL},
    {"chatter behind the verdict is fine", 0,
     {PREPARED, BLOCKS, VERDICT, {'w', "00"}, {'d', "ffff"}, {'q', ""}},
     ESPOTA_E_OK, "", NULL},

    /* ---- types */
    {"a partition table", TABLE,
     {HELLO, {'d', "4806"}, {'k', ""}, {'v', "41"}, {'w', "01"},
      {'w', "00004003"}},
     ESPOTA_E_COUNT, "", NULL},
    {"a bootloader", BOOTLOADER,
     {HELLO, {'d', "4806"}, {'k', ""}, {'v', "41"}, {'w', "02"},
      {'w', "00004003"}},
     ESPOTA_E_COUNT, "", NULL},
    {"a bootloader always goes raw", BOOTLOADER | GZIP,
     {HELLO, {'d', "4807"}, {'k', ""}, {'v', "41"}, {'w', "02"},
      {'w', "00004003"}},
     ESPOTA_E_COUNT, "", NULL},
    {"a bootloader where it is not taken", BOOTLOADER, {HELLO, OFFERED},
     ESPOTA_E_REFUSED, "", "allow_partition_access"},
    {"a bad table is harmless", TABLE,
     {HELLO, {'d', "4806"}, {'k', ""}, {'v', "41"}, {'w', "01"},
      {'w', "00004003"}, {'v', "42"}, {'W', "md5"}, {'v', "43"}, BLOCKS,
      {'v', "448f"}},
     ESPOTA_E_REFUSED, "0x8f", NULL},
    {"a bootloader that was half written", BOOTLOADER,
     {HELLO, {'d', "4806"}, {'k', ""}, {'v', "41"}, {'w', "02"},
      {'w', "00004003"}, {'v', "42"}, {'W', "md5"}, {'v', "43"}, BLOCKS,
      {'v', "4492"}},
     ESPOTA_E_DEVICE, "0x92", "DO NOT POWER-CYCLE"},
    {"a table that was half written", TABLE,
     {HELLO, {'d', "4806"}, {'k', ""}, {'v', "41"}, {'w', "01"},
      {'w', "00004003"}, {'v', "42"}, {'W', "md5"}, {'v', "43"}, BLOCKS,
      {'v', "90"}},
     ESPOTA_E_DEVICE, "0x90", "DO NOT POWER-CYCLE"},

    /* ---- keys and policy */
    {"a wrong key", 0, {HELLO, OFFERED, {'K', ""}}, ESPOTA_E_AUTH,
     "Handshake MAC failure", "runs now"},
    {"not offered: an extended device", 0, {HELLO, {'d', "4803"}},
     ESPOTA_E_POLICY, "", "--key"},
    {"not offered: an older device", 0, {HELLO, {'d', "40"}}, ESPOTA_E_POLICY,
     "", "2026.9"},
    {"not offered: an older ESP8266", 0, {HELLO, {'d', "46"}},
     ESPOTA_E_POLICY, "", NULL},
    {"not offered, and a password would do", PASSWORD, {HELLO, {'d', "40"}},
     ESPOTA_E_POLICY, "", NULL},
    {"not offered, but required", NO_KEY | REQUIRED, {KEYLESS, {'d', "4800"}},
     ESPOTA_E_POLICY, "", "--require-encryption"},
    {"offered and required, without a key", NO_KEY | REQUIRED,
     {KEYLESS, OFFERED}, ESPOTA_E_SECRET, "", "--key"},
    {"offered, without a key: in the clear", NO_KEY,
     {KEYLESS, OFFERED, {'d', "41"}, {'h', "0000004003"}}, ESPOTA_E_COUNT, "",
     NULL},
    {"the device requires it, and no key", NO_KEY, {KEYLESS, {'d', "94"}},
     ESPOTA_E_POLICY, "0x94", "--key"},

    /* ---- refusals come encrypted */
    {"no space", 0,
     {ADMITTED, {'w', "00"}, {'w', "00004003"}, {'v', "89"}},
     ESPOTA_E_REFUSED, "0x89", NULL},
    {"flash fails in the middle of a block", 0,
     {PREPARED, {'b', "8192"}, {'v', "83"}}, ESPOTA_E_DEVICE, "0x83", NULL},
    {"no app image", 0, {PREPARED, {'b', "8192"}, {'v', "80"}},
     ESPOTA_E_REFUSED, "0x80", NULL},
    {"altered on its way", 0, {PREPARED, BLOCKS, {'v', "448b"}},
     ESPOTA_E_CHECKSUM, "0x8b", NULL},
    {"a stale ok", 0, {PREPARED, {'b', "8192"}, {'v', "00"}},
     ESPOTA_E_BROKEN, "0x00", NULL},

    /* ---- a device that is none, or is gone */
    {"a refusal in the clear instead of a handshake", 0,
     {HELLO, OFFERED, {'d', "94"}}, ESPOTA_E_PROTOCOL, "", NULL},
    {"a refusal in the clear behind it", 0, {PREPARED, {'d', "83"}},
     ESPOTA_E_PROTOCOL, "", NULL},
    {"a password behind the handshake", PASSWORD,
     {HELLO, OFFERED, {'k', ""}, {'v', "02"}}, ESPOTA_E_PROTOCOL, "0x02",
     NULL},
    {"a forged acknowledgement", 0,
     {PREPARED, {'b', "8192"},
      {'d', "0100110000000000000000000000000000000000"}},
     ESPOTA_E_PROTOCOL, "", NULL},
    {"a forged verdict", 0,
     {PREPARED, BLOCKS, {'d', "0100110000000000000000000000000000000000"}},
     ESPOTA_E_UNKNOWN, "", "look what"},
    {"acknowledged before it was sent", 0, {PREPARED, {'v', "47"}},
     ESPOTA_E_PROTOCOL, "", NULL},
    {"closed instead of a handshake", 0, {HELLO, OFFERED, {'x', ""}},
     ESPOTA_E_BROKEN, "", NULL},
    {"closed behind the handshake", 0,
     {HELLO, OFFERED, {'k', ""}, {'x', ""}}, ESPOTA_E_BROKEN, "", NULL},
    {"closed while preparing", 0,
     {ADMITTED, {'w', "00"}, {'w', "00004003"}, {'x', ""}}, ESPOTA_E_BROKEN,
     "", NULL},
    {"closed in the data", 0, {PREPARED, {'b', "8192"}, {'x', ""}},
     ESPOTA_E_BROKEN, "", NULL},
    {"closed with every byte", 0,
     {PREPARED, {'b', "8192"}, {'v', "47"}, {'b', "8192"}, {'v', "47"},
      {'b', "3"}, {'x', ""}},
     ESPOTA_E_UNKNOWN, "", NULL},
    {"closed before the last frame was whole", 0,
     {PREPARED, {'b', "8192"}, {'v', "47"}, {'b', "8192"}, {'v', "47"},
      {'t', "21"}, {'x', ""}},
     ESPOTA_E_BROKEN, "", NULL},
    {"closed instead of the verdict", 0,
     {PREPARED, BLOCKS, {'v', "44"}, {'x', ""}}, ESPOTA_E_UNKNOWN, "", NULL},
    {"silent instead of a handshake", 0, {HELLO, OFFERED, {'q', ""}},
     ESPOTA_E_BROKEN, "", NULL},
};

/* ---- the device ---------------------------------------------------------- */

struct device {
    struct proto *host;
    const struct image_form *form;
    struct sim_noise noise;
    uint8_t spoken[SIM_NOISE_SPOKEN]; /* in the clear, in either direction */
    size_t piece;
    uint8_t in[STREAM_MAX]; /* what the host said and nobody looked at */
    size_t got;
    size_t offset; /* of the image */
};

static struct proto_want wanted(const struct device *d)
{
    struct proto_want w;

    d->host->ops->want(d->host, &w);
    assert_true(w.done <= w.total);
    assert_non_null(w.doing);
    return w;
}

/* The host says its next bytes, until the device has n of them. */
static void hear(struct device *d, size_t n)
{
    while (d->got < n) {
        const struct proto_want w = wanted(d);
        const size_t now = w.out_len < d->piece ? w.out_len : d->piece;

        if (now == 0)
            fail_msg("the host says nothing more (%s)", d->host->error.message);
        assert_true(d->got + now <= sizeof d->in);
        memcpy(d->in + d->got, w.out, now);
        d->got += now;
        d->host->ops->step(d->host, &(struct proto_event){.kind = PROTO_SENT,
                                                          .len = now});
    }
}

static void hear_exactly(struct device *d, size_t n)
{
    const size_t piece = d->piece;

    d->piece = 1;
    hear(d, n);
    d->piece = piece;
}

static void forget(struct device *d, size_t n)
{
    memmove(d->in, d->in + n, d->got - n);
    d->got -= n;
}

static void say(struct device *d, const uint8_t *bytes, size_t len)
{
    for (size_t at = 0; at < len; at += d->piece) {
        const size_t now = len - at < d->piece ? len - at : d->piece;
        uint8_t *copy = exact(bytes + at, now);

        d->host->ops->step(d->host, &(struct proto_event){.kind = PROTO_BYTES,
                                                          .data = copy,
                                                          .len = now});
        free(copy);
    }
}

static void hear_plain(struct device *d, const char *hex)
{
    uint8_t bytes[64];
    const size_t len = from_hex(bytes, sizeof bytes, hex);

    hear(d, len);
    assert_memory_equal(d->in, bytes, len);
    if (len == 6) { /* magic and features, behind each other in the prologue */
        memcpy(d->spoken, bytes, 5);
        d->spoken[7] = bytes[5];
    }
    forget(d, len);
}

static void say_plain(struct device *d, const char *hex)
{
    uint8_t bytes[64];
    const size_t len = from_hex(bytes, sizeof bytes, hex);

    if (len == 2)
        memcpy(d->spoken + (bytes[0] == 0x48 ? 8 : 5), bytes, 2);
    say(d, bytes, len);
}

static void shake(struct device *d, bool same_key)
{
    static const uint8_t OTHER[32] = {'y', 'e', 'k'}, OWN[32] = {5};
    static const char REJECT[] = "\1\0\x16\1Handshake MAC failure";
    uint8_t answer[NOISE_HEAD + 1 + NOISE_MESSAGE] = {1, 0, 49, 0};
    int rc;

    hear(d, 52);
    assert_int_equal(d->got, 52);
    assert_memory_equal(d->in, answer, 4);
    rc = eo_sim_noise_greet(&d->noise, same_key ? KEY : OTHER, d->spoken, OWN,
                            d->in + 4, answer + 4);
    assert_int_equal(rc, same_key ? 0 : -1);
    forget(d, 52);
    if (same_key)
        say(d, answer, sizeof answer);
    else
        say(d, (const uint8_t *)REJECT, sizeof REJECT - 1);
}

/* The host's next frame, opened at in + NOISE_HEAD. */
static size_t hear_frame(struct device *d)
{
    size_t len;

    hear(d, NOISE_HEAD);
    assert_int_equal(d->in[0], 1);
    len = (size_t)(d->in[1] << 8 | d->in[2]);
    assert_in_range(len, 17, 1040);
    hear(d, NOISE_HEAD + len);
    assert_int_equal(eo_sim_noise_open(&d->noise, d->in + NOISE_HEAD, len),
                     len - 16);
    return len - 16;
}

static void hear_unit(struct device *d, const void *bytes, size_t len)
{
    assert_int_equal(hear_frame(d), len);
    assert_memory_equal(d->in + NOISE_HEAD, bytes, len);
    forget(d, NOISE_HEAD + len + NOISE_TAG);
}

static void say_units(struct device *d, const char *hex)
{
    uint8_t bytes[8], frames[8 * 20];
    const size_t n = from_hex(bytes, sizeof bytes, hex);

    for (size_t i = 0; i < n; i++)
        assert_int_equal(
            eo_sim_noise_seal(&d->noise, bytes + i, 1, frames + 20 * i), 20);
    say(d, frames, 20 * n);
}

static void hear_image(struct device *d, size_t n)
{
    while (n > 0) {
        const size_t len = hear_frame(d);
        const size_t left = d->form->len - d->offset;

        assert_int_equal(len, left < 1024 ? left : 1024);
        assert_true(len <= n);
        assert_memory_equal(d->in + NOISE_HEAD, d->form->bytes + d->offset,
                            len);
        d->offset += len;
        n -= len;
        forget(d, NOISE_HEAD + len + NOISE_TAG);
    }
}

/* The size of the form on its way, in one frame. */
static void hear_size(struct device *d)
{
    const size_t n = d->form->len;
    const uint8_t size[4] = {(uint8_t)(n >> 24), (uint8_t)(n >> 16),
                             (uint8_t)(n >> 8), (uint8_t)n};

    hear_unit(d, size, sizeof size);
}

static void play_line(struct device *d, const struct line *l)
{
    const size_t number = (size_t)strtoul(l->what, NULL, 10);
    uint8_t bytes[64];
    struct proto_event ev = {.kind = PROTO_CLOSED};

    switch (l->who) {
    case 'h':
        hear_plain(d, l->what);
        break;
    case 'd':
        say_plain(d, l->what);
        break;
    case 'k':
    case 'K':
        shake(d, l->who == 'k');
        break;
    case 'w':
        hear_unit(d, bytes, from_hex(bytes, sizeof bytes, l->what));
        break;
    case 'W':
        hear_unit(d, d->form->md5, 32);
        break;
    case 'v':
        say_units(d, l->what);
        break;
    case 'b':
        hear_image(d, number > 0 ? number : d->form->len);
        break;
    case 't':
        hear_exactly(d, number);
        break;
    case 'S':
        hear_size(d);
        break;
    case '-':
        assert_int_equal(d->got, 0);
        assert_int_equal(wanted(d).out_len, 0);
        break;
    case 'a':
        ev = (struct proto_event){.kind = PROTO_ACKED, .len = number};
        d->host->ops->step(d->host, &ev);
        break;
    case 'q':
        ev.kind = PROTO_TIMEOUT;
        d->host->ops->step(d->host, &ev);
        break;
    case 'x':
        d->host->ops->step(d->host, &ev);
        break;
    default:
        fail_msg("no such line: %c", l->who);
    }
}

/* ---- the rows ------------------------------------------------------------ */

static struct espota_image *make_image(unsigned how)
{
    struct espota_image *img;

    assert_int_equal(espota_image_wrap(&img, image_bytes, sizeof image_bytes,
                                       how & GZIP ? ESPOTA_COMPRESS_ALWAYS
                                                  : ESPOTA_COMPRESS_NEVER,
                                       NULL),
                     0);
    if (how & ESP32)
        ((struct espota_image_info *)espota_image_info(img))->chip = "ESP32";
    return img;
}

static void play(const struct conversation *c, size_t piece)
{
    struct espota_image *img = make_image(c->how);
    const struct proto_job job = {
        .image = img,
        .key = c->how & NO_KEY ? NULL : KEY,
        .password = c->how & PASSWORD ? "secret" : NULL,
        .require_encryption = (c->how & REQUIRED) != 0,
        .type = c->how & TABLE        ? ESPOTA_TYPE_PARTITION_TABLE
                : c->how & BOOTLOADER ? ESPOTA_TYPE_BOOTLOADER
                                      : ESPOTA_TYPE_APP,
        .answer_ms = 20000,
        .stall_ms = 160000,
        .entropy = {1, 2, 3},
    };
    struct proto *p = calloc(1, eo_proto_esphome.size);
    struct device d = {.host = p, .piece = piece};

    assert_non_null(p);
    d.form = c->how & GZIP && job.type == ESPOTA_TYPE_APP ? eo_image_gzip(img)
                                                          : eo_image_raw(img);
    eo_proto_start(p, &eo_proto_esphome, &job);
    p->ops->step(p, &(struct proto_event){.kind = PROTO_OPENED});
    for (const struct line *l = c->line; l->who != 0; l++)
        play_line(&d, l);
    if (c->category != ESPOTA_E_COUNT && p->error.category != c->category)
        fail_msg("%s, not %s: %s", espota_category_name(p->error.category),
                 espota_category_name(c->category), p->error.message);
    assert_int_equal(p->status, c->category == ESPOTA_E_OK      ? PROTO_DONE
                                : c->category == ESPOTA_E_COUNT ? PROTO_RUNNING
                                                                : PROTO_FAILED);
    assert_string_equal(p->error.device, c->device);
    if (c->hint != NULL && (p->error.hint == NULL ||
                            strstr(p->error.hint, c->hint) == NULL))
        fail_msg("the hint says nothing of \"%s\"", c->hint);
    if (p->status != PROTO_RUNNING) {
        assert_int_equal(wanted(&d).open, 0);
        assert_int_equal(wanted(&d).out_len, 0);
    }
    free(p);
    espota_image_free(img);
}

static void test_conversation(void **state)
{
    const struct conversation *c = *state;

    if ((c->how & GZIP) != 0 && !eo_gzip_have()) {
        print_message("skip: this build cannot compress\n");
        skip();
    }
    play(*state, 1);
    play(*state, 3);
    play(*state, SIZE_MAX);
}

/* What a device that offers encryption is told to be, and when. */
static void test_what_it_tells_while_it_works(void **state)
{
    static const struct line LINES[] = {ADMITTED};
    struct espota_image *img = make_image(0);
    const struct proto_job job = {.image = img, .key = KEY, .answer_ms = 20000};
    struct proto *p = calloc(1, eo_proto_esphome.size);
    struct device d = {.host = p, .form = eo_image_raw(img), .piece = 7};

    (void)state;
    assert_non_null(p);
    eo_proto_start(p, &eo_proto_esphome, &job);
    p->ops->step(p, &(struct proto_event){.kind = PROTO_OPENED});
    for (size_t i = 0; i < 3; i++)
        play_line(&d, &LINES[i]);
    assert_int_equal(wanted(&d).phase, ESPOTA_PHASE_AUTH);
    assert_int_equal(wanted(&d).timeout_ms, 20000);
    assert_non_null(wanted(&d).hello);
    assert_string_equal(wanted(&d).hello->auth, "noise");
    assert_string_equal(wanted(&d).hello->features[0], "extended");
    assert_string_equal(wanted(&d).hello->features[1], "noise");
    assert_null(wanted(&d).hello->features[2]);
    for (size_t i = 3; i < sizeof LINES / sizeof *LINES; i++)
        play_line(&d, &LINES[i]);
    assert_int_equal(wanted(&d).phase, ESPOTA_PHASE_PREPARE);
    free(p);
    espota_image_free(img);
}

static int set_up(void **state)
{
    (void)state;
    for (size_t i = 0; i < IMAGE_LEN; i++)
        image_bytes[i] = (uint8_t)(i * 31 / 7);
    return 0;
}

int main(void)
{
    enum { N = sizeof CASES / sizeof *CASES };
    struct CMUnitTest tests[N + 1] = {
        cmocka_unit_test(test_what_it_tells_while_it_works),
    };

    for (size_t i = 0; i < N; i++)
        tests[i + 1] = (struct CMUnitTest){
            .name = CASES[i].name,
            .test_func = test_conversation,
            .initial_state = (void *)&CASES[i],
        };
    return cmocka_run_group_tests_name("proto/esphome, encrypted", tests,
                                       set_up, NULL);
}
