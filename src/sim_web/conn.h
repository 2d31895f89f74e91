/* conn.h -- one connection to an upload page, for the files that share the
 * work: conn.c answers and closes; upload.c, which takes the image, stands on
 * it, on that request.c, which reads the head, and on both accept.c.
 */
#ifndef EO_SIM_WEB_CONN_H
#define EO_SIM_WEB_CONN_H

#include "sim_web/device.h"

enum {
    WEB_LINGER_MS = 100, /* after an answer */
    WEB_IDLE_MS = 5000   /* without a byte: the servers of all cores close */
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
    size_t body, size, received; /* bytes: of the body, of the image, of it so
                                    far */
    struct flash flash;
    struct flash_result stored;
    struct image_check check;
    const char *wrong; /* with the image, in the updater's words */
    bool denied, filesystem, updated;
    char tail[96];
    size_t tail_len;
    unsigned violations;
    const char *violation; /* the first, for the report */
    const char *outcome;
};

/* conn.c */
struct espota_loop *eo_sim_web_loop(const struct web_conn *);
/* Counted against the client. */
void eo_sim_web_violate(struct web_conn *, const char *what);
/* The next close is a reset. */
void eo_sim_web_reset(struct web_conn *);
/* The client's turn, or not: it has five seconds for each byte. */
void eo_sim_web_expect(struct web_conn *, bool something);
/* The client has gone, or said nothing for too long: reported, and freed or
 * about to be. */
void eo_sim_web_lost(struct web_conn *);
/* Closed and freed at once. */
void eo_sim_web_gone(struct web_conn *);
/* Says it all at once and closes; after a verdict that lets the device restart
 * the connection goes with it. */
void eo_sim_web_answer(struct web_conn *, int status, const char *word,
                       const char *headers, const char *body);
/* Ends the session in the report; if updated, the device restarts and closes
 * its connections, this one among them. */
void eo_sim_web_report(struct web_conn *, bool updated);
/* True: the device restarts at this step, because --restart says so; the
 * connection is gone. */
bool eo_sim_web_restarted(struct web_conn *, enum web_restart step);
/* An answer and a report. */
void eo_sim_web_refuse(struct web_conn *, int status, const char *word);
void eo_sim_web_unauthorized(struct web_conn *);

/* request.c: more of the head is in x->in. */
void eo_sim_web_on_head(struct web_conn *);

/* upload.c.  False, or -1: it was answered, and may be freed. */
bool eo_sim_web_begin_image(struct web_conn *, size_t size);
/* More of the form's head is in x->in. */
bool eo_sim_web_on_form(struct web_conn *);
/* Gives how many bytes it used. */
int eo_sim_web_on_body(struct web_conn *, const uint8_t *bytes, size_t len);

#endif
