/* talk.h -- conversations: a machine against a script, without a network.
 *
 * A line of a script is who acts and what they do:
 *
 *   h HEX    the host must say these bytes next
 *   s TEXT   the same, as text
 *   b N      the host must offer N image bytes next; they are all taken
 *   o N      the host must offer exactly N image bytes now; none is taken
 *   t N      the kernel takes N of the bytes on offer
 *   d HEX    the device answers these bytes
 *   D TEXT   the same, as text
 *   a N      the peer's TCP confirms N stream bytes in all
 *   u N      from now on it lacks the last N of them, whatever the device says
 *   x        the device closes (end of file)
 *   r        the connection breaks (reset)
 *   q        silence, until the machine's patience ends
 *   -        the host must have nothing to say
 *
 * Every script is played three times: answers one byte at a time, three at a
 * time, and whole.
 */
#ifndef TEST_SUPPORT_TALK_H
#define TEST_SUPPORT_TALK_H

#include "proto/machines.h"

struct talk_line {
    char who;
    const char *what;
};

/* The machine, started and told that the stream is open; free it with free().
 * The job is borrowed. */
struct proto *talk_start(const struct proto_ops *, const struct proto_job *);

/* Plays the lines up to one with who == 0. */
void talk_play(struct proto *, const struct talk_line *, size_t piece);

/* How it must have ended; message NULL: not looked at; device "" none. */
void talk_ended(const struct proto *, enum espota_category, const char *device,
                const char *message);

extern const size_t TALK_PIECES[3];

#endif
