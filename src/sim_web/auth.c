/* auth.c -- user and password, as a device's web server checks them. */
#include <string.h>

#include "base/hex.h"
#include "base/str.h"
#include "crypto/digest.h"
#include "sim_web/device.h"

static const char REALM[] = "Login Required";

static const struct web_config *config(const struct web_device *d)
{
    return d->base.sim->config;
}

static const char *user(const struct web_config *c)
{
    const char *only = EO_SIM_WEB_KINDS[c->kind].user;

    if (only != NULL)
        return only;
    return c->user != NULL ? c->user : "admin";
}

static enum web_auth kind(const struct web_config *c)
{
    return c->auth != WEB_AUTH_USUAL ? (enum web_auth)c->auth
                                     : EO_SIM_WEB_KINDS[c->kind].auth;
}

static bool basic(const struct web_config *c, const char *text)
{
    char given[200] = "", right[200];
    struct text t;

    if (eo_unbase64((uint8_t *)given, sizeof given - 1, text) < 0)
        return false;
    eo_text_init(&t, right, sizeof right);
    eo_text_add(&t, "%s:%s", user(c), c->password);
    return strcmp(given, right) == 0;
}

/* Gets the value of name="..." or name=... in a Digest header. */
static void field(char *out, size_t cap, const char *text, const char *name)
{
    const size_t n = strlen(name);
    const char *at = text;
    struct text t;

    eo_text_init(&t, out, cap);
    while ((at = strstr(at, name)) != NULL) {
        if (at[n] == '=' && (at == text || at[-1] == ' ' || at[-1] == ',')) {
            at += n + 1;
            if (*at == '"')
                at++;
            eo_text_add(&t, "%.*s", (int)strcspn(at, "\","), at);
            return;
        }
        at += n;
    }
}

static void md5(char out[DIGEST_HEX_MAX], const char *text)
{
    if (eo_digest_hex(DIGEST_MD5, &(struct piece){text, strlen(text)}, 1,
                      out) != 0)
        out[0] = '\0';
}

static bool digest(const struct web_device *d, const struct web_head *h,
                   const char *text)
{
    const struct web_config *c = config(d);
    char line[512], ha1[DIGEST_HEX_MAX], ha2[DIGEST_HEX_MAX];
    char right[DIGEST_HEX_MAX];
    char nonce[80], nc[16], cnonce[160], qop[16], response[80], uri[160];
    struct text t;

    field(nonce, sizeof nonce, text, "nonce");
    field(nc, sizeof nc, text, "nc");
    field(cnonce, sizeof cnonce, text, "cnonce");
    field(qop, sizeof qop, text, "qop");
    field(uri, sizeof uri, text, "uri");
    field(response, sizeof response, text, "response");
    eo_text_init(&t, line, sizeof line);
    eo_text_add(&t, "%s:%s:%s", user(c), REALM, c->password);
    md5(ha1, line);
    eo_text_init(&t, line, sizeof line);
    eo_text_add(&t, "%s:%s", h->method, uri);
    md5(ha2, line);
    eo_text_init(&t, line, sizeof line);
    eo_text_add(&t, "%s:%s:%s:%s:%s:%s", ha1, nonce, nc, cnonce, qop, ha2);
    md5(right, line);
    return strcmp(nonce, d->nonce) == 0 && strcmp(uri, h->target) == 0 &&
           strcmp(response, right) == 0;
}

bool eo_sim_web_allowed(const struct web_device *d, const struct web_head *h)
{
    const struct web_config *c = config(d);
    const char *given = h->authorization;

    if (c->password == NULL)
        return true;
    if (eo_starts_with(given, "Basic "))
        return basic(c, given + 6);
    return kind(c) == WEB_AUTH_DIGEST && eo_starts_with(given, "Digest ") &&
           digest(d, h, given + 7);
}

void eo_sim_web_challenge(const struct web_device *d, char *out, size_t cap)
{
    struct text t;

    eo_text_init(&t, out, cap);
    if (kind(config(d)) == WEB_AUTH_DIGEST)
        eo_text_add(&t,
                    "WWW-Authenticate: Digest realm=\"%s\", qop=\"auth\", "
                    "nonce=\"%s\", opaque=\"00\"\r\n",
                    REALM, d->nonce);
    else
        eo_text_add(&t, "WWW-Authenticate: Basic realm=\"%s\"\r\n", REALM);
}
