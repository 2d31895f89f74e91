/* config.h -- settings from the environment and from INI files.
 *
 *     [defaults]            for every device
 *     [group NAME]          for the devices that say "group = NAME"
 *     [device NAME]         for -i NAME; "ip = ADDRESS" is where it is
 *
 * Keys are long option names.  A line is at most some 190 bytes.
 */
#ifndef EO_CONFIG_H
#define EO_CONFIG_H

#include "cli/notes.h"
#include "cli/opts.h"

enum section_kind { SECTION_DEVICE, SECTION_GROUP, SECTION_DEFAULTS };

struct section {
    enum section_kind kind;
    char *name;  /* "" for defaults */
    char *group; /* of a device, or NULL */
    struct settings settings;
};

/* In the order they were read: the strongest file first. */
struct config {
    struct section *at;
    size_t n;
};

/* ESPOTA_*: every variable an option names. */
int eo_env_settings(struct settings *, struct espota_error *err) EO_MUST_CHECK;

/* The files o asks for: --config alone, or ./.espota.conf and the user's, or
 * none.  Fails (USAGE) naming file and line. */
int eo_config_load(struct config *, const struct opts *o, struct notes *,
                   struct espota_error *err) EO_MUST_CHECK;

/* One file as the n-th (0: the strongest).  missing_ok: its absence is no
 * error. */
int eo_config_read(struct config *, const char *path, unsigned nth,
                   bool missing_ok, struct notes *, struct espota_error *err)
    EO_MUST_CHECK;
void eo_config_free(struct config *);

/* Applies what the files say of the device; NULL: of none. */
int eo_config_apply(const struct config *, const char *device, struct opts *,
                    struct espota_error *err) EO_MUST_CHECK;

/* The address in the device's own section, or NULL. */
const struct setting *eo_config_address(const struct config *,
                                        const char *device);

#endif
