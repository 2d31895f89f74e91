/* protocol.h -- what a protocol is: one row each.
 *
 * A row says what fleets, the public functions and people need to know of it,
 * and starts its sessions.  Whether there is a machine behind that, is the
 * row's own business.  docs/ADDING-A-PROTOCOL.md says what else a new one needs.
 */
#ifndef EO_PROTOCOL_H
#define EO_PROTOCOL_H

#include "fleet/target.h"
#include "session/session.h"

struct protocol {
    const char *name;    /* --protocol NAME, JSON */
    const char *summary; /* one line for --help */
    uint16_t port;       /* default where the image tells nothing better */
    /* The default port for an image of this chip (NULL: unknown); 0: it tells
     * nothing.  NULL: no image does. */
    uint16_t (*port_for)(const char *chip);
    bool listens;        /* the device does, by TCP: its port can be asked
                            whether it is there */
    bool by_url;         /* a URL names a device that speaks it */
    bool unannounced;    /* a device that announces nothing may speak it */
    unsigned refuses;    /* types it cannot carry: 1u << ESPOTA_TYPE_... */
    bool encrypts;       /* with the job's key */
    bool stores_md5;     /* of its password: md5_stored makes a difference */

    /* The library it needs, NULL where that was left out of this build; then
     * its targets fail with these words.  NULL: it needs none. */
    const char *(*needs)(void);
    const char *without;
    /* What a target for it needs besides: fills name and all else but pub.
     * NULL: the host is the name, and it needs nothing.  Fails with USAGE. */
    int (*prepare)(struct target *, struct espota_error *err);
    /* The target was not given as one for it, but announces that it is (profile
     * NULL: not of which kind): *port is the announced one (0: none), and then
     * the one to use.  NULL: there is nothing to do.  Fails with USAGE. */
    int (*found)(struct target *, const char *profile, uint16_t *port,
                 struct espota_error *err);

    /* NULL: no memory, or no entropy. */
    struct session *(*start)(const struct protocol *, const struct target *,
                             const struct session_config *);
    const struct proto_ops *machine; /* that start() drives; NULL: none */
};

/* The i-th of the list, in the order of --help; NULL behind its end. */
const struct protocol *eo_protocol_at(size_t i);

/* NULL: there is no protocol of that name. */
const struct protocol *eo_protocol_find(const char *name);

/* False: what it needs was left out of this build. */
bool eo_protocol_is_built_in(const struct protocol *);
/* The same as an error (USAGE). */
int eo_protocol_need(const struct protocol *, struct espota_error *err)
    EO_MUST_CHECK;

/* Nobody said which protocol it speaks. */
bool eo_protocol_is_guessed(const struct espota_target *);

/* The one to speak, or the likeliest; never NULL for a target that was copied. */
const struct protocol *eo_protocol_of(const struct espota_target *);

/* The only one for a device that announces nothing which can do what the target
 * wants, or as much of it as any can; NULL: several can. */
const struct protocol *eo_protocol_only(const struct target *);

/* Does this job make sense over this protocol?  Asked before anything is sent:
 * USAGE, or POLICY where there would be no encryption. */
int eo_protocol_check(const struct protocol *, const struct proto_job *,
                      struct espota_error *err) EO_MUST_CHECK;

#endif
