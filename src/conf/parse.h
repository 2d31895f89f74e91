/* parse.h -- the command line, as espota.py and its callers write it. */
#ifndef EO_PARSE_H
#define EO_PARSE_H

#include "conf/notes.h"
#include "conf/opts.h"

struct parsed {
    struct settings settings;
    struct texts args; /* arguments that are not options; borrowed from argv */
};

/* Reads the options of command in argv[0..argc), which holds neither the
 * program's nor the command's name.  Secrets are wiped from argv, so that ps
 * does not show them. */
int eo_parse_args(struct parsed *, unsigned command, int argc, char **argv,
                  struct notes *, struct espota_error *err) EO_MUST_CHECK;
void eo_parsed_free(struct parsed *);

/* How many arguments at the front are not for us: build systems replace the
 * interpreter but still pass "-I .../espota.py" or ".../espota.py". */
int eo_parse_skip(int argc, char *const *argv);

#endif
