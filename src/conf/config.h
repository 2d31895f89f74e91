/* config.h -- settings from the environment and from INI files.
 *
 *     [defaults]            for every device
 *     [group NAME]          for the devices that say "group = NAME"
 *     [device NAME]         for -i NAME; "ip = HOST[:PORT]" is its address
 *
 * Keys are long option names; a value may be in double quotes.  Names of files
 * are relative to the configuration file.  A line has up to INI_LINE bytes.
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
    char *group_where; /* the file and line that give the group */
    unsigned group_nth, group_line; /* the same, for sorting */
    bool again;  /* the device had a section before */
    struct settings settings;
};

/* What is wrong in the files, by file and line. */
struct config_problem {
    struct espota_error error; /* "FILE:LINE: what" */
    unsigned nth, line;        /* line of the nth file; 0: the whole file */
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
    struct section **member; /* devices in a group: by group, then place */
    size_t n_members;
    /* NULL: the first problem ends the reading.  Otherwise all problems are
     * kept there, and the functions below succeed. */
    struct config_problems *problems;
};

/* Reads ESPOTA_*: every variable that an option names. */
int eo_env_settings(struct settings *, struct espota_error *err) EO_MUST_CHECK;

/* Reads the files that o asks for: the one it names, or none, or by default the
 * one that is found and then the user's own.  Fails (USAGE) naming file and
 * line. */
int eo_config_load(struct config *, const struct opts *o, struct notes *,
                   struct espota_error *err) EO_MUST_CHECK;

/* Reads one file as the nth (0: the strongest). */
int eo_config_read(struct config *, const char *path, unsigned nth,
                   enum config_trust, struct notes *, struct espota_error *err)
    EO_MUST_CHECK;

/* The library that reads the files: "inih".  NULL: it was left out of this
 * build, and with it these files and the map of "serve". */
const char *eo_config_library(void);

/* Notes the problem *err of a file.  0: it was kept, because all problems are
 * wanted; -1: the reading ends with *err. */
int eo_config_problem(struct config *, unsigned nth, unsigned line,
                      struct espota_error *err) EO_MUST_CHECK;
void eo_config_problems_free(struct config_problems *);

/* Sorts the sections, so that those of a device or a group can be found. */
int eo_config_index(struct config *, struct espota_error *err) EO_MUST_CHECK;

/* When all files are read: does every group have a section? */
int eo_config_check(struct config *, struct espota_error *err)
    EO_MUST_CHECK;
void eo_config_free(struct config *);

/* Applies what the files say about the device; NULL: about no device. */
int eo_config_apply(const struct config *, const char *device, struct opts *,
                    struct espota_error *err) EO_MUST_CHECK;
/* Applies what they say about any device of the group that has no settings of
 * its own. */
int eo_config_apply_group(const struct config *, const char *group,
                          struct opts *, struct espota_error *err)
    EO_MUST_CHECK;

/* Does the device have a section?  Does the group have a section, or a device
 * in it? */
bool eo_config_knows(const struct config *, const char *device);
bool eo_config_knows_group(const struct config *, const char *group);

/* The name of a device or group that is nearest to name, or NULL. */
const char *eo_config_nearest(const struct config *, const char *name);

/* The group of the device, and the place that says so; NULL: none. */
const char *eo_config_group(const struct config *, const char *device,
                            const char **where);

/* The device of exactly that name, or NULL; the *n members of the group, in the
 * order of the files. */
const struct section *eo_config_device(const struct config *, const char *name);
struct section *const *eo_config_members(const struct config *,
                                         const char *group, size_t *n);

/* The address in the device's own section, or NULL. */
const struct setting *eo_config_address(const struct config *,
                                        const char *device);

#endif
