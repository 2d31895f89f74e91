/* catalog.h -- which file each device gets: by its name, by a rule, or by
 * chip. */
#ifndef EO_CATALOG_H
#define EO_CATALOG_H

#include <espota/serve.h>

#include "serve/pull.h"
#include "serve/store.h"

struct catalog;

/* Copies what it needs of the configuration. */
int eo_catalog_new(struct catalog **out, const struct espota_serve_config *,
                   struct espota_error *err) EO_MUST_CHECK;
int eo_catalog_set_rules(struct catalog *, const struct espota_serve_rule *,
                         size_t n, struct espota_error *err) EO_MUST_CHECK;
/* Reads every named file, so that errors show early and no device waits while
 * images are hashed and compressed. */
int eo_catalog_preload(struct catalog *, struct espota_error *err)
    EO_MUST_CHECK;
void eo_catalog_free(struct catalog *);

enum choice_what {
    CHOICE_IMAGE,
    CHOICE_MD5,     /* the image's MD5, as text */
    CHOICE_MANIFEST /* for ESPHome's update entity */
};

struct choice {
    enum choice_what what;
    struct stored *firmware, *filesystem; /* NULL: none */
    bool by_name;        /* the request named this file, whatever it holds */
    const char *version; /* NULL: not known; lives as long as the catalog's
                            rules do */
    char name[64];       /* "kitchen", for /kitchen.bin */
    char href[192];      /* where the image is, as a manifest names it */
};

/* Release the choice with eo_choice_done().  If nothing can be given at all,
 * the answer is a refusal; otherwise its status stays 0. */
void eo_catalog_choose(struct catalog *, const struct pull_request *,
                       struct choice *, struct pull_answer *);
void eo_choice_done(struct choice *);

#endif
