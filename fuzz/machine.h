/* machine.h -- a hostile network around a protocol machine: the input decides
 * what arrives, on which channel and in which pieces, how much the kernel
 * takes at a time, and when the line drops.
 *
 * A command is two bytes, what and how much:
 *
 *   0  the channel closes (odd: with a reset)
 *   1  the patience ends
 *   2  the peer's TCP confirms so many 64ths of what was sent
 *   3  the kernel takes so many 255ths of what is on offer
 *   4  as 3, all of it, that many times
 *   5  a datagram of so many of the following bytes
 *   6  so many of the following bytes, on the stream
 *   7  what is wanted opens, or who is waited for calls
 */
#ifndef FUZZ_MACHINE_H
#define FUZZ_MACHINE_H

#include "check.h"
#include "proto/machines.h"

static volatile uint8_t fuzz_touched;

/* What must hold whatever happened. */
static inline void fuzz_want(const struct proto *p, struct proto_want *w)
{
    p->ops->want(p, w);
    fuzz_check(w->done <= w->total);
    fuzz_check(w->doing != NULL && (unsigned)w->phase < ESPOTA_PHASE_COUNT);
    if (p->status == PROTO_RUNNING) {
        fuzz_check(w->open != 0);
    } else {
        fuzz_check(w->open == 0 && w->out_len == 0);
    }
    for (size_t i = 0; i < w->out_len; i += 997) /* readable throughout */
        fuzz_touched ^= w->out[i];
    if (w->out_len > 0)
        fuzz_touched ^= w->out[w->out_len - 1];
    if (w->hello != NULL) {
        for (size_t i = 0; w->hello->features[i] != NULL; i++)
            fuzz_check(i + 1 <
                       sizeof w->hello->features / sizeof *w->hello->features);
    }
    fuzz_check(p->status != PROTO_FAILED || p->error.category != ESPOTA_E_OK);
    fuzz_check(p->status != PROTO_FAILED || p->error.message[0] != '\0');
    fuzz_check(memchr(p->error.message, '\n', strlen(p->error.message)) ==
               NULL);
    fuzz_check(p->status != PROTO_DONE || (p->committed && p->accepted));
    fuzz_check(p->acked <= p->sent);
}

static inline void fuzz_sent(struct proto *p, const struct proto_want *w,
                             size_t len, uint64_t *sent)
{
    *sent += w->out_on == PROTO_STREAM ? len : 0;
    eo_proto_step(p, &(struct proto_event){
                         .kind = PROTO_SENT, .channel = w->out_on, .len = len});
}

static inline void fuzz_bytes(struct proto *p, struct fuzz_input *in,
                              size_t len, enum proto_channel channel)
{
    const size_t left = (size_t)(in->end - in->at);
    const size_t n = len < left ? len : left;
    uint8_t *copy = malloc(n > 0 ? n : 1); /* exact, for the sanitizer */

    fuzz_check(copy != NULL);
    if (n > 0)
        memcpy(copy, in->at, n);
    in->at += n;
    if (channel == PROTO_STREAM) /* what is said, is said with that */
        p->acked = p->sent;
    if (n > 0)
        eo_proto_step(p, &(struct proto_event){.kind = PROTO_BYTES,
                                               .channel = channel,
                                               .data = copy,
                                               .len = n});
    free(copy);
}

static inline void fuzz_opened(struct proto *p, int channel)
{
    eo_proto_step(p,
                  &(struct proto_event){.kind = PROTO_OPENED,
                                        .channel = (enum proto_channel)channel,
                                        .port = 50000,
                                        .local = "192.0.2.1"});
}

/* What is wanted opens; where somebody is waited for, somebody calls. */
static inline void fuzz_open(struct proto *p, unsigned *open)
{
    const unsigned listening = 1u << PROTO_LISTENER;
    const bool called = (*open & listening) != 0;
    struct proto_want w;

    fuzz_want(p, &w);
    for (int i = 0; i < PROTO_CHANNELS; i++)
        if (p->status == PROTO_RUNNING && (w.open & ~*open & 1u << i))
            fuzz_opened(p, i);
    if (p->status == PROTO_RUNNING && called && (w.open & listening) != 0)
        fuzz_opened(p, PROTO_STREAM);
    fuzz_want(p, &w);
    *open = w.open;
}

/* A command that needs a channel which is not open does nothing. */
static inline void fuzz_command(struct proto *p, struct fuzz_input *in,
                                unsigned *open, uint64_t *sent)
{
    const uint8_t what = fuzz_byte(in) % 8, arg = fuzz_byte(in);
    struct proto_want w;

    fuzz_want(p, &w);
    switch (what) {
    case 0:
        eo_proto_step(
            p, &(struct proto_event){.kind = PROTO_CLOSED,
                                     .channel = *open & 1u << PROTO_STREAM
                                                    ? PROTO_STREAM
                                                    : PROTO_DATAGRAM,
                                     .sys = arg & 1 ? 104 : 0,
                                     .refused = (arg & 2) != 0});
        return;
    case 1:
        eo_proto_step(p, &(struct proto_event){.kind = PROTO_TIMEOUT});
        return;
    case 2:
        if (w.watch_acks)
            eo_proto_step(
                p, &(struct proto_event){.kind = PROTO_ACKED,
                                         .channel = PROTO_STREAM,
                                         .len = (size_t)(*sent * arg / 64)});
        return;
    case 3:
        if (w.out_len > 0)
            fuzz_sent(p, &w, 1 + (w.out_len - 1) * arg / 255, sent);
        return;
    case 4:
        for (int n = 0; n <= arg && w.out_len > 0; n++) {
            fuzz_sent(p, &w, w.out_len, sent);
            fuzz_want(p, &w);
        }
        return;
    case 5:
        if (*open & 1u << PROTO_DATAGRAM)
            fuzz_bytes(p, in, arg, PROTO_DATAGRAM);
        return;
    case 6:
        if (*open & 1u << PROTO_STREAM)
            fuzz_bytes(p, in, arg, PROTO_STREAM);
        return;
    case 7:
        fuzz_open(p, open);
        return;
    }
}

/* Runs the machine to the end of the input or its own. */
static inline void fuzz_machine(const struct proto_ops *ops,
                                const struct proto_job *job,
                                struct fuzz_input *in)
{
    struct proto *p = calloc(1, ops->size);
    unsigned open = 0;
    uint64_t sent = 0;
    struct proto_want w;

    fuzz_check(p != NULL);
    eo_proto_start(p, ops, job);
    fuzz_open(p, &open);
    while (in->at < in->end && p->status == PROTO_RUNNING)
        fuzz_command(p, in, &open, &sent);
    fuzz_want(p, &w);
    /* What has ended stays ended. */
    for (int kind = PROTO_OPENED;
         p->status != PROTO_RUNNING && kind <= PROTO_TIMEOUT; kind++) {
        const enum proto_status before = p->status;

        eo_proto_step(p,
                      &(struct proto_event){.kind = (enum proto_event_kind)kind,
                                            .data = (const uint8_t *)"\x45",
                                            .len = 1});
        fuzz_check(p->status == before);
        fuzz_want(p, &w);
    }
    free(p);
}

#endif
