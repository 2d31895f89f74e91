/* key.c -- the key exchange of a simulated ESPHome device that encrypts. */
#include <string.h>

#include "base/buf.h"
#include "crypto/random.h"
#include "sim_esphome/session.h"

static bool reject(struct esphome_session *s, const char *reason)
{
    uint8_t frame[NOISE_HEAD + NOISE_HANDSHAKE_MAX] = {NOISE_MARK};
    const size_t len = strlen(reason);

    eo_put_be16(frame + 1, (uint16_t)(1 + len));
    frame[NOISE_HEAD] = NOISE_REJECT;
    memcpy(frame + NOISE_HEAD + 1, reason, len);
    eo_sim_esphome_say_raw(s, frame, NOISE_HEAD + 1 + len);
    eo_sim_esphome_finish(s, OUTCOME_REFUSED, -1);
    return false;
}

bool eo_sim_esphome_key_agreed(struct esphome_session *s)
{
    static const uint8_t HEAD[NOISE_HEAD + 1] = {
        NOISE_MARK, 0, 1 + NOISE_MESSAGE, NOISE_ACCEPT};
    uint8_t spoken[SIM_NOISE_SPOKEN] = {[5] = ESPHOME_OK,
                                        [6] = (uint8_t)s->config->version,
                                        [7] = s->features,
                                        [8] = ESPHOME_FEATURE_FLAGS,
                                        [9] = s->server_flags};
    uint8_t own[NOISE_KEY], psk[NOISE_KEY], answer[KEY_FRAME];
    uint8_t *const message = answer + sizeof HEAD;

    memcpy(spoken, EO_ESPHOME_MAGIC, ESPHOME_MAGIC_LEN);
    memcpy(psk, s->config->key.bytes, sizeof psk);
    memcpy(answer, HEAD, sizeof HEAD);
    psk[0] ^= eo_sim_esphome_faulty(s, FAULT_WRONG_KEY);
    spoken[9] ^=
        eo_sim_esphome_faulty(s, FAULT_TAMPERED) ? ESPHOME_TAKES_GZIP : 0;
    if (memcmp(s->in, HEAD, sizeof HEAD) != 0 ||
        eo_sim_esphome_faulty(s, FAULT_KEY_ERROR) ||
        eo_random(own, sizeof own) != 0)
        return reject(s, NOISE_REASON_ERROR);
    if (eo_sim_noise_greet(&s->noise, psk, spoken, own, s->in + sizeof HEAD,
                           message) != 0)
        return reject(s, NOISE_REASON_MAC);
    if (eo_sim_esphome_faulty(s, FAULT_IMPOSTOR))
        message[NOISE_KEY] ^= 0x01;
    if (eo_sim_esphome_faulty(s, FAULT_ZERO_SHARE))
        memset(message, 0, NOISE_KEY);
    eo_sim_esphome_say_raw(s, answer, sizeof answer);
    s->sealed = true;
    return true;
}
