/* config.h -- settings from the environment and from INI files.
 *
 *     [defaults]            for every device
 *     [group NAME]          for the devices that say "group = NAME"
 *     [device NAME]         for -i NAME; "ip = HOST[:PORT]" is where it is
 *
 * Keys are long option names; a value may stand in double quotes.  Files are
 * meant from where the configuration is.  A line has up to INI_LINE bytes.
 */
#ifndef EO_CONFIG_H
#define EO_CONFIG_H

#include "conf/config_file.h"
#include "conf/notes.h"
#include "conf/opts.h"

enum section_kind { SECTION_DEVICE, SECTION_GROUP, SECTION_DEFAULTS };

struct section {
    enum section_kind kind;
    char *name;  /* "" for defaults */
    char *group; /* of a device, or NULL */
    char *group_where; /* with it: file and line */
    unsigned group_nth, group_line; /* the same, to be sorted by */
    bool again;  /* a section of that device came before */
    struct settings settings;
};

/* What is wrong in the files, by file and line. */
struct config_problem {
    struct espota_error error; /* "FILE:LINE: what" */
    unsigned nth, line;        /* of the nth file; line 0: all of it */
};

struct config_problems {
    struct config_problem *at;
    size_t n;
};

/* In the order they were read: the strongest file first. */
struct config {
    struct section *at;
    size_t n, cap;
    struct section **sorted; /* by kind, then name, then place */
    struct section **member; /* devices that are in a group: by that, then place */
    size_t n_members;
    /* NULL: the first problem ends the reading.  Else all of them are kept
     * there, and the functions below succeed. */
    struct config_problems *problems;
};

/* ESPOTA_*: every variable an option names. */
int eo_env_settings(struct settings *, struct espota_error *err) EO_MUST_CHECK;

/* The files o asks for: the one it names, or that which is found and the
 * user's, or none.  Fails (USAGE) naming file and line. */
int eo_config_load(struct config *, const struct opts *o, struct notes *,
                   struct espota_error *err) EO_MUST_CHECK;

/* One file as the n-th (0: the strongest). */
int eo_config_read(struct config *, const char *path, unsigned nth,
                   enum config_trust, struct notes *, struct espota_error *err)
    EO_MUST_CHECK;

/* What files are read with: "inih"; NULL: it was left out of this build, and
 * those above and the map of "serve" with it. */
const char *eo_config_library(void);

/* *err is wrong in a file: 0 where all problems are wanted, else -1 with it. */
int eo_config_problem(struct config *, unsigned nth, unsigned line,
                      struct espota_error *err) EO_MUST_CHECK;
void eo_config_problems_free(struct config_problems *);

/* Sorts the sections, so that a device's and a group's are found. */
int eo_config_index(struct config *, struct espota_error *err) EO_MUST_CHECK;

/* When all are read: does every group there is have a section? */
int eo_config_check(struct config *, struct espota_error *err)
    EO_MUST_CHECK;
void eo_config_free(struct config *);

/* Applies what the files say of the device; NULL: of none. */
int eo_config_apply(const struct config *, const char *device, struct opts *,
                    struct espota_error *err) EO_MUST_CHECK;
/* ... of every device of the group that says nothing else. */
int eo_config_apply_group(const struct config *, const char *group,
                          struct opts *, struct espota_error *err)
    EO_MUST_CHECK;

/* Is there a section of that device?  A section of that group, or a device in
 * it? */
bool eo_config_knows(const struct config *, const char *device);
bool eo_config_knows_group(const struct config *, const char *group);

/* What is nearest to it among the names of devices and groups, or NULL. */
const char *eo_config_nearest(const struct config *, const char *name);

/* The group that the device is in, and where that is said; NULL: none. */
const char *eo_config_group(const struct config *, const char *device,
                            const char **where);

/* The device of exactly that name, or NULL; and the members of the group, *n of
 * them, in the order of the files. */
const struct section *eo_config_device(const struct config *, const char *name);
struct section *const *eo_config_members(const struct config *,
                                         const char *group, size_t *n);

/* The address in the device's own section, or NULL. */
const struct setting *eo_config_address(const struct config *,
                                        const char *device);

#endif
