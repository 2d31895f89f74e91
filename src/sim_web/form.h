/* form.h -- how the web servers in devices read a request: as little as
 * will do, and in ways of their own.  Pure; a head and a form are read as a
 * whole.
 */
#ifndef EO_SIM_WEB_FORM_H
#define EO_SIM_WEB_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WEB_HEAD_MAX = 2048 };

/* The head of a request; text points into space. */
struct web_head {
    char space[WEB_HEAD_MAX + 1];
    size_t len; /* up to and with the empty line */
    const char *method, *target, *version;
    const char *host, *origin, *authorization, *content_type; /* "" if absent */
    bool expect, chunked, has_length;
    size_t length;
};

/* Where the head in bytes ends: the index after the empty line; 0: not yet. */
size_t eo_sim_web_head_end(const uint8_t *bytes, size_t len);

/* 0, or -1: no request.  exact: names must be written as the device writes
 * them, with one space after the colon. */
int eo_sim_web_head_read(struct web_head *, const uint8_t *bytes, size_t len,
                         bool exact);

struct web_form {
    char boundary[72];
    char name[64];
    bool file;       /* it has a file name */
    size_t head_len; /* bytes in front of the file's */
};

/* From a Content-Type; NULL: fine, else what the parser cannot read. */
const char *eo_sim_web_form_boundary(struct web_form *,
                                     const char *content_type);

/* The beginning of a body.  1: read; 0: more is needed; -1 and *why: the
 * parser cannot read it. */
int eo_sim_web_form_read(struct web_form *, const uint8_t *bytes, size_t len,
                         const char **why);

/* What must follow the file. */
size_t eo_sim_web_form_tail(const struct web_form *, char out[96]);

#endif
