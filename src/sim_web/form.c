/* form.c -- how the web servers in devices read a request. */
#include "sim_web/form.h"

#include <string.h>

#include "base/str.h"

size_t eo_sim_web_head_end(const uint8_t *bytes, size_t len)
{
    for (size_t i = 3; i < len; i++)
        if (memcmp(bytes + i - 3, "\r\n\r\n", 4) == 0)
            return i + 1;
    return 0;
}

/* Cuts the text at the first occurrence of what and returns what follows. */
static char *cut(char *text, const char *what)
{
    char *at = strstr(text, what);

    if (at == NULL)
        return text + strlen(text);
    *at = '\0';
    return at + strlen(what);
}

static void header(struct web_head *h, char *line, bool exact)
{
    const struct {
        const char *name;
        const char **to;
    } TEXTS[] = {
        {"Host", &h->host},
        {"Origin", &h->origin},
        {"Authorization", &h->authorization},
        {"Content-Type", &h->content_type},
    };
    char *value = cut(line, exact ? ": " : ":");
    uint64_t n;

    value += strspn(value, " ");
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++)
        if (exact ? strcmp(line, TEXTS[i].name) == 0
                  : eo_same_nocase(line, TEXTS[i].name))
            *TEXTS[i].to = value;
    if ((exact ? strcmp(line, "Content-Length") == 0
               : eo_same_nocase(line, "Content-Length")) &&
        eo_parse_uint(value, 0, UINT32_MAX, &n) == 0) {
        h->has_length = true;
        h->length = (size_t)n;
    }
    if (eo_same_nocase(line, "Expect"))
        h->expect = true;
    if (eo_same_nocase(line, "Transfer-Encoding"))
        h->chunked = true;
}

int eo_sim_web_head_read(struct web_head *h, const uint8_t *bytes, size_t len,
                         bool exact)
{
    char *line = h->space, *rest;

    memset(h, 0, sizeof *h);
    h->host = h->origin = h->authorization = h->content_type = "";
    if (len > WEB_HEAD_MAX || memchr(bytes, '\0', len) != NULL)
        return -1;
    memcpy(h->space, bytes, len);
    h->len = len;
    rest = cut(line, "\r\n");
    h->method = line;
    h->target = cut(line, " ");
    h->version = cut((char *)(uintptr_t)h->target, " ");
    if (!eo_starts_with(h->version, "HTTP/1."))
        return -1;
    while (*rest != '\0' && memcmp(rest, "\r\n", 2) != 0) {
        line = rest;
        rest = cut(line, "\r\n");
        header(h, line, exact);
    }
    return 0;
}

/* The boundary is all text after the first "=": no other parameter may follow.
 */
const char *eo_sim_web_form_boundary(struct web_form *f,
                                     const char *content_type)
{
    const char *at = strchr(content_type, '=');
    size_t n = 0;

    if (!eo_starts_with(content_type, "multipart/form-data"))
        return "the Content-Type is not a form's";
    if (at == NULL)
        return "the form has no boundary";
    for (at++; *at != '\0'; at++) {
        const bool fine = eo_is_digit(*at) || *at == '-' ||
                          (eo_lower(*at) >= 'a' && eo_lower(*at) <= 'z');

        if (!fine)
            return "the boundary has more than letters, digits and dashes";
        if (n == 70)
            return "the boundary is too long";
        f->boundary[n++] = *at;
    }
    f->boundary[n] = '\0';
    return n > 0 ? NULL : "the boundary is empty";
}

/* Reads name="VALUE" at *at; -1 if it is not exactly that. */
static int parameter(const char **at, const char *name, char *to, size_t cap)
{
    const size_t n = strlen(name);
    const char *end;

    if (!eo_starts_with(*at, name) || (*at)[n] != '=' || (*at)[n + 1] != '"')
        return -1;
    *at += n + 2;
    end = strchr(*at, '"');
    if (end == NULL || (size_t)(end - *at) >= cap)
        return -1;
    memcpy(to, *at, (size_t)(end - *at));
    to[end - *at] = '\0';
    *at = end + 1;
    return 0;
}

static const char *disposition(struct web_form *f, const char *line)
{
    static const char START[] = "Content-Disposition: form-data; ";
    char file[64] = "";

    if (!eo_starts_with(line, START))
        return "Content-Disposition is not the first line of the part";
    line += strlen(START);
    if (parameter(&line, "name", f->name, sizeof f->name) != 0)
        return "the part has no name where it belongs";
    if (eo_starts_with(line, "; ")) {
        line += 2;
        if (parameter(&line, "filename", file, sizeof file) != 0)
            return "the file name is not where it belongs";
    }
    if (*line != '\0')
        return "there is more behind the file name";
    f->file = file[0] != '\0';
    return NULL;
}

int eo_sim_web_form_read(struct web_form *f, const uint8_t *bytes, size_t len,
                         const char **why)
{
    const size_t end = eo_sim_web_head_end(bytes, len);
    char space[WEB_HEAD_MAX + 1], *line = space, *rest;

    *why = NULL;
    if (end == 0 && len < WEB_HEAD_MAX / 2)
        return 0;
    if (end == 0 || end > WEB_HEAD_MAX) {
        *why = "the part has no end of its head";
        return -1;
    }
    memcpy(space, bytes, end - 2); /* without the empty line */
    space[end - 2] = '\0';
    rest = cut(line, "\r\n");
    if (strncmp(line, "--", 2) != 0 || strcmp(line + 2, f->boundary) != 0)
        *why = "the body does not begin with its boundary";
    line = rest;
    rest = cut(line, "\r\n");
    if (*why == NULL)
        *why = disposition(f, line);
    line = rest;
    rest = cut(line, "\r\n");
    if (*why == NULL && *line != '\0' &&
        (!eo_starts_with(line, "Content-Type: ") || line[14] == ' '))
        *why = "the second line of the part is not a Content-Type";
    if (*why == NULL && *rest != '\0')
        *why = "the part has too many lines";
    f->head_len = end;
    return *why == NULL ? 1 : -1;
}

size_t eo_sim_web_form_tail(const struct web_form *f, char out[96])
{
    struct text t;

    eo_text_init(&t, out, 96);
    eo_text_add(&t, "\r\n--%s--\r\n", f->boundary);
    return t.len;
}
