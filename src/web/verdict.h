/* verdict.h -- what it means when a device's web page answers an upload, or
 * does not. */
#ifndef EO_VERDICT_H
#define EO_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "web/page.h"

/* The status of "HTTP/1.1 200 OK"; -1: it does not begin an HTTP/1 answer.
 * Only the reason may be missing. */
int eo_web_status(const char *line, size_t len);

/* An answer to an upload. */
struct web_answer {
    int status;
    const char *text; /* the beginning of its body, as it came */
    size_t len;
    bool ended; /* that is all of it */
    bool whole; /* the device's TCP had the image when it began; else it is
                   worth nothing, but for a refusal */
    bool gone;  /* the last byte of the image has left by now */
    bool filesystem; /* that is what was sent */
    const char *location; /* where a redirect points; NULL: nowhere */
};

/* The verdict on an upload: 0 accepted, or -1 and why not. */
int eo_web_verdict(const struct web_profile *, const struct web_answer *,
                   struct espota_error *err) EO_MUST_CHECK;

/* A request that ended without an answer. */
struct web_loss {
    bool connected; /* at least that */
    bool committed; /* the body has left to its last byte */
    bool confirmed; /* and the device's TCP has taken the image */
    bool probing;   /* it was the look before the upload */
    bool stalled;   /* we gave up waiting */
    bool answering; /* the answer had begun, and did not come to its end */
    bool garbled;   /* it is no HTTP, or too long: we broke it off */
    const char *cause; /* of no connection, where nothing better is known */
};

void eo_web_lost(struct espota_error *, const struct web_loss *);

#endif
