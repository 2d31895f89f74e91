/* signature.c -- finding the signature at the end of an ArduinoOTA image. */
#include "image/signature.h"

#include "base/buf.h"

static const struct {
    size_t min, max;
    const char *name;
} LENGTHS[] = {
    {64, 64, "ECDSA P-256"},   {70, 72, "ECDSA P-256"},
    {96, 96, "ECDSA P-384"},   {102, 104, "ECDSA P-384"},
    {128, 128, "RSA-1024"},    {132, 132, "ECDSA P-521"},
    {192, 192, "RSA-1536"},    {256, 256, "RSA-2048"},
    {384, 384, "RSA-3072"},    {512, 512, "RSA-4096"},
};

static const char *name_of(size_t len)
{
    for (size_t i = 0; i < sizeof LENGTHS / sizeof *LENGTHS; i++)
        if (len >= LENGTHS[i].min && len <= LENGTHS[i].max)
            return LENGTHS[i].name;
    return NULL;
}

const char *eo_signature_name(const struct signature *s)
{
    const char *name = name_of(s->len);

    return name != NULL ? name : "unusual";
}

/* n random bytes have many different values: more than two thirds of n while n
 * is small, else half of the 256.  Code and tables have far fewer. */
static bool looks_random(const uint8_t *bytes, size_t n)
{
    bool seen[256] = {false};
    size_t distinct = 0;

    for (size_t i = 0; i < n; i++) {
        distinct += !seen[bytes[i]];
        seen[bytes[i]] = true;
    }
    return distinct >= (n < 128 ? n * 2 / 3 : n / 2 < 128 ? n / 2 : 128);
}

bool eo_signature_find(struct signature *s, const uint8_t *bytes, size_t len)
{
    uint32_t n;

    if (len <= SIGNATURE_LEN_WORD)
        return false;
    n = eo_le32(bytes + len - SIGNATURE_LEN_WORD);
    if (name_of(n) == NULL || n >= len - SIGNATURE_LEN_WORD)
        return false;
    s->len = n;
    s->at = len - SIGNATURE_LEN_WORD - n;
    return looks_random(bytes + s->at, n);
}

size_t eo_signature_payload(const uint8_t *bytes, size_t len)
{
    struct signature s;

    return eo_signature_find(&s, bytes, len) ? s.at : len;
}
