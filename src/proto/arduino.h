/* arduino.h -- the parts of the ArduinoOTA machine, for each other.
 *
 * arduino.c has the phases and distributes the events; arduino_invite.c is the
 * conversation by UDP, until the device has called; arduino_data.c is what
 * follows by TCP.  Both use arduino_machine.c.
 */
#ifndef EO_PROTO_ARDUINO_H
#define EO_PROTO_ARDUINO_H

#include "base/str.h"
#include "proto/arduino_login.h"
#include "proto/proto.h"
#include "wire/arduino.h"

enum arduino_phase {
    PH_OPEN,   /* the channels */
    PH_INVITE,
    PH_DERIVE, /* an answer to the challenge, slice by slice */
    PH_ANSWER,
    PH_LEAVE,  /* the device still waits for an answer: set it free */
    PH_CALL,   /* for the device to call back */
    PH_DATA,
    PH_TEXT,   /* for the rest of an error text */
    PH_VERDICT,
    PH_BYE,
    PH_DONE,
    PH_FAILED
};

enum { ARDUINO_LOCAL_MAX = 80, ARDUINO_NOTE_MAX = 160 };

struct arduino {
    struct proto base; /* first, so that the pointers convert */
    const struct proto_job *job;
    const struct image_form *form;
    unsigned chips; /* that the device may be */
    enum arduino_phase phase, failed_in;
    struct espota_hello hello;
    bool said_hello;

    unsigned open; /* channels that are ready */
    uint16_t port; /* that the device is to call */
    char local[ARDUINO_LOCAL_MAX];
    unsigned invitations, refused, rounds, challenges;
    unsigned calls; /* that our datagrams may still lead to */
    uint32_t answered_ms; /* spent repeating one answer */
    struct arduino_login login;
    char said[ARDUINO_SAY_MAX]; /* the datagram, kept to be sent again */
    size_t said_len;

    const uint8_t *out;
    size_t out_len;
    size_t sent, acked; /* image bytes that the kernel, the device's TCP took */
    struct arduino_said heard;
    bool ever_counted, lockstep;

    uint32_t timeout_ms;
    unsigned clock;
    char notes[2][ARDUINO_NOTE_MAX]; /* used in turn: a new note is a new
                                        pointer */
    const char *note;
};

/* Each returns the machine's status, as step() does. */

/* ---- arduino_machine.c --------------------------------------------------- */

/* Enters a phase, or the same one again with its clock restarted. */
enum proto_status eo_arduino_enter(struct arduino *, enum arduino_phase,
                                   uint32_t timeout_ms);
/* After one of the eo_fail family. */
enum proto_status eo_arduino_fail(struct arduino *);
/* The device gave a reason, in words. */
enum proto_status eo_arduino_refused(struct arduino *, const char *text,
                                     size_t len);
/* Space for a new note. */
struct text eo_arduino_note(struct arduino *);

/* ---- arduino_invite.c ---------------------------------------------------- */

enum proto_status eo_arduino_invite(struct arduino *);
enum proto_status eo_arduino_on_datagram(struct arduino *, const uint8_t *,
                                         size_t len);
enum proto_status eo_arduino_on_said(struct arduino *);
/* refused: the device itself refused. */
enum proto_status eo_arduino_on_unreachable(struct arduino *, bool refused);
enum proto_status eo_arduino_on_silence(struct arduino *);

/* ---- arduino_data.c ------------------------------------------------------ */

enum proto_status eo_arduino_called(struct arduino *);
enum proto_status eo_arduino_on_stream(struct arduino *, const uint8_t *,
                                       size_t len);
enum proto_status eo_arduino_on_sent(struct arduino *, size_t len);
enum proto_status eo_arduino_on_acked(struct arduino *, size_t total);
enum proto_status eo_arduino_hung_up(struct arduino *, int sys);
enum proto_status eo_arduino_stalled(struct arduino *);

#endif
