/* job_inside.h -- what the files of a job share.
 *
 * Only job.c knows the order of the steps.  A step ends by naming the next one
 * or by reporting a failure; it never calls another step.  Each file calls only
 * functions of files that are listed before it here.
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
    JOB_ATTEMPT,  /* look up the device's name, and go on from there */
    JOB_LOOK,     /* ask which firmware it runs */
    JOB_APPROACH, /* find out which protocol it speaks */
    JOB_SPEAK,    /* talk to it: its address and protocol are known */
    JOB_VERIFY    /* it has taken the image: check the result */
};

/* The functions of job.c that the other files call. */
struct job_steps {
    void (*next)(struct job *, enum job_step);
    /* An attempt failed: try again, try the next password, or end. */
    void (*failed)(struct job *, const struct espota_error *);
};

struct job {
    struct job_config c;
    const struct job_steps *steps;
    struct target target;
    const struct protocol *speaks; /* its protocol, or the likeliest one */
    bool guessing;              /* the protocol was not given */
    char decided[96];           /* how the protocol was found out, or "" */
    bool by_port;               /* ... only because it takes connections */
    uint16_t announced_port;    /* 0: none */
    struct espota_error no_tcp; /* why it was taken for ArduinoOTA */
    struct resolve *resolve;
    struct identity *look;
    struct detect *detect;
    struct session *session;
    struct verify *verify;
    struct addr addr[ADDR_SHOWN]; /* the addresses known so far */
    size_t n_addr;
    char old_version[ANNOUNCE_VALUE], new_version[ANNOUNCE_VALUE];
    bool announces;  /* it announced itself by mDNS before the update */
    bool visible;    /* we could see it go away and come back */
    bool provable;   /* it did not say before that it runs the expected one */
    struct race *peek; /* at a port nothing listens on; NULL: not now */
    struct timer timer; /* the start, or the next attempt */
    struct timer limit; /* max_ms */
    struct timer first; /* the longest wait for its first answer */
    size_t tried;       /* addresses tried in vain in this attempt */
    struct timer patience; /* wait for its first answer: job_absent.c */
    struct timer lend;     /* when to lend its place to other jobs */
    struct race *knock;
    bool patient, heard; /* patience runs; the first answer came */
    bool looks, unsure;  /* checks whether it is there; could not tell */
    unsigned faults;
    struct short_of short_of; /* descriptors: job_short.c */
    enum job_step stopped_in; /* the step that waits for them */
    size_t password; /* the one in use */
    bool started, held, dozes, ended;
    bool said_hello;
    enum espota_state known; /* of the device and the image */
    bool took;               /* the device said it took this job's image */
    bool open;               /* the last byte was sent, no answer came */
    bool asks;               /* in an event that may be vetoed ... */
    bool vetoed;             /* ... and was, because of: */
    struct espota_error veto;
    const char *note, *cleartext; /* already reported */
    struct report report;
    struct espota_error error;
    struct espota_result result;
};

/* ---- job_known.c --------------------------------------------------------- */

/* Something happened to the device: updates what is known of it by the table
 * in state.c.  False: the listener to the event vetoed it. */
bool eo_job_happened(struct job *, enum espota_happening);
void eo_job_took(struct job *); /* the device said that it took the image */
bool eo_job_must_ask(const struct job *);

/* ---- job_address.c ------------------------------------------------------- */

/* Looks up the device's name. */
struct resolve *eo_job_resolve(struct job *, resolve_fn *);
/* Keeps the addresses found, with the port of the device's protocol. */
void eo_job_set_addresses(struct job *, const struct resolved *);
uint16_t eo_job_port(const struct job *);
void eo_job_set_ports(struct job *);

/* ---- job_end.c ----------------------------------------------------------- */

/* Frees what an attempt or a verification needs, and stops its timers. */
void eo_job_stop_all(struct job *);
/* From now on the job does not wait for a first answer: see job_absent.c. */
void eo_job_expects_nothing(struct job *);

/* End the job: with that outcome, well, with j->error, or out of memory. */
void eo_job_end(struct job *, enum espota_outcome);
void eo_job_end_well(struct job *, enum espota_outcome);
void eo_job_end_failed(struct job *);
void eo_job_end_memory(struct job *);

/* Ends the job well if the device has already accepted the image and only the
 * goodbye is missing.  False: the job goes on. */
bool eo_job_end_accepted(struct job *);

/* Is this the kind of error that an absent device causes? */
bool eo_job_is_absent(enum espota_category);

/* ---- job_short.c --------------------------------------------------------- */

/* If descriptors ran out and may become free again, the job waits and then goes
 * on where it was.  False: it does not wait. */
bool eo_job_waits(struct job *, const struct espota_error *);
/* The job has got the descriptors it waited for. */
void eo_job_got_fds(struct job *);

/* ---- job_absent.c -------------------------------------------------------- */

/* How long connecting may take.  For a device that may be skipped, it is also
 * the limit for everything up to its first answer. */
uint32_t eo_job_connect_ms(const struct job *);

/* For a device that is skipped if it is absent.  The first starts the limit for
 * the whole approach.  The second also starts the timer that lends the job's
 * place.  The third says that the device has answered. */
void eo_job_expects_answer(struct job *);
void eo_job_approaches(struct job *);
void eo_job_heard(struct job *);

/* The device seems to be asleep, or has been heard. */
void eo_job_doze(struct job *, bool dozes);

/* ---- job_session.c ------------------------------------------------------- */

void eo_job_approach(struct job *);
void eo_job_speak(struct job *);

/* Its address did not answer the invitation: go on to the next one.  False:
 * there is none. */
bool eo_job_next_address(struct job *);

/* Was it a password that was refused, and not a key? */
bool eo_job_sent_password(const struct job *);

/* ---- job_verify.c -------------------------------------------------------- */

/* Before the update: does the device have to be asked which firmware it runs?
 * eo_job_look() asks it, then goes on or ends, depending on the answer. */
bool eo_job_wants_to_look(const struct job *);
void eo_job_look(struct job *);

/* Could we see the device go away and come back?  False: the job finds that out
 * first, and then goes on or ends with USAGE. */
bool eo_job_can_be_seen(struct job *);

/* After the update: is the device back, and with which firmware?  open: it
 * never said whether it took the image. */
void eo_job_verify(struct job *, bool open);

/* Fails with USAGE if there would be nothing to compare with. */
int eo_job_check_verify(const struct job *, struct espota_error *err)
    EO_MUST_CHECK;

#endif
