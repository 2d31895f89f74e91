/* device.h -- one device that fetches: device.c runs it, answer.c reads the
 * answers, fetch.c has what both need.
 */
#ifndef EO_SIM_PULL_DEVICE_H
#define EO_SIM_PULL_DEVICE_H

#include <stdio.h>

#include "net/loop.h"
#include "sim_pull/ask.h"

enum {
    PULL_HEAD_MAX = 1024,
    PULL_TEXT_MAX = 4096 /* for an MD5 or a manifest */
};

enum pull_step { PULL_ASK_TEXT, PULL_ASK_IMAGE };

struct pull_device {
    struct device base; /* first */
    int fd;
    struct watch *watch;
    struct timer timer, tick;
    void (*again)(void *device); /* called after --every-ms */
    enum pull_step step;
    char version[128], md5[33]; /* of the firmware that runs */
    char path[256], want_md5[33];

    char in[PULL_HEAD_MAX + PULL_TEXT_MAX];
    size_t in_len, head_len;
    bool in_body, began;
    uint64_t asked_at, head_at;
    int status;
    bool has_length, chunked, encoded;
    size_t length, received;
    char x_md5[80], x_version[128], etag[80];
    bool kept;       /* bytes from before the power loss are still there */
    size_t asked_from; /* it asked for the bytes from here on */
    size_t part_from;  /* and the first byte that was sent is this */
    struct hasher *hasher;
    uint8_t first;
    FILE *store;    /* NULL: not stored */
    char *store_at; /* path until the image is complete */
    unsigned violations;
    const char *violation;
};

const struct pull_config *eo_sim_pull_config(const struct pull_device *);
struct espota_loop *eo_sim_pull_loop(const struct pull_device *);
bool eo_sim_pull_is_esphome(const struct pull_device *);
/* Counts a violation by the server. */
void eo_sim_pull_violate(struct pull_device *, const char *what);

/* Ends the fetch with the value that the device's updater would return: 0 is
 * an update, 1 no update; the others are its errors. */
void eo_sim_pull_end(struct pull_device *, int code, const char *what);
/* True: the device restarts here, because --restart says so.  The fetch is
 * gone. */
bool eo_sim_pull_restarted(struct pull_device *, enum pull_restart step);
/* The server sends the whole image after all: earlier bytes do not count. */
void eo_sim_pull_begin_anew(struct pull_device *);
/* Closes the connection and stops all timers. */
void eo_sim_pull_hang_up(struct pull_device *);

/* In answer.c: handles more of the answer, which is in d->in.  It may end the
 * fetch.  True: the answer was a text with the path of the image, and the
 * image must be requested now. */
bool eo_sim_pull_received(struct pull_device *);

#endif
