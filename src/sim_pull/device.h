/* device.h -- one device that fetches: device.c is its life, answer.c how it
 * reads what it is sent, fetch.c what both stand on.
 */
#ifndef EO_SIM_PULL_DEVICE_H
#define EO_SIM_PULL_DEVICE_H

#include <stdio.h>

#include "net/loop.h"
#include "sim_pull/ask.h"

enum {
    PULL_HEAD_MAX = 1024,
    PULL_TEXT_MAX = 4096 /* of an MD5 or a manifest */
};

enum pull_step { PULL_ASK_TEXT, PULL_ASK_IMAGE };

struct pull_device {
    struct device base; /* first */
    int fd;
    struct watch *watch;
    struct timer timer, tick;
    void (*again)(void *device); /* after --every-ms */
    enum pull_step step;
    char version[128], md5[33]; /* that it runs */
    char path[256], want_md5[33];

    char in[PULL_HEAD_MAX + PULL_TEXT_MAX];
    size_t in_len, head_len;
    bool in_body, began;
    uint64_t asked_at, head_at;
    int status;
    bool has_length, chunked, encoded;
    size_t length, received;
    char x_md5[80], x_version[128], etag[80];
    bool kept;       /* what it had before it lost its power is still there */
    size_t asked_from; /* it asked for the bytes from here on */
    size_t part_from;  /* and this is the first of those it was sent */
    struct hasher *hasher;
    uint8_t first;
    FILE *store;    /* NULL: nothing is kept */
    char *store_at; /* until the image is whole */
    unsigned violations;
    const char *violation;
};

const struct pull_config *eo_sim_pull_config(const struct pull_device *);
struct espota_loop *eo_sim_pull_loop(const struct pull_device *);
bool eo_sim_pull_is_esphome(const struct pull_device *);
/* Counted against the server. */
void eo_sim_pull_violate(struct pull_device *, const char *what);

/* The end, with what the updater in the device would return: 0 is an update, 1
 * none, others are its errors. */
void eo_sim_pull_end(struct pull_device *, int code, const char *what);
/* True: the device restarts here, because --restart says so; what it was doing
 * is gone. */
bool eo_sim_pull_restarted(struct pull_device *, enum pull_restart step);
/* All of it comes after all: what it had does not count. */
void eo_sim_pull_begin_anew(struct pull_device *);
/* The connection is closed, and nothing goes on. */
void eo_sim_pull_hang_up(struct pull_device *);

/* answer.c: more of the answer is in d->in.  It may end the fetch.  True: it
 * was a text that says where the image is, which is to be asked for now. */
bool eo_sim_pull_received(struct pull_device *);

#endif
