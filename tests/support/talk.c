/* talk.c -- conversations: a machine against a script, without a network. */
#include "support/talk.h"

#include <stdio.h>

#include "support/test.h"

#include "base/hex.h"

const size_t TALK_PIECES[3] = {1, 3, SIZE_MAX};

static size_t unconfirmed; /* of what the kernel took */

static void tell(struct proto *p, struct proto_event ev)
{
    eo_proto_step(p, &ev);
}

/* Who says something, or closes, tells by it what has arrived.  The machine is
 * told of that only by lines of their own, for it is what moves windows. */
static void confirm(struct proto *p)
{
    p->acked = p->sent - unconfirmed;
}

static struct proto_want wanted(const struct proto *p)
{
    struct proto_want w;

    p->ops->want(p, &w);
    assert_true(w.done <= w.total);
    assert_non_null(w.doing);
    if (p->status != PROTO_RUNNING) {
        assert_int_equal(w.open, 0);
        assert_int_equal(w.out_len, 0);
    }
    return w;
}

struct proto *talk_start(const struct proto_ops *ops,
                         const struct proto_job *job)
{
    struct proto *p = calloc(1, ops->size);

    assert_non_null(p);
    unconfirmed = 0;
    eo_proto_start(p, ops, job);
    tell(p, (struct proto_event){.kind = PROTO_OPENED, .port = 50000});
    return p;
}

static void answer(struct proto *p, const uint8_t *bytes, size_t n,
                   size_t piece)
{
    while (n > 0) {
        const size_t now = n < piece ? n : piece;
        uint8_t *copy = exact(bytes, now);

        tell(p, (struct proto_event){
                    .kind = PROTO_BYTES, .data = copy, .len = now});
        free(copy);
        bytes += now;
        n -= now;
    }
}

/* What is said may come in several offers: a machine need not glue. */
static void expect(struct proto *p, const uint8_t *bytes, size_t n,
                   const char *line)
{
    while (n > 0) {
        const struct proto_want w = wanted(p);
        size_t now = w.out_len < n ? w.out_len : n;

        if (now == 0 || memcmp(w.out, bytes, now) != 0) {
            char got[129] = "";

            eo_hex(got, w.out, now < 64 ? now : 64);
            fail_msg("the host should say %s, but offers %s (%s)", line, got,
                     p->error.message);
        }
        tell(p, (struct proto_event){.kind = PROTO_SENT, .len = now});
        bytes += now;
        n -= now;
    }
}

static void take(struct proto *p, size_t n, bool must_be_all)
{
    const struct proto_want w = wanted(p);

    if (must_be_all)
        assert_int_equal(w.out_len, n);
    assert_true(n <= w.out_len);
    tell(p, (struct proto_event){.kind = PROTO_SENT, .len = n});
}

static void play_line(struct proto *p, const struct talk_line *l, size_t piece)
{
    const size_t n = strlen(l->what);
    const size_t number = (size_t)strtoul(l->what, NULL, 10);
    uint8_t *bytes = malloc(n + 1);

    assert_non_null(bytes);
    if (strchr("dDxr", l->who) != NULL)
        confirm(p);
    switch (l->who) {
    case 'u':
        unconfirmed = number;
        break;
    case 'h':
        assert_int_equal(eo_unhex(bytes, n / 2, l->what, n), 0);
        expect(p, bytes, n / 2, l->what);
        break;
    case 's':
        expect(p, (const uint8_t *)l->what, n, l->what);
        break;
    case 'd':
        assert_int_equal(eo_unhex(bytes, n / 2, l->what, n), 0);
        answer(p, bytes, n / 2, piece);
        break;
    case 'D':
        answer(p, (const uint8_t *)l->what, n, piece);
        break;
    case 'b':
        take(p, number, true);
        break;
    case 't':
        take(p, number, false);
        break;
    case 'o':
        assert_int_equal(wanted(p).out_len, number);
        break;
    case '-':
        assert_int_equal(wanted(p).out_len, 0);
        break;
    case 'a':
        tell(p, (struct proto_event){.kind = PROTO_ACKED, .len = number});
        break;
    case 'x':
        tell(p, (struct proto_event){.kind = PROTO_CLOSED});
        break;
    case 'r':
        tell(p, (struct proto_event){.kind = PROTO_CLOSED, .sys = 104});
        break;
    case 'q':
        tell(p, (struct proto_event){.kind = PROTO_TIMEOUT});
        break;
    default:
        fail_msg("no such line: %c %s", l->who, l->what);
    }
    free(bytes);
}

void talk_play(struct proto *p, const struct talk_line *l, size_t piece)
{
    for (; l->who != 0; l++)
        play_line(p, l, piece);
    wanted(p);
}

void talk_ended(const struct proto *p, enum espota_category category,
                const char *device, const char *message)
{
    if (category == ESPOTA_E_OK) {
        if (p->status != PROTO_DONE)
            fail_msg("not done: %s (%s)", p->error.message, p->error.device);
        return;
    }
    assert_int_equal(p->status, PROTO_FAILED);
    if (p->error.category != category)
        fail_msg("%s, not %s: %s", espota_category_name(p->error.category),
                 espota_category_name(category), p->error.message);
    assert_string_equal(p->error.device, device);
    if (message != NULL)
        assert_string_equal(p->error.message, message);
}
