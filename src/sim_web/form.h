/* form.h -- how the web servers in devices read a request: only what they
 * need, and each in its own way.  Pure.  A head or a form is read as a whole.
 */
#ifndef EO_SIM_WEB_FORM_H
#define EO_SIM_WEB_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WEB_HEAD_MAX = 2048 };

/* The head of a request; its texts point into space. */
struct web_head {
    char space[WEB_HEAD_MAX + 1];
    size_t len; /* including the empty line */
    const char *method, *target, *version;
    const char *host, *origin, *authorization, *content_type; /* "" if absent */
    bool expect, chunked, has_length;
    size_t length;
};

/* The index after the empty line that ends the head in bytes; 0: not there
 * yet. */
size_t eo_sim_web_head_end(const uint8_t *bytes, size_t len);

/* Returns 0, or -1: not a request.  exact: names must be spelled as the device
 * spells them, with one space after the colon. */
int eo_sim_web_head_read(struct web_head *, const uint8_t *bytes, size_t len,
                         bool exact);

struct web_form {
    char boundary[72];
    char name[64];
    bool file;       /* it has a file name */
    size_t head_len; /* bytes before those of the file */
};

/* Reads the boundary from a Content-Type.  NULL: fine; otherwise the error. */
const char *eo_sim_web_form_boundary(struct web_form *,
                                     const char *content_type);

/* Reads the beginning of a body.  1: done; 0: needs more bytes; -1: the parser
 * cannot read it, and *why says why. */
int eo_sim_web_form_read(struct web_form *, const uint8_t *bytes, size_t len,
                         const char **why);

/* Writes the bytes that must follow the file; returns their number. */
size_t eo_sim_web_form_tail(const struct web_form *, char out[96]);

#endif
