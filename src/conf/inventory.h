/* inventory.h -- which devices a fleet is made of.
 *
 * A targets file has one device a line, in one of three forms told apart by
 * its first line that is neither empty nor a comment:
 *
 *     kitchen=10.0.0.7:3232 file=a.bin password-file="my secret"   # plain
 *     name,host,file,floor                                # CSV: a header,
 *     kitchen,10.0.0.7,a.bin,2                            #   then rows
 *     {"host":"kitchen.local","port":8266}                # JSON lines
 *
 * How a device is written: base/device.h.  Keys are long option names.  In
 * JSON, which "discover --json" prints, keys that are none are left alone; in
 * CSV such a column is a label, elsewhere an error.  "@NAME" instead of a host
 * is the device of that name in the configuration files, or every device of
 * that group.
 */
#ifndef EO_INVENTORY_H
#define EO_INVENTORY_H

#include "conf/config.h"
#include "conf/opts.h"

struct label {
    char *key, *value; /* as written */
};

struct target_row {
    char *name; /* what it is called: NAME, or all that was given */
    char *key;  /* by which files and journal know it: NAME, or the host */
    char *host; /* where it is, or its URL; NULL: where the files say */
    bool named; /* NAME was given */
    bool again; /* there is such a row already */
    struct label *labels;
    size_t n_labels;
    struct settings settings; /* a port given with the host among them */
};

struct target_list {
    struct target_row *at;
    size_t n, cap;
};

/* Adds the rows of len bytes of text (changed, and not kept); path is for
 * messages.  Fails with USAGE, naming path and line. */
int eo_targets_parse(struct target_list *, char *text, size_t len,
                     const char *path, const struct config *,
                     struct espota_error *err) EO_MUST_CHECK;

/* The same for a file; "-" is standard input. */
int eo_targets_read(struct target_list *, const char *path,
                    const struct config *, struct espota_error *err)
    EO_MUST_CHECK;

/* Adds one as people write it, or those that "@NAME" stands for. */
int eo_targets_add(struct target_list *, const char *text,
                   const struct config *, struct espota_error *err)
    EO_MUST_CHECK;

/* Adds what -i and ESPOTA_HOST give; a port there and another in -p is an
 * error. */
int eo_targets_ip(struct target_list *, const struct opts *,
                  const struct config *, struct espota_error *err)
    EO_MUST_CHECK;

/* Calls the row NAME, which may have blanks. */
int eo_targets_name(struct target_row *, const char *name,
                    struct espota_error *err) EO_MUST_CHECK;
int eo_targets_label(struct target_row *, const char *key, const char *value,
                     struct espota_error *err) EO_MUST_CHECK;

/* Drops what is there twice, with a note; fails (USAGE) where one NAME is given
 * to two devices. */
int eo_targets_unique(struct target_list *, struct notes *,
                      struct espota_error *err) EO_MUST_CHECK;

/* Removes all that belong to another shard: each name is in exactly one of n
 * shards, whatever the others are.  k counts from 1. */
void eo_targets_shard(struct target_list *, uint32_t k, uint32_t n);

void eo_targets_free(struct target_list *);

#endif
