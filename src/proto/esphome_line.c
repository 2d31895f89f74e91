/* esphome_line.c -- what is sent to an ESPHome device, sealed or not. */
#include "proto/esphome_line.h"

#include <string.h>

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* ---- control units ------------------------------------------------------- */

void eo_line_begin(struct esphome_line *l)
{
    l->image = false;
    l->used = 0;
    l->out = l->room;
    l->out_len = 0;
}

void eo_line_raw(struct esphome_line *l, const void *bytes, size_t len)
{
    memcpy(l->room + l->used, bytes, len);
    l->used += len;
    l->out_len = l->used;
}

static void seal(struct esphome_line *l, const void *bytes, size_t len)
{
    const size_t n = eo_noise_seal(&l->noise, bytes, len, l->room + l->used);

    l->failed |= n == 0;
    l->used += n;
    l->out_len = l->used;
}

void eo_line_unit(struct esphome_line *l, const void *bytes, size_t len)
{
    if (l->sealed)
        seal(l, bytes, len);
    else
        eo_line_raw(l, bytes, len);
}

/* ---- the image ----------------------------------------------------------- */

/* Full frames, except for the very last: so stream bytes can be converted back
 * into image bytes. */
static void seal_image(struct esphome_line *l, const struct image_form *form,
                       size_t end)
{
    size_t at = l->offset;

    if (l->out_len > 0) /* a frame that was begun must not change */
        return;
    l->used = 0;
    l->out = l->room;
    for (size_t i = 0; i < LINE_FRAMES && at < end && !l->failed; i++) {
        const size_t n = least(end - at, NOISE_PLAIN_MAX);

        if (n < NOISE_PLAIN_MAX && end < form->len)
            break;
        seal(l, form->bytes + at, n);
        at += n;
    }
    l->under_seal = at - l->offset;
}

void eo_line_image(struct esphome_line *l, const struct image_form *form,
                   size_t ahead)
{
    const size_t end = l->acked + least(form->len - l->acked, ahead);

    if (!l->image) {
        l->image = true;
        l->before = l->sent;
        l->out_len = 0;
    }
    if (l->sealed) {
        seal_image(l, form, end);
    } else {
        l->out = form->bytes + l->offset;
        l->out_len = end - l->offset;
    }
}

bool eo_line_last(const struct esphome_line *l, const struct image_form *form)
{
    return l->offset + (l->sealed ? l->under_seal : l->out_len) == form->len;
}

void eo_line_sent(struct esphome_line *l, size_t n)
{
    l->out += n;
    l->out_len -= n;
    l->sent += n;
    if (!l->image)
        return;
    if (!l->sealed) {
        l->offset += n;
    } else if (l->out_len == 0) {
        l->offset += l->under_seal;
        l->under_seal = 0;
    }
}

/* Image bytes in the first so many stream bytes of sealed frames. */
static size_t unsealed(const struct image_form *form, size_t stream)
{
    const size_t whole = stream / NOISE_FRAME_MAX * NOISE_PLAIN_MAX;
    const size_t rest = form->len > whole ? form->len - whole : 0;

    return stream % NOISE_FRAME_MAX >= rest + NOISE_HEAD + NOISE_TAG
               ? whole + rest
               : whole;
}

bool eo_line_acked(struct esphome_line *l, const struct image_form *form,
                   size_t total)
{
    size_t now = total > l->before ? total - l->before : 0;

    if (total > l->sent)
        return false;
    if (l->sealed)
        now = unsealed(form, now);
    now = least(now, l->offset);
    if (now <= l->acked)
        return false;
    l->acked = now;
    return true;
}
