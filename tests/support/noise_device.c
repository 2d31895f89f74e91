/* noise_device.c -- an ESPHome device with encryption, written separately from
 * the host's side.
 */
#include "support/noise_device.h"

#include "support/bytes.h"

const uint8_t NOISE_DEVICE_KEY[32] = {'k', 'e', 'y'};

struct proto_want noise_device_wanted(const struct noise_device *d)
{
    struct proto_want w;

    d->host->ops->want(d->host, &w);
    assert_true(w.done <= w.total);
    assert_non_null(w.doing);
    return w;
}

/* The host says its next bytes, until the device has n of them. */
static void hear(struct noise_device *d, size_t n)
{
    while (d->got < n) {
        const struct proto_want w = noise_device_wanted(d);
        const size_t now = w.out_len < d->piece ? w.out_len : d->piece;

        if (now == 0)
            fail_msg("the host says nothing more (%s)", d->host->error.message);
        assert_true(d->got + now <= sizeof d->in);
        memcpy(d->in + d->got, w.out, now);
        d->got += now;
        eo_proto_step(d->host,
                      &(struct proto_event){.kind = PROTO_SENT, .len = now});
    }
}

static void hear_exactly(struct noise_device *d, size_t n)
{
    const size_t piece = d->piece;

    d->piece = 1;
    hear(d, n);
    d->piece = piece;
}

static void forget(struct noise_device *d, size_t n)
{
    memmove(d->in, d->in + n, d->got - n);
    d->got -= n;
}

static void say(struct noise_device *d, const uint8_t *bytes, size_t len)
{
    d->host->acked = d->host->sent; /* what it says, it says with that */
    for (size_t at = 0; at < len; at += d->piece) {
        const size_t now = len - at < d->piece ? len - at : d->piece;
        uint8_t *copy = exact(bytes + at, now);

        eo_proto_step(d->host, &(struct proto_event){.kind = PROTO_BYTES,
                                                     .data = copy,
                                                     .len = now});
        free(copy);
    }
}

static void hear_plain(struct noise_device *d, const char *hex)
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

static void say_plain(struct noise_device *d, const char *hex)
{
    uint8_t bytes[64];
    const size_t len = from_hex(bytes, sizeof bytes, hex);

    if (len == 2)
        memcpy(d->spoken + (bytes[0] == 0x48 ? 8 : 5), bytes, 2);
    say(d, bytes, len);
}

static void shake(struct noise_device *d, bool same_key)
{
    static const uint8_t OTHER[32] = {'y', 'e', 'k'}, OWN[32] = {5};
    static const char REJECT[] = "\1\0\x16\1Handshake MAC failure";
    uint8_t answer[NOISE_HEAD + 1 + NOISE_MESSAGE] = {1, 0, 49, 0};
    int rc;

    hear(d, 52);
    assert_int_equal(d->got, 52);
    assert_memory_equal(d->in, answer, 4);
    rc = eo_sim_noise_greet(&d->noise, same_key ? NOISE_DEVICE_KEY : OTHER,
                            d->spoken, OWN, d->in + 4, answer + 4);
    assert_int_equal(rc, same_key ? 0 : -1);
    forget(d, 52);
    if (same_key)
        say(d, answer, sizeof answer);
    else
        say(d, (const uint8_t *)REJECT, sizeof REJECT - 1);
}

/* The host's next frame, opened at in + NOISE_HEAD. */
static size_t hear_frame(struct noise_device *d)
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

static void hear_unit(struct noise_device *d, const void *bytes, size_t len)
{
    assert_int_equal(hear_frame(d), len);
    assert_memory_equal(d->in + NOISE_HEAD, bytes, len);
    forget(d, NOISE_HEAD + len + NOISE_TAG);
}

static void say_units(struct noise_device *d, const char *hex)
{
    uint8_t bytes[32], frames[32 * 20];
    const size_t n = from_hex(bytes, sizeof bytes, hex);

    for (size_t i = 0; i < n; i++)
        assert_int_equal(
            eo_sim_noise_seal(&d->noise, bytes + i, 1, frames + 20 * i), 20);
    say(d, frames, 20 * n);
}

static void hear_image(struct noise_device *d, size_t n)
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
static void hear_size(struct noise_device *d)
{
    const size_t n = d->form->len;
    const uint8_t size[4] = {(uint8_t)(n >> 24), (uint8_t)(n >> 16),
                             (uint8_t)(n >> 8), (uint8_t)n};

    hear_unit(d, size, sizeof size);
}

void noise_device_play(struct noise_device *d, const struct noise_line *l)
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
        assert_int_equal(noise_device_wanted(d).out_len, 0);
        break;
    case 'a':
        ev = (struct proto_event){.kind = PROTO_ACKED, .len = number};
        eo_proto_step(d->host, &ev);
        break;
    case 'q':
        ev.kind = PROTO_TIMEOUT;
        eo_proto_step(d->host, &ev);
        break;
    case 'x':
        eo_proto_step(d->host, &ev);
        break;
    default:
        fail_msg("no such line: %c", l->who);
    }
}
