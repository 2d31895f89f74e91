/* inventory.h -- the devices of a fleet.
 *
 * A targets file has one device on each line, in one of three forms.  Its first
 * line that is neither empty nor a comment decides which:
 *
 *     kitchen=10.0.0.7:3232 file=a.bin password-file="my secret"   # plain
 *     name,host,file,floor                                # CSV: a header,
 *     kitchen,10.0.0.7,a.bin,2                            #   then rows
 *     {"host":"kitchen.local","port":8266}                # JSON lines
 *
 * base/device.h says how a device is written.  Keys are long option names.  A
 * key that is not an option is ignored in JSON, which "discover --json" prints;
 * in CSV such a column is a label; in plain lines it is an error.  "@NAME"
 * instead of a host means the device of that name in the configuration files,
 * or every device of that group.
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
    char *key;  /* its name in files and journal: NAME, or the host */
    char *host; /* its address or URL; NULL: see the configuration files */
    bool named; /* NAME was given */
    bool again; /* the same row is there already */
    struct label *labels;
    size_t n_labels;
    struct settings settings; /* include a port given with the host */
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

/* Adds a device as people write it, or all that "@NAME" stands for. */
int eo_targets_add(struct target_list *, const char *text,
                   const struct config *, struct espota_error *err)
    EO_MUST_CHECK;

/* Adds what -i and ESPOTA_HOST give.  A port there that differs from -p is an
 * error. */
int eo_targets_ip(struct target_list *, const struct opts *,
                  const struct config *, struct espota_error *err)
    EO_MUST_CHECK;

/* Gives the row its NAME, which may contain blanks. */
int eo_targets_name(struct target_row *, const char *name,
                    struct espota_error *err) EO_MUST_CHECK;
int eo_targets_label(struct target_row *, const char *key, const char *value,
                     struct espota_error *err) EO_MUST_CHECK;

/* Drops repeated rows, with a note; fails (USAGE) if two devices have the same
 * NAME. */
int eo_targets_unique(struct target_list *, struct notes *,
                      struct espota_error *err) EO_MUST_CHECK;

/* Removes all rows that belong to another shard.  Each name is in exactly one
 * of n shards, whatever other names there are.  k counts from 1. */
void eo_targets_shard(struct target_list *, uint32_t k, uint32_t n);

void eo_targets_free(struct target_list *);

#endif
