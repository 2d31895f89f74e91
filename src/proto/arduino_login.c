/* arduino_login.c -- answers to an ArduinoOTA challenge. */
#include "proto/arduino_login.h"

#include <string.h>

#include "base/hex.h"
#include "base/mem.h"
#include "crypto/digest.h"

/* A slice takes well below a millisecond on a PC, and a few on the slowest
 * board that may run this. */
enum { ROUNDS_A_SLICE = 1000 };

/* What a device may have stored, in the order tried: upper case is a rare
 * mistake, and trying it costs everybody else a refused login. */
static const struct form {
    enum digest digest;
    bool upper;
    const char *words;
} FORMS[] = {
    {DIGEST_SHA256, false, "a SHA-256 of the password"},
    {DIGEST_MD5, false, "an MD5 of the password"},
    {DIGEST_SHA256, true, "an upper-case SHA-256 of the password"},
    {DIGEST_MD5, true, "an upper-case MD5 of the password"},
};

enum { N_FORMS = sizeof FORMS / sizeof *FORMS };

/* The first form from this one on that the device can have. */
static unsigned skip(const struct arduino_login *l, unsigned form,
                     bool md5_stored)
{
    while (form < N_FORMS && FORMS[form].digest != DIGEST_MD5 &&
           (md5_stored || !l->pbkdf2))
        form++;
    return form;
}

static int stored_form(const struct form *form, const char *password,
                       char stored[DIGEST_HEX_MAX])
{
    const struct piece whole = {password, strlen(password)};

    if (eo_digest_hex(form->digest, &whole, 1, stored) != 0)
        return -1;
    for (char *c = stored; form->upper && *c != '\0'; c++)
        if (*c >= 'a' && *c <= 'f')
            *c = (char)(*c - 'a' + 'A');
    return 0;
}

/* Digest of "what:nonce:cnonce". */
static int respond(struct arduino_login *l, const char *what)
{
    const struct piece pieces[] = {
        {what, strlen(what)},       {":", 1},
        {l->nonce, strlen(l->nonce)}, {":", 1},
        {l->cnonce, strlen(l->cnonce)},
    };

    return eo_digest_hex(l->pbkdf2 ? DIGEST_SHA256 : DIGEST_MD5, pieces,
                         sizeof pieces / sizeof *pieces, l->response);
}

static int start_pbkdf2(struct arduino_login *l, const char *stored)
{
    char salt[2 * ARDUINO_SHA256_HEX + 2];
    struct text t;

    eo_text_init(&t, salt, sizeof salt);
    eo_text_add(&t, "%s:%s", l->nonce, l->cnonce);
    return eo_pbkdf2_start(&l->work, stored, strlen(stored), salt, t.len,
                           ARDUINO_PBKDF2_ROUNDS);
}

int eo_arduino_login_with(struct arduino_login *l, const char *nonce,
                          const char *password, bool md5_stored,
                          const char *cnonce)
{
    char stored[DIGEST_HEX_MAX];
    const size_t len = strlen(nonce);
    int rc;

    memcpy(l->nonce, nonce, len + 1);
    memcpy(l->cnonce, cnonce, len + 1);
    l->response[0] = '\0';
    l->pbkdf2 = len == ARDUINO_SHA256_HEX;
    l->form = skip(l, l->form, md5_stored);
    rc = stored_form(&FORMS[l->form], password, stored);
    if (rc == 0)
        rc = l->pbkdf2 ? start_pbkdf2(l, stored) : respond(l, stored);
    eo_wipe(stored, sizeof stored);
    return rc;
}

int eo_arduino_login_start(struct arduino_login *l, const char *nonce,
                           const char *password, bool md5_stored,
                           const uint8_t *secret, size_t secret_len)
{
    const struct piece pieces[] = {
        {secret, secret_len},
        {nonce, strlen(nonce)},
        {&l->form, sizeof l->form},
    };
    char cnonce[DIGEST_HEX_MAX];

    if (eo_digest_hex(DIGEST_SHA256, pieces, sizeof pieces / sizeof *pieces,
                      cnonce) != 0)
        return -1;
    cnonce[strlen(nonce)] = '\0';
    return eo_arduino_login_with(l, nonce, password, md5_stored, cnonce);
}

int eo_arduino_login_work(struct arduino_login *l)
{
    char key[2 * PBKDF2_SIZE + 1];
    int rc;

    if (eo_pbkdf2_step(&l->work, ROUNDS_A_SLICE) != 0)
        return -1;
    if (l->work.left > 0)
        return 0;
    eo_hex(key, l->work.sum, sizeof l->work.sum);
    rc = respond(l, key);
    eo_wipe(key, sizeof key);
    eo_wipe(&l->work, sizeof l->work);
    return rc;
}

bool eo_arduino_login_next(struct arduino_login *l, bool md5_stored)
{
    const unsigned next = skip(l, l->form + 1, md5_stored);

    if (next == N_FORMS)
        return false;
    l->form = next;
    return true;
}

const char *eo_arduino_login_words(const struct arduino_login *l)
{
    return FORMS[l->form].words;
}
