/* sealed.c -- reads frames for a simulated ESPHome device that encrypts. */
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "sim_esphome/session.h"

/* A control unit must fill its frame.  Frames of the image must not extend
 * past its end. */
static bool takes_frame(struct esphome_session *s, size_t sealed)
{
    const size_t left = s->size - s->total;
    const bool fits =
        s->state == READ_DATA
            ? sealed > NOISE_TAG && sealed <= NOISE_SEALED_MAX &&
                  sealed - NOISE_TAG <= left
            : sealed == s->need + NOISE_TAG && s->have == 0;

    if (!fits)
        eo_sim_esphome_violation(s, VIOLATION_FRAME_ODD);
    return fits;
}

/* Does --fault damage a bit of this frame on the way? */
static bool damaged(const struct esphome_session *s)
{
    static const enum esphome_step STEP[] = {
        [READ_CNONCE] = STEP_RESPONSE, [READ_RESPONSE] = STEP_RESPONSE,
        [READ_TYPE] = STEP_PREPARE,    [READ_SIZE] = STEP_PREPARE,
        [READ_MD5] = STEP_MD5,         [READ_DATA] = STEP_DATA,
        [READ_GOODBYE] = STEP_GOODBYE,
    };
    const struct script_where *w = &s->config->fault[FAULT_DAMAGED].where;

    return eo_sim_esphome_faulty(s, FAULT_DAMAGED) &&
           w->step == (int)STEP[s->state] &&
           (w->step != STEP_DATA ||
            s->total >= eo_sim_script_place(w->bytes, s->size));
}

/* Reads more of the frame.  True: it is complete.  False: see errno, which is
 * 0 at the end of the stream. */
static bool read_frame(struct esphome_session *s)
{
    size_t need = NOISE_HEAD;

    for (;;) {
        ptrdiff_t n;

        if (s->frame_have >= NOISE_HEAD) {
            const size_t sealed = eo_be16(s->frame + 1);

            if (s->frame[0] != NOISE_MARK || !takes_frame(s, sealed)) {
                errno = EBADMSG;
                return false;
            }
            need = NOISE_HEAD + sealed;
            if (s->frame_have == need)
                return true;
        }
        n = eo_recv(s->fd, s->frame + s->frame_have, need - s->frame_have);
        if (n <= 0) {
            errno = n < 0 ? errno : 0;
            return false;
        }
        s->frame_have += (size_t)n;
    }
}

ptrdiff_t eo_sim_esphome_recv_sealed(struct esphome_session *s, uint8_t *to,
                                   size_t len)
{
    uint8_t *const payload = s->frame + NOISE_HEAD;
    size_t n;

    if (s->taken == s->opened) {
        int opened;

        if (!read_frame(s))
            return errno != 0 ? -1 : 0;
        if (damaged(s))
            payload[0] ^= 0x01;
        opened = eo_sim_noise_open(&s->noise, payload,
                                   s->frame_have - NOISE_HEAD);
        s->frame_have = 0;
        if (opened < 0) {
            eo_sim_esphome_violation(s, VIOLATION_FRAME_DAMAGED);
            errno = EBADMSG;
            return -1;
        }
        s->opened = (size_t)opened;
        s->taken = 0;
    }
    n = s->opened - s->taken;
    if (n > len)
        n = len;
    memcpy(to, payload + s->taken, n);
    s->taken += n;
    return (ptrdiff_t)n;
}
