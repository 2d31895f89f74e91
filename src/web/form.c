/* form.c -- the body of an upload to a device's web page. */
#include "web/form.h"

#include <string.h>

#include "base/str.h"

/* Exactly like this: no preamble, "; " between quoted parameters in this
 * order, one space after the colon, at most these two lines.  One parser cuts
 * values at fixed places, another drops a part without a file name. */
static void write_head(struct text *t, const char *field, const char *boundary)
{
    eo_text_add(t,
                "--%s\r\n"
                "Content-Disposition: form-data; name=\"%s\"; "
                "filename=\"firmware.bin\"\r\n"
                "Content-Type: application/octet-stream\r\n"
                "\r\n",
                boundary, field);
}

/* The last line end is needed: a parser expects the four bytes. */
static void write_tail(struct text *t, const char *boundary)
{
    eo_text_add(t, "\r\n--%s--\r\n", boundary);
}

void eo_web_body_init(struct web_body *b, const struct web_profile *p,
                      bool filesystem, const char *boundary,
                      const struct image_form *image)
{
    struct text head, tail;

    eo_text_init(&head, b->head, sizeof b->head);
    eo_text_init(&tail, b->tail, sizeof b->tail);
    if (p->field != NULL) {
        write_head(&head, filesystem ? p->fs_field : p->field, boundary);
        write_tail(&tail, boundary);
    }
    b->head_len = head.len;
    b->tail_len = tail.len;
    b->image = image;
    b->given = 0;
}

size_t eo_web_body_len(const struct web_body *b)
{
    return b->head_len + b->image->len + b->tail_len;
}

/* What stands at the place reached, up to the end of that part. */
static size_t next_piece(const struct web_body *b, const void **from)
{
    size_t at = b->given;

    if (at < b->head_len) {
        *from = b->head + at;
        return b->head_len - at;
    }
    at -= b->head_len;
    if (at < b->image->len) {
        *from = b->image->bytes + at;
        return b->image->len - at;
    }
    at -= b->image->len;
    *from = b->tail + at;
    return b->tail_len - at;
}

size_t eo_web_body_read(struct web_body *b, void *to, size_t max)
{
    size_t done = 0;

    while (done < max && b->given < eo_web_body_len(b)) {
        const void *from;
        const size_t left = next_piece(b, &from);
        const size_t len = left < max - done ? left : max - done;

        memcpy((char *)to + done, from, len);
        done += len;
        b->given += len;
    }
    return done;
}

size_t eo_web_body_image(const struct web_body *b, size_t n)
{
    const size_t behind = n > b->head_len ? n - b->head_len : 0;

    return behind < b->image->len ? behind : b->image->len;
}
