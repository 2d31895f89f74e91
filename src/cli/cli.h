/* cli.h -- what all commands share: their table entry, their state, helpers. */
#ifndef EO_CLI_H
#define EO_CLI_H

#include "conf/config.h"
#include "conf/notes.h"
#include "conf/opts.h"
#include "conf/parse.h"

struct cli;

struct command {
    const char *name;
    unsigned bit;     /* CMD_... */
    const char *args; /* as the usage line shows them, or "" */
    size_t min_args, max_args;
    const char *summary;
    int (*run)(struct cli *); /* returns the exit status */
    const char *alias;    /* another name, or NULL */
    const char *about;    /* what it does, in a sentence or two */
    const char *examples; /* one command line each */
};

struct cli {
    const struct command *commands; /* all; ends with a NULL name */
    const struct command *command;
    bool as_espota_py;      /* a build recipe left "espota.py" in front */
    struct parsed parsed;   /* the command line */
    struct settings env;    /* the environment */
    struct config config;   /* the files */
    struct opts opts;       /* that apply to no device in particular */
    struct notes notes;     /* warnings so far */
};

/* NULL: there is no command of that name; *err has the nearest one. */
const struct command *eo_command_named(const struct command *commands,
                                       const char *name,
                                       struct espota_error *err);

/* Fills in the options of one device (NULL: of no particular device).  They
 * come, strongest first, from its own settings (NULL: it has none), the
 * command line, the environment, its section of the files, the section of its
 * group, and the defaults.  Call eo_opts_free() on them also after a failure.
 */
int eo_cli_opts(const struct cli *, const char *device,
                const struct settings *own, struct opts *,
                struct espota_error *err) EO_MUST_CHECK;

/* The same for the devices of a group that set nothing themselves. */
int eo_cli_group_opts(const struct cli *, const char *group, struct opts *,
                      struct espota_error *err) EO_MUST_CHECK;

/* The exit status of an error; 128 plus the signal if a signal ended us. */
int eo_cli_status(const struct espota_error *);
/* The exit status after a signal ended the command: 128 plus its number. */
int eo_cli_interrupted(void);

/* Prints "espota-c: message" and the hint; returns the exit status. */
int eo_cli_fail(const struct espota_error *);

/* Prints and clears the warnings so far.  For commands without a front end
 * that shows them. */
void eo_cli_notes(struct cli *);

/* For "--debug": prints every setting that was given, and where. */
void eo_cli_describe(const char *device, const struct opts *);

/* ---- commands ----------------------------------------------------------- */

int eo_cmd_upload(struct cli *);
int eo_cmd_serve(struct cli *);
int eo_cmd_fleet(struct cli *);
int eo_cmd_inspect(struct cli *);
int eo_cmd_sign(struct cli *);
int eo_cmd_discover(struct cli *);
int eo_cmd_wait(struct cli *);
int eo_cmd_help(struct cli *);
int eo_cmd_version(struct cli *);
int eo_cmd_completion(struct cli *);
int eo_cmd_config(struct cli *);

/* Prints help on stdout.  all false (-h): the common options of a command;
 * true: every option. */
void eo_help(const struct command *commands, const struct command *,
             bool all);

#endif
