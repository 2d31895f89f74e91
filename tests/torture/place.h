/* place.h -- where a worker of the torture runs its stories, one after the
 * other: a directory, the devices that are up, and the program that is run. */
#ifndef PLACE_H
#define PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "fail.h"
#include "story.h"

enum {
    LIMIT_MS = 300000, /* behind which a run hangs, on any machine */
    SIZE = 4096        /* of a path, and of a command */
};

struct place {
    const struct story *story;
    bool lab;            /* it has a network of its own */
    char here[16];       /* an address of its own */
    unsigned patience_s; /* of a story with a device that says nothing */
    const char *data, *bin; /* images and keys; where the programs are */
    struct fail_plan *plan; /* shared with the program that is run */
    char dir[SIZE / 4], plan_path[SIZE / 2];
    pid_t sim;
    unsigned port; /* of the first device, or that the story serves at */
    bool second;   /* of the two images */
    bool knows;    /* what the story makes in peace, */
    unsigned peace_ms; /* and how long that takes */
};

/* Gives the place a network in which nobody else is, and an address there; or,
 * where that cannot be had, an address of the loopback that nobody uses. */
void settle(struct place *p, unsigned worker);

/* Says what errno means, and ends the torture: it is no find. */
_Noreturn void die(const char *what);

uint64_t now_ms(void);

/* A millisecond. */
void doze(void);

/* A path in the place's directory; the last four stay valid. */
const char *in(const struct place *p, const char *name);

/* A whole file with a NUL behind it, to be freed; NULL: it is not there. */
char *read_text(const char *path, size_t *len);

bool same_files(const char *a, const char *b);

void copy(const char *from, const char *to);

/* The firmware whose turn it is. */
void image_path(const struct place *p, char out[SIZE]);

/* Fills in what stands in braces, as stories.h says. */
void fill(const struct place *p, const char *text, char out[SIZE]);

/* Starts BIN/program with the words of text, filled in; what it prints goes
 * to the files out and out.err; env has names and values, and NULL behind. */
pid_t start(const struct place *p, const char *program, const char *text,
            const char *out, const char *const *env);

/* The status as a shell has it; -1: it is not over in time. */
int wait_for(pid_t pid, unsigned limit_ms);

/* The same for a server: told to end once something was made to fail, because
 * a device may not find it any more. */
int wait_for_server(const struct place *p, pid_t pid);

/* At once, and for good; 0 is nobody. */
void stop(pid_t pid);

/* Starts what the story says, and waits until it listens. */
void start_devices(struct place *p);

#endif
