/* protocol.h -- what a protocol is: one row each.
 *
 * A row says what fleets, the public functions and people need to know about
 * the protocol, and starts its sessions.  It need not use a machine for that.
 * docs/ADDING-A-PROTOCOL.md says what else a new protocol needs.
 */
#ifndef EO_PROTOCOL_H
#define EO_PROTOCOL_H

#include "fleet/target.h"
#include "session/session.h"

struct protocol {
    const char *name;    /* --protocol NAME, JSON */
    const char *summary; /* one line for --help */
    uint16_t port;       /* the default, unless the image's chip has its own */
    /* The default port for an image for this chip (NULL: unknown); 0: the chip
     * has no port of its own.  NULL: no chip has. */
    uint16_t (*port_for)(const char *chip);
    bool listens;        /* the device listens by TCP, so a connection to its
                            port shows whether it is there */
    bool by_url;         /* a target given as a URL speaks it */
    bool unannounced;    /* a device that announces nothing may speak it */
    unsigned refuses;    /* types it cannot carry: 1u << ESPOTA_TYPE_... */
    bool encrypts;       /* with the job's key */
    bool stores_md5;     /* the device may store its password as MD5, so
                            md5_stored makes a difference */

    /* Returns the library it needs, or NULL if that was left out of this build;
     * then its targets fail with the text in without.  NULL: it needs none. */
    const char *(*needs)(void);
    const char *without;
    /* Prepares a target for it: fills name and everything else except pub.
     * NULL: the host is the name, and nothing else is needed.  Fails with
     * USAGE. */
    int (*prepare)(struct target *, struct espota_error *err);
    /* The device announces that it speaks this protocol, which the target did
     * not ask for.  profile is the announced kind, or NULL.  *port is the
     * announced port (0: none) and becomes the port to use.  NULL: there is
     * nothing to do.  Fails with USAGE. */
    int (*found)(struct target *, const char *profile, uint16_t *port,
                 struct espota_error *err);

    /* NULL: no memory, or no entropy. */
    struct session *(*start)(const struct protocol *, const struct target *,
                             const struct session_config *);
    const struct proto_ops *machine; /* the one start() drives; NULL: none */
};

/* The i-th protocol, in the order of --help; NULL after the last. */
const struct protocol *eo_protocol_at(size_t i);

/* NULL: there is no protocol of that name. */
const struct protocol *eo_protocol_find(const char *name);

/* False: the library it needs was left out of this build. */
bool eo_protocol_is_built_in(const struct protocol *);
/* Fails with USAGE in that case. */
int eo_protocol_need(const struct protocol *, struct espota_error *err)
    EO_MUST_CHECK;

/* Does the target leave its protocol open? */
bool eo_protocol_is_guessed(const struct espota_target *);

/* The protocol to speak, or the likeliest one; never NULL for a target that was
 * copied. */
const struct protocol *eo_protocol_of(const struct espota_target *);

/* For a device that announces nothing: the only protocol that can do what the
 * target wants, or as much of it as any can.  NULL: there are several. */
const struct protocol *eo_protocol_only(const struct target *);

/* Does this job make sense over this protocol?  Checked before anything is
 * sent.  Fails with USAGE, or with POLICY if there would be no encryption. */
int eo_protocol_check(const struct protocol *, const struct proto_job *,
                      struct espota_error *err) EO_MUST_CHECK;

#endif
