/* inventory_csv.c -- a targets file as spreadsheets write it: RFC 4180 with one
 * record on each line.  The header decides between commas, semicolons and
 * tabs. */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "conf/inventory_inside.h"

static const char LABEL[] = "label:";

/* The first of the three that is outside quotes; '\0': there is none. */
static char separator(const char *line)
{
    bool quoted = false;

    for (; *line != '\0'; line++) {
        quoted ^= *line == '"';
        if (!quoted && strchr(",;\t", *line) != NULL)
            return *line;
    }
    return '\0';
}

/* One field, unquoted in place; *line is behind its separator, or NULL at the
 * end.  NULL: its quote is not closed. */
static char *next_field(char **line, char between)
{
    char *in = *line, *out = in, *field = in;
    bool quoted = *in == '"';

    for (in += quoted; *in != '\0' && (quoted || *in != between); in++) {
        if (!quoted || *in != '"')
            *out++ = *in;
        else if (in[1] == '"')
            *out++ = *in++;
        else
            quoted = false;
    }
    *line = *in != '\0' ? in + 1 : NULL;
    *out = '\0';
    return quoted ? NULL : field;
}

/* Splits in place. */
static int split(struct reading *r, char *line, char between, char **field,
                 size_t *n)
{
    for (*n = 0; line != NULL; (*n)++) {
        if (*n == COLUMNS_MAX)
            return eo_reading_fail(r, "more than 64 columns");
        field[*n] = next_field(&line, between);
        if (field[*n] == NULL)
            return eo_reading_fail(r, "a quote is not closed on its line");
    }
    return 0;
}

/* ---- the header ---------------------------------------------------------- */

static void trim(char *text)
{
    const size_t blank = strspn(text, " \t");
    size_t n = strlen(text + blank);

    memmove(text, text + blank, n + 1);
    while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t'))
        text[--n] = '\0';
}

static bool names_a_host(const char *column)
{
    return eo_same_nocase(column, "host") || eo_same_nocase(column, "ip");
}

static bool is_called(const char *column)
{
    return eo_same_nocase(column, "name");
}

bool eo_csv_is_header(const char *line)
{
    const char between = separator(line);
    const size_t word = strcspn(line, " \t");

    if (between == ',' || (between == ';' && strcspn(line, ";") < word))
        return true;
    do { /* one column, or tabs: a header only if a column is host or name */
        const size_t n = between != '\0' ? strcspn(line, (char[]){between, 0})
                                         : strlen(line);
        char column[16] = "";

        if (n < sizeof column)
            memcpy(column, line, n);
        if (column[0] == '"' && n > 1 && column[n - 1] == '"') {
            column[n - 1] = '\0';
            memmove(column, column + 1, n - 1);
        }
        trim(column);
        if (names_a_host(column) || is_called(column))
            return true;
        line += n;
    } while (*line++ != '\0');
    return false;
}

static const struct opt *option_of(const char *column)
{
    char name[40];
    size_t n = strlen(column);

    if (n >= sizeof name)
        return NULL;
    for (size_t i = 0; i <= n; i++)
        name[i] = eo_lower(column[i]);
    return eo_opt_find(CMD_FLEET, name);
}

/* An unknown column is a label, unless it looks like a typing mistake. */
static int one_column(struct reading *r, struct header *h, size_t i)
{
    char lower[40], what[200];
    const struct opt *opt = option_of(h->name[i]);
    const char *near;

    if (eo_starts_with(h->name[i], LABEL)) {
        h->name[i] += strlen(LABEL);
        return 0;
    }
    if (opt != NULL && (opt->flags & OPT_CONFIG) == 0) {
        snprintf(what, sizeof what,
                 "a list cannot set this; a label of yours is written "
                 "\"label:%s\":", opt->name);
        return eo_reading_complain(r, what, h->name[i]);
    }
    h->opt[i] = opt;
    if (opt != NULL || strlen(h->name[i]) >= sizeof lower)
        return 0;
    for (size_t k = 0; k <= strlen(h->name[i]); k++)
        lower[k] = eo_lower(h->name[i][k]);
    near = eo_reading_nearly(lower);
    if (near == NULL)
        return 0;
    snprintf(what, sizeof what,
             "unknown key \"%s\" (did you mean \"%s\"? a label of yours is "
             "written \"label:%s\")",
             h->name[i], near, h->name[i]);
    return eo_reading_fail(r, what);
}

int eo_csv_header(struct reading *r, struct header *h, char *line)
{
    h->between = separator(line);
    if (split(r, line, h->between, h->name, &h->n) != 0)
        return -1;
    h->host = h->called = h->n;
    for (size_t i = 0; i < h->n; i++) {
        size_t *at;

        trim(h->name[i]);
        at = names_a_host(h->name[i]) ? &h->host
             : is_called(h->name[i])  ? &h->called
                                      : NULL;
        if (at != NULL && *at < h->n)
            return eo_reading_complain(r, "there are two columns",
                                       h->name[i]);
        if (at != NULL)
            *at = i;
        else if (one_column(r, h, i) != 0)
            return -1;
    }
    if (h->host == h->n) { /* without a column of hosts, the names are hosts */
        h->host = h->called;
        h->called = h->n;
    }
    return h->host < h->n ? 0
                          : eo_reading_complain(
                                r, "the header names no column", "host");
}

/* ---- rows ---------------------------------------------------------------- */

static int set(struct reading *r, const struct header *h, size_t k,
               struct target_row *row, const char *value)
{
    struct espota_error inner;

    if (value[0] == '\0')
        return 0;
    if (k == h->called)
        return eo_is_device_name(value, strlen(value))
                   ? eo_targets_name(row, value, r->err)
                   : eo_reading_fail(r, "a name must not contain quotes or "
                                        "control characters");
    if (h->opt[k] == NULL)
        return h->name[k][0] == '\0'
                   ? 0
                   : eo_targets_label(row, h->name[k], value, r->err);
    if (eo_reading_set(r, row, h->opt[k]->name, value) == 0)
        return 0;
    inner = *r->err;
    return eo_fail_as(r->err, &inner,
                      "%s (a label of yours is written \"label:%s\")",
                      inner.message, h->name[k]);
}

static bool is_empty(char *const *field, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (field[i][strspn(field[i], " \t")] != '\0')
            return false;
    return true;
}

/* Errors mention only the names of columns: a field may be a password. */
int eo_csv_line(struct reading *r, const struct header *h, char *line)
{
    const size_t first = r->list->n;
    char *field[COLUMNS_MAX];
    size_t n;

    if (split(r, line, h->between, field, &n) != 0)
        return -1;
    if (is_empty(field, n))
        return 0;
    if (n > h->n && !is_empty(field + h->n, n - h->n))
        return eo_reading_complain(
            r, "more fields than the header, which ends with",
            h->name[h->n - 1]);
    if (n > h->n)
        n = h->n;
    if (n > h->host)
        trim(field[h->host]);
    if (n <= h->host || field[h->host][0] == '\0')
        return eo_reading_complain(r, "nothing in the column",
                                   h->name[h->host]);
    if (eo_reading_add(r, field[h->host]) != 0)
        return -1;
    for (size_t i = first; i < r->list->n; i++) {
        for (size_t k = 0; k < n; k++)
            if (k != h->host && set(r, h, k, &r->list->at[i], field[k]) != 0)
                return -1;
        if (eo_reading_end(r, &r->list->at[i]) != 0)
            return -1;
    }
    return 0;
}
