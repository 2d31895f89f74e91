/* words.c -- the lists of words that a program accepts from people. */
#include <espota/fleet.h>

#include "fleet/protocol.h"
#include "names/resolve.h"
#include "web/page.h"

#define WORD_AT(words, i) \
    ((i) < sizeof(words) / sizeof *(words) ? (words)[i] : NULL)

const char *espota_compress_at(size_t i)
{
    static const char *const WORDS[] = {
        [ESPOTA_COMPRESS_AUTO] = "auto",
        [ESPOTA_COMPRESS_ALWAYS] = "always",
        [ESPOTA_COMPRESS_NEVER] = "never",
    };

    return WORD_AT(WORDS, i);
}

const char *espota_verify_at(size_t i)
{
    static const char *const WORDS[] = {
        [ESPOTA_VERIFY_NONE] = "none",
        [ESPOTA_VERIFY_BACK] = "back",
        [ESPOTA_VERIFY_VERSION] = "version",
    };

    return WORD_AT(WORDS, i);
}

const char *espota_min_auth_at(size_t i)
{
    static const char *const WORDS[] = {
        [ESPOTA_AUTH_ANY] = "any",
        [ESPOTA_AUTH_SHA256] = "sha256",
    };

    return WORD_AT(WORDS, i);
}

const char *espota_protocol_word_at(size_t i)
{
    const struct protocol *p = i > 0 ? eo_protocol_at(i - 1) : NULL;

    return i == 0 ? "auto" : p != NULL ? p->name : NULL;
}

const char *espota_resolver_at(size_t i)
{
    return eo_resolver_at(i);
}

const char *espota_web_profile_at(size_t i)
{
    const struct web_profile *p = eo_web_profile_at(i);

    return p != NULL ? p->name : NULL;
}

const char *espota_phase_name(enum espota_phase phase)
{
    static const char *const NAMES[] = {
#define X(name, json) json,
        ESPOTA_PHASES(X)
#undef X
    };

    return (unsigned)phase < ESPOTA_PHASE_COUNT ? NAMES[phase] : "?";
}
