/* opts.h -- the options: one table, and what can be read from it.
 *
 * The parser, --help, the completions, the keys of the configuration files,
 * the environment and the check of the man page all come from OPTS in opts.c.
 *
 * A value is handled in two steps.  The reader of a source (parse.c for the
 * command line, config.c for the environment and the files) makes *settings*,
 * the strongest source first; then eo_opts_apply() fills struct opts from them.
 * Settings own their text; struct opts borrows it.
 */
#ifndef EO_OPTS_H
#define EO_OPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <espota/fleet.h>

#include "base/device.h"
#include "base/err.h"
#include "conf/reports.h"

/* Which commands know an option. */
enum {
    CMD_UPLOAD = 1 << 0,
    CMD_FLEET = 1 << 1,
    CMD_DISCOVER = 1 << 2,
    CMD_INSPECT = 1 << 3,
    CMD_SERVE = 1 << 4,
    CMD_WAIT = 1 << 5,
    CMD_SIGN = 1 << 6,
    CMD_HELP = 1 << 7,
    CMD_VERSION = 1 << 8,
    CMD_COMPLETION = 1 << 9,
    CMD_CONFIG = 1 << 10,
    CMD_ALL = (1 << 11) - 1
};

enum opt_kind {
    OPT_FLAG,    /* bool; a file says "yes" or "no" */
    OPT_COUNT,   /* unsigned: how often it was given; a file says the number */
    OPT_TEXT,    /* const char * */
    OPT_TEXTS,   /* struct texts: may be given again, to add one more */
    OPT_NUMBER,  /* uint32_t from min to max, or the index of one of words */
    OPT_SECONDS, /* uint32_t in ms, min and max in seconds: "5", "0.25" */
    OPT_RANGE,   /* struct range: "N" or "N-M", each from min to max */
    OPT_WORD     /* int: the index of one of words */
};

enum { /* opt.flags */
    OPT_SECRET = 1,    /* never shown; wiped from argv */
    OPT_CONFIG = 2,    /* allowed in a configuration file */
    OPT_COMMON = 4,    /* shown by -h, not only by "help COMMAND" */
    OPT_DROPIN = 8,    /* espota.py has it: its abbreviations win */
    OPT_OPTIONAL = 16, /* the value is optional: only as --name=VALUE */
    OPT_FILE = 32,     /* the value is a file: completions offer files */
    OPT_DEVICE = 64,   /* the value is a device (base/device.h) or @GROUP */
    OPT_COMMAND = 128  /* it starts a command: not in a CONFIG_FOUND file */
};

enum opt_group {
    OPT_G_WHAT,
    OPT_G_SECRET,
    OPT_G_NETWORK,
    OPT_G_IMAGE,
    OPT_G_TIME,
    OPT_G_VERIFY,
    OPT_G_ROLLOUT,
    OPT_G_OUTPUT,
    OPT_G_OTHER,
    OPT_GROUPS
};

struct opt {
    char brief; /* 0: none */
    const char *name;
    enum opt_kind kind;
    size_t at; /* offset in struct opts */
    uint32_t min, max;
    const char *(*words)(size_t i); /* words it takes; NULL after the last */
    const char *arg;          /* as --help shows it; NULL: takes no value */
    unsigned commands;
    enum opt_group group;
    unsigned flags;
    const char *help;  /* {}: the words; see eo_opt_help() */
    const char *alias; /* another long name, or NULL */
    const char *def;   /* the default as a user would give it, or NULL */
    const char *env;   /* the variable that gives it, or NULL */
    /* Of the rows with the same letter, only those given by the strongest
     * source count: a password on the command line hides every other way of
     * giving one. */
    char exclusive;
    const char *(*listed)(size_t i); /* a long list of names for its help */
};

struct texts {
    const char **at;
    size_t n;
};

struct range {
    uint32_t from, to; /* both 0: not given */
};

/* Where a value came from.  Level 0 is the default, 1 the strongest source. */
struct origin {
    unsigned level;
    const char *where;
};

enum { OPTS_MAX = 96, LEVEL_OWN = 1, LEVEL_ARGV, LEVEL_ENV, LEVEL_CONFIG };

enum { ORDER_GIVEN, ORDER_RANDOM, ORDER_SLOWEST };
enum { ONLY_ALL, ONLY_FAILED };
enum { OFFLINE_FAIL, OFFLINE_SKIP, OFFLINE_WAIT };
enum { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct opts {
    struct texts ip;
    uint32_t port;
    const char *file;
    int protocol; /* index for espota_protocol_word_at() */
    bool filesystem;
    bool yes;

    const char *auth;
    struct texts auth_file;
    bool auth_stdin, ask_auth;
    const char *key, *key_file;

    const char *host_ip;
    struct range host_port;
    bool ipv4, ipv6;
    int resolver; /* index for espota_resolver_at() */
    struct texts resolve;

    struct espota_how how;
    bool no_signed, from_factory, force, dry_run;
    const char *extract; /* of "inspect" */

    uint32_t connect_ms, stall_ms;
    uint32_t retry, retry_delay_ms, max_ms; /* max 0: no limit */

    const char *sign_key, *sign_pub, *sign_out; /* of "sign" */
    bool sign_verify;
    uint32_t collect_ms; /* 0: not given */
    uint32_t wait_ms, wait_port;   /* of "wait" */
    uint32_t wait_online_ms;       /* 0: not given */
    bool watch, as_targets;
    struct texts filter;

    bool progress, debug, quiet;
    unsigned verbose;
    const char *json; /* "": on stdout; NULL: not wanted */
    int color;

    const char *bind, *map, *dir, *fw_version; /* of serve */
    uint32_t serve_port, once, max_repeats;
    const char *tls_cert, *tls_key, *drop_to;
    enum espota_verify verify;
    uint32_t verify_ms;
    const char *expect_version, *expect_hash;
    bool if_changed;

    uint32_t jobs, rate, per_host, hook_timeout_ms;
    /* "N" or "P%"; waves has several */
    const char *canary, *waves, *wave_max_fail, *max_fail;
    int order, only, offline;
    const char *journal, *shard, *before, *after;
#define X(option, make) const char *option;
    REPORTS(X)
#undef X
    bool hook_shell;
    const char *user, *profile, *path, *tls_ca; /* of a web page */

    const char *config;
    bool no_config, help, version;
    bool own_config; /* of "config init" */

    struct origin from[OPTS_MAX]; /* by row */
};


/* The address family wanted, as the library takes it: 0, 4 or 6. */
static inline int eo_opts_family(const struct opts *o)
{
    return o->ipv4 == o->ipv6 ? 0 : o->ipv4 ? 4 : 6;
}

/* The i-th row, or NULL after the last. */
const struct opt *eo_opt_at(size_t i);
size_t eo_opt_index(const struct opt *);
enum { OPT_WORDS_MAX = 16, OPT_HELP = 200 };

/* Its words, and NULL after the last. */
void eo_opt_words(const struct opt *, const char *out[OPT_WORDS_MAX + 1]);

/* Its help, with its words in place of {}; stored in out if necessary. */
const char *eo_opt_help(const struct opt *, char out[OPT_HELP]);

const char *eo_opt_group_title(enum opt_group);

/* Finds an option of the given commands by its exact long name or alias; '-'
 * and '_' are the same.  NULL: there is none. */
const struct opt *eo_opt_find(unsigned commands, const char *name);
/* Finds it by its letter. */
const struct opt *eo_opt_brief(unsigned commands, char brief);
/* Finds it by an unambiguous beginning of len characters.  The error suggests
 * what was probably meant. */
const struct opt *eo_opt_match(unsigned commands, const char *name, size_t len,
                               struct espota_error *err);

/* ---- settings: options with their values -------------------------------- */

struct setting {
    const struct opt *opt;
    char *value; /* NULL: a flag that was given */
    unsigned level;
    char *where; /* "command line", "ESPOTA_PORT", ".espota.conf:3" */
};

struct settings {
    struct setting *at;
    size_t n, cap;
};

/* Does the value contain another option that gives a secret?  Quotes in the
 * wrong place cause that. */
bool eo_holds_secret(const struct opt *, const char *value);

/* Copies value and where; fails (USAGE) if the option cannot take it. */
int eo_settings_add(struct settings *, const struct opt *, const char *value,
                    unsigned level, const char *where,
                    struct espota_error *err) EO_MUST_CHECK;
/* Overwrites the secrets among them. */
void eo_settings_wipe(struct settings *);
void eo_settings_free(struct settings *);

/* Are all ports among them the same?  A device has only one. */
bool eo_settings_one_port(const struct settings *);

/* ---- options, filled ---------------------------------------------------- */

int eo_opts_init(struct opts *, struct espota_error *err) EO_MUST_CHECK;

/* Fills in what no stronger source has given yet: call it with the strongest
 * first.  Within one level the last wins.  Borrows the settings' text until
 * eo_opts_free(). */
int eo_opts_apply(struct opts *, const struct settings *,
                  struct espota_error *err) EO_MUST_CHECK;
void eo_opts_free(struct opts *);

/* Was the option given by any source?  field: the address of its field. */
bool eo_opts_given(const struct opts *, const void *field);
/* The level of the source that gave it; 0: none did. */
unsigned eo_opts_level(const struct opts *, const void *field);

/* Reads a device as eo_device_read() does, but does not accept an option's name
 * as NAME: a password would follow "auth=". */
int eo_device_given(struct device_words *, const char *text,
                    struct espota_error *err) EO_MUST_CHECK;

/* Does the option have a value for a run: was it given, or is there a default?
 * Options that only say how a command prints, such as --json, do not count. */
bool eo_opts_in_force(const struct opts *, const struct opt *);

/* Its value as text for people; secrets are masked.  OPT_VALUE bytes are enough
 * for any value in a configuration and for what eo_opts_describe() adds. */
enum { OPT_VALUE = 32768 };
void eo_opts_value(const struct opts *, const struct opt *, char *out,
                   size_t cap);

/* What was given: "port = 8266 (command line)". */
void eo_opts_describe(const struct opts *, const struct opt *, char *out,
                      size_t cap);

int eo_texts_add(struct texts *, const char *) EO_MUST_CHECK;
void eo_texts_free(struct texts *);

#endif
