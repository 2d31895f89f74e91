/* arduino_talk.c -- conversations with an ArduinoOTA device, played. */
#include "support/arduino_talk.h"

#include <stdio.h>

#include <openssl/evp.h>

#include "support/test.h"

#include "base/hex.h"
#include "crypto/digest.h"


struct play {
    const char *md5; /* of the image */
    struct proto *p;
    const char *password;
    size_t piece, acked, unconfirmed;
    char answer[ARDUINO_SAY_MAX]; /* the last one, which is repeated as it is */
    char nonce[ARDUINO_SHA256_HEX + 1], answered[ARDUINO_SHA256_HEX + 1];
    const char *name;
};

static struct proto_want wanted(const struct play *g)
{
    struct proto_want w;

    g->p->ops->want(g->p, &w);
    assert_true(w.done <= w.total);
    assert_non_null(w.doing);
    if (g->p->status == PROTO_FAILED)
        assert_true(g->p->error.message[0] != '\0' && w.open == 0);
    return w;
}

static void step(struct play *g, struct proto_event ev)
{
    eo_proto_step(g->p, &ev);
    wanted(g);
}

/* What it says by UDP now. */
static void hear_host(struct play *g, char *out, size_t cap)
{
    struct proto_want w = wanted(g);

    for (int i = 0; w.out_len == 0 && w.timeout_ms == 0 && i < 100; i++) {
        step(g, (struct proto_event){.kind = PROTO_TIMEOUT});
        w = wanted(g);
    }
    if (w.out_len == 0 || w.out_len >= cap || w.out_on != PROTO_DATAGRAM)
        fail_msg("%s: the host says nothing", g->name);
    memcpy(out, w.out, w.out_len);
    out[w.out_len] = '\0';
    step(g, (struct proto_event){.kind = PROTO_SENT,
                                 .channel = PROTO_DATAGRAM,
                                 .len = w.out_len});
}

static void digest_hex(enum digest kind, const char *text, char *hex)
{
    assert_int_equal(
        eo_digest_hex(kind, &(struct piece){text, strlen(text)}, 1, hex), 0);
}

/* By OpenSSL's own PBKDF2, as the device would. */
static void expected_response(struct play *g, char stored_as,
                              const char *cnonce, char *response)
{
    const bool md5_stored = stored_as == 'm' || stored_as == 'M';
    const bool pbkdf2 = strlen(g->nonce) == ARDUINO_SHA256_HEX;
    char stored[DIGEST_HEX_MAX], text[300];
    uint8_t key[32];

    digest_hex(md5_stored ? DIGEST_MD5 : DIGEST_SHA256, g->password, stored);
    for (char *c = stored; stored_as < 'a' && *c != '\0'; c++)
        *c = (char)(*c >= 'a' ? *c - 'a' + 'A' : *c);
    if (pbkdf2) {
        snprintf(text, sizeof text, "%s:%s", g->nonce, cnonce);
        assert_int_equal(
            PKCS5_PBKDF2_HMAC(stored, (int)strlen(stored),
                              (const unsigned char *)text, (int)strlen(text),
                              10000, EVP_sha256(), sizeof key, key),
            1);
        eo_hex(stored, key, sizeof key);
    }
    snprintf(text, sizeof text, "%s:%s:%s", stored, g->nonce, cnonce);
    digest_hex(pbkdf2 ? DIGEST_SHA256 : DIGEST_MD5, text, response);
}

static void hear_answer(struct play *g, char stored_as)
{
    char said[ARDUINO_SAY_MAX], cnonce[65], response[65], expected[65];

    assert_true(wanted(g).out_secret || wanted(g).timeout_ms == 0);
    hear_host(g, said, sizeof said);
    if (strcmp(g->nonce, g->answered) == 0)
        assert_string_equal(said, g->answer);
    assert_int_equal(sscanf(said, "200 %64[0-9a-f] %64[0-9a-f]", cnonce,
                            response),
                     2);
    assert_int_equal(strlen(said), 6 + 2 * strlen(g->nonce));
    expected_response(g, stored_as, cnonce, expected);
    if (strcmp(response, expected) != 0)
        fail_msg("%s: the answer to %s is not right", g->name, g->nonce);
    strcpy(g->answer, said);
    strcpy(g->answered, g->nonce);
}

static void hear_datagram(struct play *g, const char *what)
{
    char said[ARDUINO_SAY_MAX], all[100];

    hear_host(g, said, sizeof said);
    if (eo_is_digit(what[0])) {
        snprintf(all, sizeof all, "%s %d %d %s\n", what,
                 ARDUINO_TALK_PORT, ARDUINO_TALK_IMAGE, g->md5);
        what = all;
    }
    assert_string_equal(said, what);
}

static void device_says(struct play *g, enum proto_channel on, const char *what)
{
    const size_t len = strlen(what);
    const size_t piece = on == PROTO_STREAM ? g->piece : len + 1;
    size_t at = 0;

    if (eo_starts_with(what, "AUTH ") && strlen(what + 5) < sizeof g->nonce)
        strcpy(g->nonce, what + 5);
    do {
        const size_t n = len - at < piece ? len - at : piece;
        uint8_t *bytes = exact(what + at, n);

        step(g, (struct proto_event){.kind = PROTO_BYTES,
                                     .channel = on,
                                     .data = bytes,
                                     .len = n});
        free(bytes);
        at += n;
    } while (at < len);
}

static void confirm(struct play *g, size_t n)
{
    g->acked += n;
    g->unconfirmed -= n;
    step(g, (struct proto_event){.kind = PROTO_ACKED,
                                 .channel = PROTO_STREAM,
                                 .len = g->acked});
}

/* The kernel takes all that is offered; gives how much that was. */
static size_t take(struct play *g, size_t most)
{
    const size_t chunk = g->piece == 1 ? 7 : g->piece == 3 ? 1000 : 100000;
    size_t all = 0;

    for (;;) {
        const struct proto_want w = wanted(g);
        size_t n = w.out_len < chunk ? w.out_len : chunk;

        if (n > most - all)
            n = most - all;
        if (n == 0)
            return all;
        assert_int_equal(w.out_on, PROTO_STREAM);
        assert_true(w.watch_acks);
        assert_int_equal(w.out_last, w.done + g->unconfirmed + w.out_len ==
                                         ARDUINO_TALK_IMAGE);
        step(g, (struct proto_event){.kind = PROTO_SENT,
                                     .channel = PROTO_STREAM,
                                     .len = n});
        g->unconfirmed += n;
        all += n;
    }
}

static void flash(struct play *g, size_t n)
{
    while (n > 0) {
        const size_t now = take(g, n);

        if (now == 0)
            fail_msg("%s: the host does not go on", g->name);
        confirm(g, now);
        n -= now;
    }
}

static void pass_time(struct play *g, uint32_t ms)
{
    struct proto_want w = wanted(g);

    /* What it wanted to say got lost. */
    if (w.timeout_ms != ms)
        fail_msg("%s: waits %u ms, not %u", g->name, (unsigned)w.timeout_ms,
                 (unsigned)ms);
    step(g, (struct proto_event){.kind = PROTO_TIMEOUT});
}

static void line(struct play *g, char who, const char *what)
{
    const size_t n = (size_t)atol(what);
    unsigned clock;

    switch (who) {
    case 'h':
        hear_datagram(g, what);
        break;
    case 'a':
        hear_answer(g, what[0]);
        break;
    case 'd':
        device_says(g, PROTO_DATAGRAM, what);
        break;
    case 'c':
        step(g, (struct proto_event){.kind = PROTO_OPENED,
                                     .channel = PROTO_STREAM});
        break;
    case 'b':
        flash(g, n);
        break;
    case 'w':
        assert_int_equal(take(g, SIZE_MAX), n);
        break;
    case 'k':
        confirm(g, n);
        break;
    case 't':
        device_says(g, PROTO_STREAM, what);
        break;
    case 'q':
        clock = wanted(g).clock;
        device_says(g, PROTO_STREAM, what);
        assert_int_equal(wanted(g).clock, clock);
        break;
    case 'n':
        assert_int_equal(wanted(g).out_len, 0);
        break;
    case 'x':
    case 'r':
        step(g, (struct proto_event){.kind = PROTO_CLOSED,
                                     .channel = PROTO_STREAM,
                                     .sys = who == 'r' ? 104 : 0});
        break;
    case 'u':
    case 'U':
        step(g, (struct proto_event){.kind = PROTO_CLOSED,
                                     .channel = PROTO_DATAGRAM,
                                     .sys = 111,
                                     .refused = who == 'u'});
        break;
    case 'T':
        pass_time(g, (uint32_t)n);
        break;
    }
}

static void check_end(const struct play *g,
                      const struct arduino_conversation *c, char last)
{
    const struct espota_error *e = &g->p->error;
    const struct proto_want w = wanted(g);

    if (e->category != c->category)
        fail_msg("%s: ended as %s (%s)", c->name,
                 espota_category_name(e->category), e->message);
    /* Rows about the pace stop in the middle. */
    if (c->category != ESPOTA_E_OK)
        assert_int_equal(g->p->status, PROTO_FAILED);
    else if (last != 'w')
        assert_int_equal(g->p->status, PROTO_DONE);
    if (g->p->status != PROTO_RUNNING)
        assert_int_equal(w.open | w.out_len, 0);
    if (c->message != NULL && strstr(e->message, c->message) == NULL &&
        (e->hint == NULL || strstr(e->hint, c->message) == NULL))
        fail_msg("%s: it says \"%s\", \"%s\"", c->name, e->message, e->hint);
    if (c->device != NULL)
        assert_string_equal(e->device, c->device);
    /* Nothing moves a machine that has ended. */
    if (g->p->status != PROTO_RUNNING) {
        const enum proto_status before = g->p->status;

        assert_int_equal(
            eo_proto_step(g->p, &(struct proto_event){.kind = PROTO_OPENED,
                                                      .channel = PROTO_STREAM}),
            before);
    }
}

void arduino_talk(const struct arduino_conversation *c, size_t piece)
{
    static uint8_t bytes[ARDUINO_TALK_IMAGE];
    struct espota_image *image;
    struct play g = {.piece = piece, .name = c->name};
    size_t i;

    memset(bytes, 0x55, sizeof bytes);
    if (!c->strange)
        bytes[0] = 0xe9;
    assert_int_equal(espota_image_wrap(&image, bytes, sizeof bytes,
                                       ESPOTA_COMPRESS_NEVER, NULL),
                     0);
    g.password = c->password != NULL ? c->password : "";
    g.md5 = espota_image_info(image)->md5;
    const struct proto_job job = {
        .image = image,
        .password = c->password,
        .how.type = c->type,
        .how.compress = ESPOTA_COMPRESS_NEVER,
        .how.min_auth = c->min_auth,
        .how.window = c->window,
        .answer_ms = 5000,
        .stall_ms = 90000,
        .how.invite_ms = c->invite_ms,
        .how.md5_stored = c->md5_stored,
        .careful = c->careful,
    };

    g.p = calloc(1, eo_proto_arduino.size);
    assert_non_null(g.p);
    eo_proto_start(g.p, &eo_proto_arduino, &job);
    ((struct arduino *)g.p)->chips = c->chips;
    step(&g, (struct proto_event){.kind = PROTO_OPENED,
                                  .channel = PROTO_LISTENER,
                                  .port = ARDUINO_TALK_PORT});
    step(&g, (struct proto_event){.kind = PROTO_OPENED,
                                  .channel = PROTO_DATAGRAM,
                                  .local = "192.0.2.1"});
    for (i = 0; c->line[i].what != NULL; i++)
        line(&g, c->line[i].who, c->line[i].what);
    check_end(&g, c, c->line[i - 1].who);
    free(g.p);
    espota_image_free(image);
}
