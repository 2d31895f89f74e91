/* targets_parse.c -- a targets file, in any of its three forms. */
#include <stdio.h>
#include <string.h>

#ifdef EO_WITH_JSON
#include <jansson.h>
#endif

#include "base/str.h"
#include "cli/targets.h"

enum { COLUMNS_MAX = 64 };

/* ---- reading text -------------------------------------------------------- */

struct reading {
    struct target_list *list;
    const struct config *config;
    const char *path;
    unsigned line;
    struct espota_error *err;
};

static int complain(struct reading *r, const char *what, const char *which)
{
    return eo_fail(r->err, ESPOTA_E_USAGE, "%s:%u: %s \"%s\"", r->path,
                   r->line, what, which);
}

/* An error of somebody who does not know where this is. */
static int complain_of(struct reading *r)
{
    const struct espota_error inner = *r->err;

    return eo_fail(r->err, inner.category, "%s:%u: %s", r->path, r->line,
                   inner.message);
}

static int add_named_here(struct reading *r, const char *name)
{
    return eo_targets_add(r->list, name, r->config, r->err) == 0
               ? 0
               : complain_of(r);
}

static const struct opt *find_key(const char *key)
{
    const struct opt *opt = eo_opt_find(CMD_FLEET, key);

    return opt != NULL && (opt->flags & OPT_CONFIG) != 0 ? opt : NULL;
}

static int unknown_key(struct reading *r, const char *key)
{
    const char *names[OPTS_MAX + 1];
    char near[DID_YOU_MEAN];
    const struct opt *opt;
    size_t n = 0;

    for (size_t i = 0; (opt = eo_opt_at(i)) != NULL; i++)
        if (find_key(opt->name) == opt)
            names[n++] = opt->name;
    names[n] = NULL;
    return eo_fail(r->err, ESPOTA_E_USAGE, "%s:%u: unknown key \"%s\"%s",
                   r->path, r->line, key,
                   eo_did_you_mean(near, eo_nearest(key, names)));
}

/* A targets file speaks of one device each, the command line of all: the file
 * wins. */
static int add_setting(struct reading *r, struct target_row *row,
                       const char *key, const char *value)
{
    const struct opt *opt = find_key(key);
    char where[200];

    if (opt == NULL)
        return unknown_key(r, key);
    snprintf(where, sizeof where, "%s:%u", r->path, r->line);
    return eo_settings_add(&row->settings, opt, value, LEVEL_OWN, where,
                           r->err) == 0
               ? 0
               : complain_of(r);
}

/* The next word of *at, unquoted in place; NULL: there is none.  Double quotes
 * may stand around any part, as in key="two words". */
static char *next_word(char **at)
{
    char *in = *at + strspn(*at, " \t"), *out = in, *word = in;
    bool quoted = false;

    if (*in == '\0' || *in == '#')
        return NULL;
    for (; *in != '\0' && (quoted || !eo_is_space(*in)); in++) {
        if (*in == '"')
            quoted = !quoted;
        else
            *out++ = *in;
    }
    *at = *in != '\0' ? in + 1 : in;
    *out = '\0';
    return word;
}

static int plain_line(struct reading *r, char *line)
{
    const size_t first = r->list->n;
    char *word = next_word(&line);

    if (word == NULL)
        return 0;
    if (strchr(word, '=') != NULL) {
        *strchr(word, '=') = '\0'; /* behind it may be a password */
        return complain(r, "a host comes first, not", word);
    }
    if (add_named_here(r, word) != 0)
        return -1;
    while ((word = next_word(&line)) != NULL) {
        char *value = strchr(word, '=');

        if (value != NULL)
            *value++ = '\0';
        for (size_t i = first; i < r->list->n; i++)
            if (add_setting(r, &r->list->at[i], word, value) != 0)
                return -1;
    }
    return 0;
}

/* ---- CSV (RFC 4180, one record a line) ------------------------------------ */

/* Splits in place; the number of fields, at most COLUMNS_MAX. */
static size_t split_csv(char *line, char **field)
{
    size_t n = 0;

    for (;;) {
        char *out = line;
        bool quoted = *line == '"';

        if (n == COLUMNS_MAX)
            return n;
        field[n++] = out;
        for (line += quoted; *line != '\0' && (quoted || *line != ','); line++) {
            if (!quoted || *line != '"')
                *out++ = *line;
            else if (line[1] == '"')
                *out++ = *line++;
            else
                quoted = false;
        }
        if (*line == '\0') {
            *out = '\0';
            return n;
        }
        *out = '\0';
        line++;
    }
}

struct header {
    char *name[COLUMNS_MAX];
    size_t n, host;
};

static bool names_a_host(const char *column)
{
    return strcmp(column, "host") == 0 || strcmp(column, "ip") == 0 ||
           strcmp(column, "name") == 0;
}

static bool is_csv_header(const char *line)
{
    const size_t n = strcspn(line, ",");
    char first[16] = "";

    if (n < sizeof first)
        memcpy(first, line, n);
    return names_a_host(first) || strchr(line, ',') != NULL;
}

static int csv_header(struct reading *r, struct header *h, char *line)
{
    h->n = split_csv(line, h->name);
    h->host = h->n;
    for (size_t i = 0; i < h->n; i++) {
        if (names_a_host(h->name[i]))
            h->host = i;
        else if (find_key(h->name[i]) == NULL)
            return unknown_key(r, h->name[i]);
    }
    return h->host < h->n ? 0 : complain(r, "the header names no column", "host");
}

/* Complains by the names of columns alone: a field may be a password. */
static int csv_line(struct reading *r, const struct header *h, char *line)
{
    const size_t first = r->list->n;
    char *field[COLUMNS_MAX];
    const size_t n = split_csv(line, field);

    if (n > h->n)
        return complain(r, "more fields than the header, which ends with",
                        h->name[h->n - 1]);
    if (n <= h->host || field[h->host][0] == '\0')
        return complain(r, "nothing in the column", h->name[h->host]);
    if (add_named_here(r, field[h->host]) != 0)
        return -1;
    for (size_t k = 0; k < n; k++)
        for (size_t i = first; i < r->list->n; i++)
            if (k != h->host && field[k][0] != '\0' &&
                add_setting(r, &r->list->at[i], h->name[k], field[k]) != 0)
                return -1;
    return 0;
}

/* ---- JSON lines ---------------------------------------------------------- */

#ifdef EO_WITH_JSON

static const char *json_host(const json_t *o)
{
    static const char *const KEYS[] = {"host", "ip", "name"};
    const json_t *addresses = json_object_get(o, "addresses");

    for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++)
        if (json_is_string(json_object_get(o, KEYS[i])))
            return json_string_value(json_object_get(o, KEYS[i]));
    return json_string_value(json_array_get(addresses, 0));
}

static int json_setting(struct reading *r, struct target_row *row,
                        const char *key, const json_t *value)
{
    char number[32];

    if (find_key(key) == NULL || strcmp(key, "ip") == 0)
        return 0;
    if (json_is_string(value))
        return add_setting(r, row, key, json_string_value(value));
    if (json_is_boolean(value))
        return add_setting(r, row, key, json_is_true(value) ? "yes" : "no");
    if (json_is_integer(value)) {
        snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT,
                 json_integer_value(value));
        return add_setting(r, row, key, number);
    }
    return json_is_null(value) ? 0 : complain(r, "no simple value for", key);
}

/* Without what jansson quotes from the line: it may be a password. */
static int no_object(struct reading *r, json_error_t *why)
{
    char *quote = strstr(why->text, " near '");

    if (quote != NULL)
        *quote = '\0';
    return complain(r, "no JSON object:", why->text);
}

static int json_line(struct reading *r, const char *line)
{
    json_error_t why = {.text = ""};
    json_t *o = json_loads(line, 0, &why);
    const char *host = json_host(o), *key;
    /* What "discover --json" prints tells of a login, not of a password. */
    const bool found = json_object_get(o, "txt") != NULL;
    struct target_row *row;
    json_t *value;
    int rc = 0;

    if (!json_is_object(o))
        rc = no_object(r, &why);
    else if (host == NULL)
        rc = complain(r, "the object has no", "host");
    else if ((row = eo_targets_row(r->list, host, r->err)) == NULL)
        rc = -1;
    else
        json_object_foreach(o, key, value)
            if (rc == 0 && !(found && strcmp(key, "auth") == 0))
                rc = json_setting(r, row, key, value);
    json_decref(o);
    return rc;
}

#else

static int json_line(struct reading *r, const char *line)
{
    (void)line;
    return complain(r, "JSON was left out of this build:", "jansson");
}

#endif

/* ---- its lines ----------------------------------------------------------- */

static bool is_blank(const char *line)
{
    line += strspn(line, " \t\r");
    return *line == '\0' || *line == '#';
}

int eo_targets_parse(struct target_list *list, char *text, size_t len,
                     const char *path, const struct config *config,
                     struct espota_error *err)
{
    struct reading r = {list, config, path, 0, err};
    struct header header = {0};
    enum { UNKNOWN, PLAIN, CSV, JSON } form = UNKNOWN;
    char *const end = text + len;

    if (memchr(text, '\0', len) != NULL)
        return eo_fail(err, ESPOTA_E_USAGE, "%s is no text", path);
    for (char *line = text; line < end;) {
        char *next = memchr(line, '\n', (size_t)(end - line));
        int rc = 0;

        if (next == NULL)
            next = end; /* parse's caller left room for a terminator */
        *next = '\0';
        if (next > line && next[-1] == '\r')
            next[-1] = '\0';
        r.line++;
        if (is_blank(line))
            rc = 0;
        else if (form == UNKNOWN && is_csv_header(line) && *line != '{')
            form = CSV, rc = csv_header(&r, &header, line);
        else if (*line == '{')
            form = JSON, rc = json_line(&r, line);
        else if (form == CSV)
            rc = csv_line(&r, &header, line);
        else
            form = PLAIN, rc = plain_line(&r, line);
        if (rc != 0)
            return -1;
        line = next + 1;
    }
    return 0;
}
