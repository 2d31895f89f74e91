/* sign.c -- appends a signature to an image, or checks the one there. */
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "crypto/sign.h"
#include "image/esp32.h"
#include "image/image.h"
#include "image/signature.h"

/* The cores' verifier wants a signature as long as the public key's point, and
 * also one of even length; for EC that point is an odd number of bytes. */
static const char *doubt_of(const char *key, enum signature_form form)
{
    if (form == SIGNATURE_LEGACY)
        return "it is of the kind before core 2.5.3, which later cores refuse";
    if (form == SIGNATURE_DER)
        return "it is DER, and the cores look for two bare numbers";
    return key[0] == 'E' ? "the Arduino cores up to 3.1.2 offer EC keys, but "
                           "their check of the length refuses every one"
                         : NULL;
}

static void tell(struct espota_signature *out, const struct signature *s,
                 enum signature_form form)
{
    out->key = eo_signature_name(s);
    out->doubt = doubt_of(out->key, form);
    out->payload = s->at;
}

static int may_be_signed(const struct espota_image *img,
                         struct espota_error *err)
{
    const struct espota_image_info *info = espota_image_info(img);
    const struct findings *f = eo_image_findings(img);

    if (info->is_signed)
        return eo_fail_hint(err, ESPOTA_E_IMAGE,
                            "sign the file the build made, not the signed one",
                            "%s is signed already", info->file);
    if (eo_esp32_is_family(info->chip))
        return eo_fail_hint(err, ESPOTA_E_IMAGE,
                            "sign it with ESP-IDF's or the Arduino core's own "
                            "tool",
                            "%s is for %s, which verifies other signatures",
                            info->file, info->chip);
    if (f->role != ROLE_APP && f->role != ROLE_FILESYSTEM &&
        f->role != ROLE_UNKNOWN)
        return eo_fail_advice(err, ESPOTA_E_IMAGE, f->advice, f->instead,
                              "%s is %s, which no device takes", info->file,
                            f->kind->what);
    return 0;
}

int espota_image_sign(const struct espota_image *img, const void *key,
                      size_t key_len, void **out, size_t *out_len,
                      struct espota_signature *made, struct espota_error *err)
{
    const struct image_form *raw = eo_image_raw(img);
    uint8_t sig[SIGNATURE_MAX], *bytes;
    struct signature s = {.at = raw->len};

    if (may_be_signed(img, err) != 0 ||
        eo_sign(sig, &s.len, &(struct piece){key, key_len},
                &(struct piece){raw->bytes, raw->len}, err) != 0)
        return -1;
    bytes = eo_calloc(s.at + s.len + SIGNATURE_LEN_WORD, 1);
    if (bytes == NULL)
        return eo_fail_memory(err);
    memcpy(bytes, raw->bytes, s.at);
    memcpy(bytes + s.at, sig, s.len);
    eo_put_le32(bytes + s.at + s.len, (uint32_t)s.len);
    *out = bytes;
    *out_len = s.at + s.len + SIGNATURE_LEN_WORD;
    if (made != NULL)
        tell(made, &s, SIGNATURE_PLAIN);
    return 0;
}

void espota_bytes_free(void *bytes)
{
    eo_free(bytes);
}

int espota_image_verify(const struct espota_image *img, const void *pub,
                        size_t pub_len, struct espota_signature *found,
                        struct espota_error *err)
{
    const struct image_form *raw = eo_image_raw(img);
    enum signature_form form;
    struct signature s;

    /* The key decides, so accept any length that leaves some of the image. */
    s.len = raw->len > SIGNATURE_LEN_WORD
                ? eo_le32(raw->bytes + raw->len - SIGNATURE_LEN_WORD) : 0;
    if (s.len == 0 || s.len > SIGNATURE_MAX ||
        s.len >= raw->len - SIGNATURE_LEN_WORD)
        return eo_fail(err, ESPOTA_E_IMAGE, "%s has no signature",
                       espota_image_info(img)->file);
    s.at = raw->len - SIGNATURE_LEN_WORD - s.len;
    if (eo_verify(&form, &(struct piece){pub, pub_len},
                  &(struct piece){raw->bytes, s.at},
                  &(struct piece){raw->bytes + s.at, s.len}, err) != 0)
        return -1;
    if (found != NULL)
        tell(found, &s, form);
    return 0;
}
