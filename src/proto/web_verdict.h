/* web_verdict.h -- what it means when a device's web page answers an upload, or
 * does not. */
#ifndef EO_WEB_VERDICT_H
#define EO_WEB_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "proto/web.h"

/* The verdict on an upload: 0 accepted, or -1 and why not.  text is the
 * beginning of the answer's body, as it came. */
int eo_web_verdict(const struct web_profile *, int status, const char *text,
                   size_t len, struct espota_error *err) EO_MUST_CHECK;

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

/* An answer, other than a refusal, that came while the body was still on its
 * way: worth nothing.  committed: the last byte has left by now. */
void eo_web_too_early(struct espota_error *, bool committed);

#endif
