/* cmd_config.h -- the parts of "espota-c config". */
#ifndef EO_CMD_CONFIG_H
#define EO_CMD_CONFIG_H

#include "cli/cli.h"

/* Each returns the exit status. */
int eo_cmd_config_init(struct cli *);
int eo_cmd_config_show(struct cli *);

/* ---- for programs: each prints a line of JSON ------------------------------ */

/* A place where configuration files are searched for.  how is "named", "found"
 * or "user"; a why of "" is printed as null. */
void eo_config_json_place(const char *path, const char *state,
                          const char *how, const char *why);

/* A file that was checked, and its problems. */
void eo_config_json_checked(const char *path, const struct config_problem *,
                            size_t n);

/* A device, a group, or neither. */
struct config_whose {
    const char *name;  /* NULL: neither */
    const char *kind;  /* "device" or "group", or NULL */
    const char *group; /* the group it is in, or NULL */
    const char *where; /* which file says so */
    struct section *const *members; /* of a group */
    size_t n_members;
};

/* The settings in force for it. */
void eo_config_json_shown(const struct config_whose *, const struct opts *);

#endif
