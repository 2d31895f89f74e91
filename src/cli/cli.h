/* cli.h -- what every command is made of and run with. */
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
    int (*run)(struct cli *); /* gives the exit status */
    const char *alias;    /* another name, or NULL */
    const char *about;    /* what it does, in a sentence or two */
    const char *examples; /* a command line each */
};

struct cli {
    const struct command *commands; /* all; ends with a NULL name */
    const struct command *command;
    bool as_espota_py;      /* by its name: a recipe calls that was its */
    struct parsed parsed;   /* the command line */
    struct settings env;    /* the environment */
    struct config config;   /* the files */
    struct opts opts;       /* of no device in particular */
    struct notes notes;     /* warnings so far */
};

/* NULL, with the nearest right spelling in *err: there is none of that name. */
const struct command *eo_command_named(const struct command *commands,
                                       const char *name,
                                       struct espota_error *err);

/* Fills the options of one device (NULL: of none in particular): its own
 * (NULL: it has none), command line, environment, its section of the files,
 * its group's, the defaults.  eo_opts_free() them also on failure. */
int eo_cli_opts(const struct cli *, const char *device,
                const struct settings *own, struct opts *,
                struct espota_error *err) EO_MUST_CHECK;

/* The same of the devices of a group that say nothing else. */
int eo_cli_group_opts(const struct cli *, const char *group, struct opts *,
                      struct espota_error *err) EO_MUST_CHECK;

/* The exit status of an error, with the number of the signal that ended us. */
int eo_cli_status(const struct espota_error *);
/* ... where a signal ended the command: 128 and its number. */
int eo_cli_interrupted(void);

/* Prints "espota-c: message" and the hint; gives the exit status. */
int eo_cli_fail(const struct espota_error *);

/* Prints and forgets the warnings so far, where no front end shows them. */
void eo_cli_notes(struct cli *);

/* "--debug": every setting that was given, and by whom. */
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

/* -h: the common options of a command; all: every one.  On stdout. */
void eo_help(const struct command *commands, const struct command *,
             bool all);

#endif
