/* inventory_inside.h -- what the readers of the three forms of a targets file
 * share. */
#ifndef EO_INVENTORY_INSIDE_H
#define EO_INVENTORY_INSIDE_H

#include "conf/inventory.h"

struct reading {
    struct target_list *list;
    const struct config *config;
    const char *path;
    unsigned line;
    struct espota_error *err;
};

/* Each fails with -1 and puts file and line in front of the message. */
int eo_reading_fail(struct reading *, const char *what);
int eo_reading_complain(struct reading *, const char *what, const char *which);

/* For an error whose source does not know the file and line. */
int eo_reading_place(struct reading *);

/* The option of that name, if a file may set it, or NULL. */
const struct opt *eo_reading_key(const char *key);
/* A key that is at most one edit or one swap away, or NULL. */
const char *eo_reading_nearly(const char *key);
int eo_reading_unknown(struct reading *, const char *key);

/* Adds the rows that a host or "@NAME" stands for. */
int eo_reading_add(struct reading *, const char *host);
int eo_reading_set(struct reading *, struct target_row *, const char *key,
                   const char *value);
/* Checks the complete row: two ports in it must be the same. */
int eo_reading_end(struct reading *, const struct target_row *);

/* ---- CSV ----------------------------------------------------------------- */

enum { COLUMNS_MAX = 64 };

struct header {
    char *name[COLUMNS_MAX]; /* as written */
    const struct opt *opt[COLUMNS_MAX]; /* NULL: a label, host or name */
    size_t n, host, called; /* columns; called == n: none has names */
    char between;
};

bool eo_csv_is_header(const char *line);
int eo_csv_header(struct reading *, struct header *, char *line);
int eo_csv_line(struct reading *, const struct header *, char *line);

/* ---- JSON ---------------------------------------------------------------- */

int eo_json_target(struct reading *, const char *line);

#endif
