/* sign.h -- signing and checking with RSA and EC keys from PEM.
 *
 * SHA-256 throughout.  RSA signs by RSASSA-PKCS1-v1_5; EC gives the two
 * numbers r and s side by side, each as long as the curve's order, as small
 * verifiers want them.
 */
#ifndef EO_SIGN_H
#define EO_SIGN_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/digest.h"

enum { SIGNATURE_MAX = 2048 }; /* bytes: RSA of 16384 bits */

/* Both keys are PEM; nothing asks for a passphrase, an encrypted one fails.
 * Fails with ESPOTA_E_SECRET if it is not a key. */
int eo_sign(uint8_t out[SIGNATURE_MAX], size_t *out_len,
            const struct piece *key, const struct piece *what,
            struct espota_error *err) EO_MUST_CHECK;

/* How a signature was made. */
enum signature_form {
    SIGNATURE_PLAIN, /* as eo_sign() does */
    SIGNATURE_DER,   /* EC, but as OpenSSL writes it */
    SIGNATURE_LEGACY /* RSA without the name of the digest (core 2.5) */
};

/* ESPOTA_E_POLICY if the key did not make that signature. */
int eo_verify(enum signature_form *, const struct piece *key,
              const struct piece *what, const struct piece *signature,
              struct espota_error *err) EO_MUST_CHECK;

#endif
