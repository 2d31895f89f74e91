/* targets.h -- which devices a fleet is made of.
 *
 * A targets file has one device a line, in one of three forms told apart by
 * its first line that is neither empty nor a comment:
 *
 *     kitchen.local file=a.bin password-file="my secret"   # plain
 *     host,file,port                                       # CSV: a header,
 *     kitchen.local,a.bin,8266                             #   then rows
 *     {"host":"kitchen.local","port":8266}                 # JSON lines
 *
 * Keys are long option names.  In JSON, which "discover --json" prints, keys
 * that are none are left alone; elsewhere they are errors.  "@NAME" instead of
 * a host is the device of that name in the configuration files, or every
 * device of that group.
 */
#ifndef EO_TARGETS_H
#define EO_TARGETS_H

#include "cli/config.h"
#include "cli/opts.h"

struct target_row {
    char *name; /* what the user called it */
    struct settings settings;
};

struct target_list {
    struct target_row *at;
    size_t n;
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

/* Adds one by name alone, or those that "@NAME" stands for. */
int eo_targets_add(struct target_list *, const char *name,
                   const struct config *, struct espota_error *err)
    EO_MUST_CHECK;

/* A new row of this very name at the end; NULL: no memory. */
struct target_row *eo_targets_row(struct target_list *, const char *name,
                                  struct espota_error *err);

/* Removes all that belong to another shard: each name is in exactly one of n
 * shards, whatever the others are.  k counts from 1. */
void eo_targets_shard(struct target_list *, uint32_t k, uint32_t n);

void eo_targets_free(struct target_list *);

#endif
