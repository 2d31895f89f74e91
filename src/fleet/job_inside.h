/* job_inside.h -- what the files of a job share.
 *
 * job.c alone knows the order of the steps: a step ends by saying which is next,
 * or that it failed, and never calls another one.  Each file calls only those
 * that stand before it here.
 */
#ifndef EO_JOB_INSIDE_H
#define EO_JOB_INSIDE_H

#include "fleet/job.h"
#include "fleet/protocol.h"
#include "fleet/report.h"
#include "fleet/target.h"
#include "fleet/verify.h"
#include "names/detect.h"
#include "names/resolve.h"
#include "net/race.h"
#include "session/session.h"

enum { ADDR_SHOWN = 16 };

/* What a job does next. */
enum job_step {
    JOB_ATTEMPT,  /* look its name up, and go on from there */
    JOB_LOOK,     /* ask what it runs */
    JOB_APPROACH, /* find out what it speaks */
    JOB_SPEAK,    /* where it is, and how it is spoken to, are known */
    JOB_VERIFY    /* it has taken the image */
};

/* job.c, to those below it. */
struct job_steps {
    void (*next)(struct job *, enum job_step);
    /* An attempt failed: again, the next password, or the end. */
    void (*failed)(struct job *, const struct espota_error *);
};

struct job {
    struct job_config c;
    const struct job_steps *steps;
    struct target target;
    const struct protocol *speaks; /* or the likeliest */
    bool guessing;              /* nobody said what it speaks */
    char decided[96];           /* from what that was found out, or "" */
    bool by_port;               /* ... that it takes connections, no more */
    uint16_t announced_port;    /* 0: none */
    struct espota_error no_tcp; /* why it was taken for ArduinoOTA */
    struct resolve *resolve;
    struct identity *look;
    struct detect *detect;
    struct session *session;
    struct verify *verify;
    struct addr addr[ADDR_SHOWN]; /* where it is, as far as is known */
    size_t n_addr;
    char old_version[ANNOUNCE_VALUE], new_version[ANNOUNCE_VALUE];
    bool announces;  /* itself by mDNS: it was heard before */
    bool visible;    /* going and coming back could be seen */
    bool provable;   /* and did not say that it runs what is to be proved */
    struct race *peek; /* at a port where nobody lives; NULL: not now */
    struct timer timer; /* the start, or the next attempt */
    struct timer limit; /* max_ms */
    struct timer first; /* the longest wait for its first answer */
    size_t tried;       /* of its addresses, in this attempt, in vain */
    struct timer patience; /* with the device's first word: job_absent.c */
    struct timer lend;     /* its place, to others */
    struct race *knock;
    bool patient, heard; /* that timer runs; the word came */
    bool looks, unsure;  /* whether anybody is there; that is open */
    unsigned faults;
    struct short_of short_of; /* descriptors: job_short.c */
    enum job_step stopped_in; /* meanwhile */
    size_t password; /* the one in use */
    bool started, held, dozes, ended;
    bool said_hello;
    enum espota_state known; /* of the device and the image */
    bool took;               /* its own word, of this job's sending */
    bool open;               /* a last byte left, and no word came */
    bool asks;               /* in an event that may be forbidden ... */
    bool vetoed;             /* ... and was, because of: */
    struct espota_error veto;
    const char *note, *cleartext; /* told already */
    struct report report;
    struct espota_error error;
    struct espota_result result;
};

/* ---- job_known.c --------------------------------------------------------- */

/* Something came to the device: what is known of it follows the table.
 * False: whoever listens forbids it. */
bool eo_job_happened(struct job *, enum espota_happening);
void eo_job_took(struct job *); /* the device has said that it took it */
bool eo_job_must_ask(const struct job *);

/* ---- job_address.c ------------------------------------------------------- */

/* Looks up its name. */
struct resolve *eo_job_resolve(struct job *, resolve_fn *);
/* That is where it is, with the port of the protocol that it speaks. */
void eo_job_set_addresses(struct job *, const struct resolved *);
uint16_t eo_job_port(const struct job *);
void eo_job_set_ports(struct job *);

/* ---- job_end.c ----------------------------------------------------------- */

/* Frees what an attempt or a verification needs, and its timers. */
void eo_job_stop_all(struct job *);
/* Nobody's first word is waited for from now on: see job_absent.c. */
void eo_job_expects_nothing(struct job *);

/* Ends it: as given, well, by j->error, or because there is no memory. */
void eo_job_end(struct job *, enum espota_outcome);
void eo_job_end_well(struct job *, enum espota_outcome);
void eo_job_end_failed(struct job *);
void eo_job_end_memory(struct job *);

/* Ends it well if the device has said yes already, and only the goodbye was
 * not over; false if it goes on. */
bool eo_job_end_accepted(struct job *);

/* Is that how it looks when nobody is there? */
bool eo_job_is_absent(enum espota_category);

/* ---- job_short.c --------------------------------------------------------- */

/* That was a want of descriptors, and they may come back: it waits, and goes on
 * where it was.  False: it does not. */
bool eo_job_waits(struct job *, const struct espota_error *);
/* It has what it waited for. */
void eo_job_got_fds(struct job *);

/* ---- job_absent.c -------------------------------------------------------- */

/* How long connecting may take, and with it all until the first word of a
 * device that may be skipped. */
uint32_t eo_job_connect_ms(const struct job *);

/* From now on, if it is to be skipped where it is absent: the approach as a
 * whole, and that to its port; and it has come. */
void eo_job_expects_answer(struct job *);
void eo_job_approaches(struct job *);
void eo_job_heard(struct job *);

/* The device seems to be asleep, or was heard of. */
void eo_job_doze(struct job *, bool dozes);

/* ---- job_session.c ------------------------------------------------------- */

void eo_job_approach(struct job *);
void eo_job_speak(struct job *);

/* Nobody answered where it was invited: on to its next address, if it has one. */
bool eo_job_next_address(struct job *);

/* What was refused was a password, and not a key. */
bool eo_job_sent_password(const struct job *);

/* ---- job_verify.c -------------------------------------------------------- */

/* Before: does it have to be asked what it runs?  Then ask, and go on, or end
 * if that answer says so. */
bool eo_job_wants_to_look(const struct job *);
void eo_job_look(struct job *);

/* Could it be seen to go and to come back?  False: that is found out first, and
 * then it goes on, or ends with USAGE. */
bool eo_job_can_be_seen(struct job *);

/* After: is it back, and with what?  open: it never said whether it took the
 * image. */
void eo_job_verify(struct job *, bool open);

/* Fails with USAGE where there would be nothing to compare with. */
int eo_job_check_verify(const struct job *, struct espota_error *err)
    EO_MUST_CHECK;

#endif
