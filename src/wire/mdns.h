/* mdns.h -- multicast DNS packets (RFC 6762, 6763, 1035): names and records.
 *
 * Everything read is hostile: a reader looks at each byte of a packet at most
 * a fixed number of times, never past its end, and gives up at the first thing
 * that is malformed; the records before it stand.
 */
#ifndef EO_WIRE_MDNS_H
#define EO_WIRE_MDNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

enum {
    MDNS_PORT = 5353,
    MDNS_PACKET_MAX = 9000, /* RFC 6762 section 17 */
    MDNS_NAME_MAX = 255,    /* on the wire, including the root's zero */
    MDNS_LABEL_MAX = 63,
    MDNS_NAME_TEXT = 1024, /* any name as text, even if all of it is escaped */
    MDNS_REPLY = 0x8000,   /* in the flags: an answer, not a question */
    MDNS_AUTHORITATIVE = 0x0400
};

enum mdns_type {
    MDNS_A = 1,
    MDNS_PTR = 12,
    MDNS_TXT = 16,
    MDNS_AAAA = 28,
    MDNS_SRV = 33,
    MDNS_ANY = 255
};

/* ---- names -------------------------------------------------------------- */

/* As on the wire, without compression: labels after their lengths, then 0. */
struct mdns_name {
    uint8_t len; /* 0: no name; else with the final zero */
    uint8_t wire[MDNS_NAME_MAX];
};

/* From "kitchen.local", with or without a final dot; a backslash takes the
 * next character as it is.  0, or -1: an empty or long label or name. */
int eo_mdns_name(struct mdns_name *, const char *text);

/* Puts a label, of any bytes, in front of a name: "My Lamp" and a service.  0
 * or -1. */
int eo_mdns_prefix(struct mdns_name *, const char *label, size_t len,
                   const struct mdns_name *behind);

/* Compares as DNS does: without regard to the case of ASCII letters. */
bool eo_mdns_same(const struct mdns_name *, const struct mdns_name *);

/* A hash: equal names have equal numbers, and others seldom do. */
uint32_t eo_mdns_hash(const struct mdns_name *);

/* Whether name is exactly one label and then parent. */
bool eo_mdns_child(const struct mdns_name *name,
                   const struct mdns_name *parent);

/* "kitchen.local": no final dot; dots and backslashes inside a label are
 * escaped with a backslash, what could control a terminal as \xNN. */
void eo_mdns_add_text(struct text *, const struct mdns_name *);

/* The first label, unchanged (the instance of a service). */
const char *eo_mdns_first(const struct mdns_name *, size_t *len);

/* ---- records ------------------------------------------------------------ */

enum mdns_section {
    MDNS_QUESTION,
    MDNS_ANSWER,
    MDNS_AUTHORITY,
    MDNS_ADDITIONAL,
    MDNS_SECTIONS
};

struct mdns_record {
    enum mdns_section section;
    struct mdns_name name;
    uint16_t type;
    /* The top bit of the class: in a question "answer me alone" (QU), in a
     * record "forget what others said" (cache flush). */
    bool top;
    uint32_t ttl; /* seconds; 0: goodbye.  Not in a question */

    struct mdns_name target; /* PTR, SRV */
    uint16_t port;           /* SRV */
    /* The data, unchanged: 4 bytes of A, 16 of AAAA, pairs of TXT.  Borrowed
     * from the packet. */
    const uint8_t *data;
    uint16_t len;
};

struct mdns_packet {
    struct reader r;
    const uint8_t *start;
    uint16_t id, flags;
    uint16_t left[MDNS_SECTIONS]; /* not read yet, by the header's count */
};

/* Reads the header.  0, or -1: shorter than one, or an operation or result
 * other than zero, which RFC 6762 section 18 tells us to ignore. */
int eo_mdns_open(struct mdns_packet *, const uint8_t *bytes, size_t len);

/* The next question or record, in the order of the packet; those of a class
 * other than Internet are skipped.  1, 0 at the end, or -1: malformed. */
int eo_mdns_next(struct mdns_packet *, struct mdns_record *);

/* ---- texts -------------------------------------------------------------- */

struct mdns_pair {
    const char *key, *value; /* not terminated; value NULL: key alone */
    size_t key_len, value_len;
};

/* The next pair of TXT data; those without a key are skipped.  False at the
 * end, and where the data is cut short. */
bool eo_mdns_pair(struct reader *, struct mdns_pair *);

/* ---- writing ------------------------------------------------------------ */

enum { MDNS_SUFFIXES = 32 };

struct mdns_writer {
    uint8_t *at;
    size_t len, cap;
    uint16_t suffix[MDNS_SUFFIXES]; /* where names begin that can be reused */
    size_t n_suffix;
};

/* space holds at least the 12 bytes of a header. */
void eo_mdns_begin(struct mdns_writer *, uint8_t *space, size_t cap,
                   uint16_t id, uint16_t flags);

/* Adds a question or record, completely or not at all: false if it does not
 * fit.  Sections must come in their order. */
bool eo_mdns_put(struct mdns_writer *, const struct mdns_record *);

/* The packet's length so far. */
size_t eo_mdns_len(const struct mdns_writer *);

/* Appends "key=value" to TXT data of cap bytes.  False if it does not fit. */
bool eo_mdns_put_pair(uint8_t *data, uint16_t *len, size_t cap,
                      const char *pair);

#endif
