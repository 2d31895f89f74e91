/* inventory_parse.c -- a targets file, in any of its three forms. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "conf/inventory_inside.h"
#include "os/file.h"

enum { FILE_MAX_BYTES = 64 << 20 };

/* ---- plain lines --------------------------------------------------------- */

/* The next word of *at, unquoted in place unless it is a host; NULL: there is
 * none.  Double quotes may enclose any part, as in key="two words"; *open: a
 * quote is not closed. */
static char *next_word(char **at, bool host, bool *open)
{
    char *in = *at + strspn(*at, " \t"), *out = in, *word = in;
    bool quoted = false;

    *open = false;
    if (*in == '\0' || *in == '#')
        return NULL;
    for (; *in != '\0' && (quoted || !eo_is_space(*in)); in++) {
        if (*in == '"')
            quoted = !quoted;
        if (*in != '"' || host)
            *out++ = *in;
    }
    *at = *in != '\0' ? in + 1 : in;
    *out = '\0';
    *open = quoted;
    return word;
}

static int plain_line(struct reading *r, char *line)
{
    const size_t first = r->list->n;
    bool open;
    char *word = next_word(&line, true, &open);

    if (word == NULL)
        return 0;
    if (open)
        return eo_reading_fail(r, "a quote is not closed");
    if (eo_reading_add(r, word) != 0)
        return -1;
    while ((word = next_word(&line, false, &open)) != NULL) {
        char *value = strchr(word, '=');

        if (open)
            return eo_reading_fail(r, "a quote is not closed");
        if (value != NULL)
            *value++ = '\0';
        for (size_t i = first; i < r->list->n; i++)
            if (eo_reading_set(r, &r->list->at[i], word, value) != 0)
                return -1;
    }
    for (size_t i = first; i < r->list->n; i++)
        if (eo_reading_end(r, &r->list->at[i]) != 0)
            return -1;
    return 0;
}

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

    text += eo_skip_bom(text, &len) - text;
    if (memchr(text, '\0', len) != NULL)
        return eo_fail(err, ESPOTA_E_USAGE, "%s is not text", path);
    for (char *line = text; line < end;) {
        char *next = memchr(line, '\n', (size_t)(end - line));
        int rc = 0;

        if (next == NULL)
            next = end; /* the caller of parse left room for a terminator */
        *next = '\0';
        if (next > line && next[-1] == '\r')
            next[-1] = '\0';
        r.line++;
        if (is_blank(line))
            rc = 0;
        else if (form == UNKNOWN && eo_csv_is_header(line) && *line != '{')
            form = CSV, rc = eo_csv_header(&r, &header, line);
        else if (*line == '{')
            form = JSON, rc = eo_json_target(&r, line);
        else if (form == CSV)
            rc = eo_csv_line(&r, &header, line);
        else
            form = PLAIN, rc = plain_line(&r, line);
        if (rc != 0)
            return -1;
        line = next + 1;
    }
    return 0;
}

/* ---- a file -------------------------------------------------------------- */

/* Wipes the old block, because the text may hold passwords. */
static int grow(char **text, size_t len, size_t *cap)
{
    char *more = eo_calloc(2 * *cap, 1);

    if (more == NULL)
        return -1;
    memcpy(more, *text, len);
    eo_wipe(*text, len);
    eo_free(*text);
    *text = more;
    *cap *= 2;
    return 0;
}

static int slurp(FILE *f, const char *path, char **text, size_t *len,
                 struct espota_error *err)
{
    size_t cap = 65536, n = 1;

    *text = eo_calloc(cap, 1);
    for (*len = 0; *text != NULL && n > 0; *len += n) {
        if (*len > FILE_MAX_BYTES)
            return eo_fail(err, ESPOTA_E_USAGE, "%s is too long", path);
        if (*len + 1 >= cap && grow(text, *len, &cap) != 0)
            break;
        n = fread(*text + *len, 1, cap - *len - 1, f);
    }
    if (n > 0)
        return eo_fail_memory(err);
    if (ferror(f))
        return eo_fail_sys(err, ESPOTA_E_USAGE, errno, "cannot read %s: %s",
                           path, eo_file_text(errno));
    return 0;
}

int eo_targets_read(struct target_list *list, const char *path,
                    const struct config *config, struct espota_error *err)
{
    const bool standard = strcmp(path, "-") == 0;
    FILE *f = standard ? stdin : eo_file_stream_read(path);
    char *text = NULL;
    size_t len = 0;
    int rc = -1;

    if (f == NULL)
        return eo_fail_sys(err, ESPOTA_E_USAGE, errno, "cannot read %s: %s",
                           path, eo_file_text(errno));
    setvbuf(f, NULL, _IONBF, 0); /* stdio would not wipe its buffer */
    if (slurp(f, path, &text, &len, err) == 0)
        rc = eo_targets_parse(list, text, len,
                              standard ? "standard input" : path, config, err);
    if (text != NULL)
        eo_wipe(text, len); /* it may hold passwords */
    eo_free(text);
    if (!standard)
        fclose(f);
    return rc;
}
