/* answer.c -- how a fetching device reads an answer: it handles as little of
 * HTTP as its updater does, with the same limits.
 */
#include "sim_pull/device.h"

#include <stdlib.h>
#include <string.h>

enum {
    IDF_HEAD_MAX = 512, /* ESPHome's buffer for all headers */
    FIRST_BYTE_MS = 100 /* how long an ESP32 waits after the headers */
};

/* ---- a complete answer --------------------------------------------------- */

static void finish_image(struct pull_device *d)
{
    const struct pull_config *c = eo_sim_pull_config(d);
    char got[DIGEST_HEX_MAX];

    if (eo_hasher_hex(d->hasher, got) != 0)
        got[0] = '\0';
    if (c->mode == 0 && d->first != 0xe9 &&
        (c->variant == VARIANT_ESP32 ||
         (c->variant == VARIANT_ESP8266 && d->first != 0x1f))) {
        eo_sim_pull_end(d, -106, "header verification failed");
        return;
    }
    if (d->want_md5[0] != '\0' && strcmp(got, d->want_md5) != 0) {
        eo_sim_pull_end(d, -16, "MD5 mismatch");
        return;
    }
    memcpy(d->want_md5, got, sizeof d->want_md5);
    eo_sim_pull_end(d, 0, "updated");
}

/* True: the path of the image is known now.  False: the fetch has ended. */
static bool finish_text(struct pull_device *d, const char *text, size_t len)
{
    const char *why;
    int rc;

    if (eo_sim_pull_config(d)->variant == VARIANT_ESPHOME) {
        memcpy(d->want_md5, text, 32);
        d->want_md5[32] = '\0';
        memcpy(d->path, eo_sim_pull_config(d)->path, sizeof d->path);
        if (strspn(d->want_md5, "0123456789abcdef") != 32) {
            eo_sim_pull_end(d, -16, "the MD5 is not lower-case hex");
            return false;
        }
    } else {
        rc = eo_sim_pull_manifest(eo_sim_pull_config(d), text, len, d->path,
                                  d->want_md5, &why);
        if (rc != 0) {
            eo_sim_pull_end(d, rc < 0 ? -16 : 1, rc < 0 ? why : "no updates");
            return false;
        }
    }
    return true;
}

/* ---- the head ------------------------------------------------------------ */

static void header(struct pull_device *d, char *line)
{
    char *value = strchr(line, ':');
    struct text t;
    uint64_t n;

    if (value == NULL)
        return;
    *value++ = '\0';
    value += strspn(value, " ");
    if (eo_same_nocase(line, "Content-Length") &&
        eo_parse_uint(value, 0, UINT32_MAX, &n) == 0) {
        d->has_length = true;
        d->length = (size_t)n;
    }
    if (eo_same_nocase(line, "Transfer-Encoding"))
        d->chunked = true;
    if (eo_same_nocase(line, "Content-Encoding"))
        d->encoded = true;
    if (eo_same_nocase(line, "x-MD5")) {
        eo_text_init(&t, d->x_md5, sizeof d->x_md5);
        eo_text_add(&t, "%s", value);
    }
    if (eo_same_nocase(line, "ETag")) {
        eo_text_init(&t, d->etag, sizeof d->etag);
        eo_text_add(&t, "%s", value);
    }
    if (eo_same_nocase(line, "Content-Range"))
        d->part_from = eo_starts_with(value, "bytes ")
                           ? (size_t)strtoull(value + 6, NULL, 10)
                           : 0;
    if (eo_same_nocase(line, "x-version")) {
        eo_text_init(&t, d->x_version, sizeof d->x_version);
        eo_text_add(&t, "%s", value);
    }
}

static const struct {
    int status, code;
    const char *what;
} STATUSES[] = {
    {304, 1, "no updates"},       {401, -108, "unauthorized"},
    {403, -103, "forbidden"},     {404, -102, "file not found"},
};

static bool status_is_final(struct pull_device *d)
{
    if (d->status == 200 || (d->status == 206 && d->asked_from > 0))
        return false;
    for (size_t i = 0; i < sizeof STATUSES / sizeof *STATUSES; i++)
        if (STATUSES[i].status == d->status) {
            if (d->status == 304 && d->in_len > d->head_len)
                eo_sim_pull_violate(d, "a body with 304");
            eo_sim_pull_end(d, STATUSES[i].code, STATUSES[i].what);
            return true;
        }
    eo_sim_pull_end(d, -104, "wrong HTTP code");
    return true;
}

/* False: the fetch has ended. */
static bool head_is_fine(struct pull_device *d)
{
    const struct pull_config *c = eo_sim_pull_config(d);

    if (d->chunked)
        eo_sim_pull_violate(d, "chunked");
    if (d->encoded)
        eo_sim_pull_violate(d, "encoded");
    if (eo_sim_pull_is_esphome(d) && d->head_len > IDF_HEAD_MAX)
        eo_sim_pull_violate(d, "the headers do not fit the buffer");
    if (status_is_final(d))
        return false;
    if (c->mode == 2 && !eo_sim_pull_is_esphome(d)) {
        if (d->in_len > d->head_len || d->length > 0)
            eo_sim_pull_violate(d, "a body for who asks for the version");
        eo_sim_pull_end(d, d->x_version[0] != '\0' ? 1 : -109, "version told");
        return false;
    }
    if (!d->has_length || d->length == 0) {
        eo_sim_pull_end(d, -101, "server did not report size");
        return false;
    }
    if (d->step == PULL_ASK_TEXT)
        return true;
    if (d->status == 206 && d->part_from != d->asked_from) {
        eo_sim_pull_end(d, -104, "another part than it asked for");
        return false;
    }
    if (d->status == 206)
        d->length += d->asked_from;
    else if (d->asked_from > 0)
        eo_sim_pull_begin_anew(d);
    if (d->x_md5[0] != '\0' && strlen(d->x_md5) != 32) {
        eo_sim_pull_end(d, -105, "bad MD5 header");
        return false;
    }
    if (c->mode == 0 && !eo_sim_pull_is_esphome(d) &&
        c->variant != VARIANT_PICO && d->length > c->free_space) {
        eo_sim_pull_end(d, -100, "too little space");
        return false;
    }
    if (d->x_md5[0] != '\0')
        memcpy(d->want_md5, d->x_md5, 33);
    return true;
}

static bool read_head(struct pull_device *d)
{
    char *end_of_head, *line, *rest;

    d->in[d->in_len] = '\0';
    end_of_head = strstr(d->in, "\r\n\r\n");
    if (end_of_head == NULL)
        return false;
    d->head_len = (size_t)(end_of_head - d->in) + 4;
    d->head_at = eo_loop_now(eo_sim_pull_loop(d));
    *end_of_head = '\0';
    rest = d->in;
    for (bool first = true; rest != NULL; first = false) {
        line = rest;
        rest = strstr(line, "\r\n");
        if (rest != NULL) {
            *rest = '\0';
            rest += 2;
        }
        if (first) /* NOLINTNEXTLINE(cert-err34-c): three digits fit */
            d->status = sscanf(line, "HTTP/1.%*3d %3d", &d->status) == 1
                            ? d->status
                            : 0;
        else
            header(d, line);
    }
    d->in_body = true;
    return true;
}

/* ---- the body ------------------------------------------------------------ */

static void take_image(struct pull_device *d, const char *bytes, size_t len)
{
    if (d->received == 0 && len > 0) {
        d->first = (uint8_t)bytes[0];
        if (eo_sim_pull_config(d)->variant == VARIANT_ESP32 &&
            eo_loop_now(eo_sim_pull_loop(d)) - d->head_at > FIRST_BYTE_MS)
            eo_sim_pull_violate(d, "no body right behind the headers");
    }
    if (len > d->length - d->received)
        len = d->length - d->received;
    eo_hasher_add(d->hasher, bytes, len);
    if (d->store != NULL && fwrite(bytes, 1, len, d->store) != len)
        eo_sim_pull_violate(d, "cannot store it");
    d->received += len;
    if (d->received >= eo_sim_script_place(0, d->length) &&
        eo_sim_pull_restarted(d, PULL_RESTART_DATA))
        return;
    if (d->received == d->length && !eo_sim_pull_restarted(d, PULL_RESTART_END))
        finish_image(d);
}

/* The text in d->in after the head: an MD5 or a manifest.  An MD5 is read only
 * once, and must be complete then. */
static bool on_text(struct pull_device *d, const char *body, size_t len)
{
    const bool digest = eo_sim_pull_config(d)->variant == VARIANT_ESPHOME;

    if (digest ? len >= 32 : len >= d->length)
        return finish_text(d, body, len);
    if (digest)
        eo_sim_pull_end(d, -16, "the MD5 came in pieces");
    else if (d->in_len + 1 >= sizeof d->in)
        eo_sim_pull_end(d, -16, "the manifest is too long");
    return false;
}

bool eo_sim_pull_received(struct pull_device *d)
{
    size_t len;

    if (!d->in_body) {
        if (!read_head(d)) {
            if (d->in_len >= PULL_HEAD_MAX)
                eo_sim_pull_end(d, -1, "the headers do not end");
            return false;
        }
        if (!head_is_fine(d))
            return false;
        if (d->in_len == d->head_len &&
            eo_sim_pull_config(d)->variant != VARIANT_ESPHOME)
            return false;
    }
    len = d->in_len - d->head_len;
    if (d->step == PULL_ASK_TEXT)
        return on_text(d, d->in + d->head_len, len);
    d->in_len = d->head_len;
    take_image(d, d->in + d->head_len, len);
    return false;
}
