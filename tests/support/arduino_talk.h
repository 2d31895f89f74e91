/* arduino_talk.h -- conversations with an ArduinoOTA device, without a network.
 *
 * A conversation is a row.  Each line is somebody doing something:
 *
 *   h  the host must say this datagram, or send the invitation of this command
 *   d  the device says this datagram
 *   a  the host must answer the challenge, with the password stored as m (MD5),
 *      s (SHA-256), M or S (the same in upper case); slices of work are done
 *   c  the device connects
 *   b  the host must send this many bytes; the device's TCP confirms them
 *   w  the host must offer this many, and no more, unconfirmed
 *   k  this many of them are confirmed
 *   t  the device says this by TCP            n  the host must say nothing now
 *   q  it says this, and that is no reason to wait longer
 *   x  the device closes                      r  it resets
 *   u  "port unreachable"                     U  "host unreachable"
 *   T  this many ms pass, which is what the machine asked for
 *
 * A row is to be played with several piece sizes: of TCP bytes at a time.
 */
#ifndef TEST_SUPPORT_ARDUINO_TALK_H
#define TEST_SUPPORT_ARDUINO_TALK_H

#include "proto/arduino.h"
#include "proto/machines.h"

/* Of bytes 0x55, but for the first: that is an app's.  The host listens on this
 * port. */
enum { ARDUINO_TALK_IMAGE = 20000, ARDUINO_TALK_PORT = 40000 };

struct arduino_conversation {
    const char *name;
    unsigned chips;
    const char *password;
    struct {
        char who;
        const char *what;
    } line[28];
    enum espota_category category;
    const char *message; /* part of it, or of the hint; NULL: not looked at */
    const char *device;  /* its words; NULL: not looked at */
    /* Seldom: */
    enum espota_type type;
    uint32_t window, invite_ms;
    bool careful, md5_stored, strange; /* the first byte is 0x55, too */
    enum espota_min_auth min_auth;
};

void arduino_talk(const struct arduino_conversation *, size_t piece);

#endif
