/* proto.c -- how every machine begins, and what holds for all of them. */
#include "proto/proto.h"

void eo_proto_start(struct proto *p, const struct proto_ops *ops,
                    const struct proto_job *job)
{
    p->ops = ops;
    p->status = PROTO_RUNNING;
    ops->init(p, job);
}

/* ---- what is true of every machine --------------------------------------- */

/* Counted here, not by each machine: how much of what was sent has arrived. */
static void count(struct proto *p, const struct proto_event *ev)
{
    if (ev->channel != PROTO_STREAM)
        return;
    if (ev->kind == PROTO_OPENED)
        p->sent = p->acked = 0;
    else if (ev->kind == PROTO_SENT)
        p->sent += ev->len;
    else if (ev->kind == PROTO_ACKED && ev->len > p->acked)
        p->acked = ev->len < p->sent ? ev->len : p->sent;
    p->guessed |= ev->kind == PROTO_ACKED && ev->guessed;
}

enum proto_status eo_proto_step(struct proto *p, const struct proto_event *ev)
{
    if (p->status != PROTO_RUNNING)
        return p->status;
    count(p, ev);
    p->ops->step(p, ev);
    if (p->status == PROTO_DONE && !p->accepted) {
        eo_fail(&p->error, ESPOTA_E_INTERNAL,
                "the protocol ended without a verdict");
        p->status = PROTO_FAILED;
    }
    return p->status;
}

bool eo_proto_confirmed(const struct proto *p)
{
    return !p->guessed && p->acked == p->sent;
}

const char *eo_proto_reached(bool confirmed)
{
    return confirmed ? "it had every byte"
                     : "the last byte was sent, but not confirmed";
}

int eo_proto_accept(struct proto *p)
{
    if (!p->guessed && p->acked < p->sent)
        return eo_fail_hint(&p->error, ESPOTA_E_UNKNOWN,
                            EO_CHECK_FIRST,
                            "the device said that it has the image while %llu "
                            "bytes were still on their way to it: whether it "
                            "took it is not known",
                            (unsigned long long)(p->sent - p->acked));
    p->accepted = true;
    return 0;
}
