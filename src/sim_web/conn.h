/* conn.h -- one connection to an upload page, shared by four files.  conn.c
 * answers and closes.  upload.c takes the image and uses conn.c, request.c
 * reads the head and uses both, and accept.c uses all of them.
 */
#ifndef EO_SIM_WEB_CONN_H
#define EO_SIM_WEB_CONN_H

#include "sim_web/device.h"

enum {
    WEB_LINGER_MS = 100, /* after an answer */
    WEB_IDLE_MS = 5000   /* without a byte; servers of all cores then close */
};

enum web_state { WEB_HEAD, WEB_FORM, WEB_DATA, WEB_TAIL, WEB_DONE };

struct web_conn {
    struct web_device *device;
    const struct web_config *c;
    const struct web_kind *kind;
    int fd, slot;
    struct watch *watch;
    struct timer timer, idle;
    enum web_state state;
    struct web_head head;
    struct web_form form;
    uint8_t in[WEB_HEAD_MAX];
    size_t in_len;
    size_t body, size, received; /* bytes: body, image, image so far */
    struct flash flash;
    struct flash_result stored;
    struct image_check check;
    const char *wrong; /* error of the image, in the updater's words */
    bool denied, filesystem, updated;
    char tail[96];
    size_t tail_len;
    unsigned violations;
    const char *violation; /* the first, for the report */
    const char *outcome;
};

/* conn.c */
struct espota_loop *eo_sim_web_loop(const struct web_conn *);
/* Counts a violation by the client. */
void eo_sim_web_violate(struct web_conn *, const char *what);
/* Makes the next close a reset. */
void eo_sim_web_reset(struct web_conn *);
/* Starts or stops the wait for the client: five seconds for each byte. */
void eo_sim_web_expect(struct web_conn *, bool something);
/* The client has left, or was silent for too long.  Reports that; the
 * connection is freed now or soon. */
void eo_sim_web_lost(struct web_conn *);
/* Closes and frees the connection at once. */
void eo_sim_web_gone(struct web_conn *);
/* Sends the whole answer at once and closes.  After a verdict with which the
 * device restarts, the restart closes the connection. */
void eo_sim_web_answer(struct web_conn *, int status, const char *word,
                       const char *headers, const char *body);
/* Reports the session.  If updated, the device restarts and closes all its
 * connections, including this one. */
void eo_sim_web_report(struct web_conn *, bool updated);
/* True: the device restarts at this step, because --restart says so.  The
 * connection is freed. */
bool eo_sim_web_restarted(struct web_conn *, enum web_restart step);
/* Sends an answer and reports the session. */
void eo_sim_web_refuse(struct web_conn *, int status, const char *word);
void eo_sim_web_unauthorized(struct web_conn *);

/* In request.c: handles more of the head, which is in x->in. */
void eo_sim_web_on_head(struct web_conn *);

/* In upload.c.  False or -1: an answer was sent, and x may be freed. */
bool eo_sim_web_begin_image(struct web_conn *, size_t size);
/* Handles more of the form's head, which is in x->in. */
bool eo_sim_web_on_form(struct web_conn *);
/* Returns how many bytes it used. */
int eo_sim_web_on_body(struct web_conn *, const uint8_t *bytes, size_t len);

#endif
