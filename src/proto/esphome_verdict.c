/* esphome_verdict.c -- refusals, nonsense and silence, in words. */
#include "proto/esphome_verdict.h"

#include "base/str.h"
#include "proto/proto.h"
#include "wire/esphome.h"

static const char *code_text(char out[8], uint8_t code)
{
    struct text t;

    eo_text_init(&t, out, 8);
    eo_text_add(&t, "0x%02x", code);
    return out;
}

void eo_esphome_unexpected(struct espota_error *err, const char *doing,
                           uint8_t byte)
{
    char code[8];

    eo_fail_device(err, ESPOTA_E_PROTOCOL, code_text(code, byte), NULL,
                   "the device said something unexpected while %s", doing);
    eo_advise(err, ESPOTA_ADVICE_SHOW_BYTES,
              "is this port ESPHome's OTA port?");
}

/* Older firmware on raw lwIP waits that long for each of our messages. */
enum { NEARLY_MS = 900 }; /* of 1000 */

void eo_esphome_too_late(struct espota_error *err)
{
    if (err->category != ESPOTA_E_PROTOCOL)
        return;
    err->category = ESPOTA_E_UNKNOWN;
    eo_advise(err, ESPOTA_ADVICE_NONE, EO_CHECK_FIRST);
}

static void wants_password(struct espota_error *err, bool key_would_do)
{
    eo_fail_advice(err, ESPOTA_E_SECRET,
                   key_would_do ? ESPOTA_ADVICE_GIVE_PASSWORD_OR_KEY
                                : ESPOTA_ADVICE_GIVE_PASSWORD,
                   NULL, "the device wants a password and none was given");
}

void eo_esphome_refused(struct espota_error *err, uint8_t code,
                        const struct esphome_moment *m)
{
    struct esphome_refusal why =
        m->in_data ? eo_esphome_refusal_in_data(code, m->chip)
                   : eo_esphome_refusal(code, m->chip);
    char text[8];

    if (code == ESPHOME_UNKNOWN && m->missing) {
        eo_esphome_gave_up(err, code, m->doing);
        return;
    }
    if (code == ESPHOME_AUTH_INVALID && m->none_given) {
        wants_password(err, m->key_would_do);
        return;
    }
    eo_fail_device(err, why.category, code_text(text, code), NULL, "%s",
                   why.text);
    if (code == ESPHOME_AUTH_INVALID && m->key_would_do)
        eo_advise(err, ESPOTA_ADVICE_GIVE_OLD_PASSWORD_OR_KEY, NULL);
    else
        eo_advise(err, why.advice, why.hint);
}

void eo_esphome_gave_up(struct espota_error *err, uint8_t code,
                        const char *doing)
{
    char text[8];

    eo_fail_device(err, ESPOTA_E_BROKEN, code_text(text, code),
                   "try again; if it stays, restart the device first",
                   "the device gave up: it lost our data while %s", doing);
}

static void advise(struct espota_error *err, const struct esphome_loss *loss)
{
    if (loss->unheard && loss->silent)
        eo_advise(err, ESPOTA_ADVICE_TRY_WEB,
                  "is it in another update, or is this not its OTA port?");
    else if (loss->unheard)
        eo_advise(err, ESPOTA_ADVICE_OTHER_PORT, NULL);
    else if (loss->hasty && loss->rtt_ms >= NEARLY_MS)
        eo_advise(err, ESPOTA_ADVICE_NONE,
                  "flash it from nearer by: ESP8266 and Pico wait for 1 s "
                  "only, up to ESPHome 2025.8");
    else
        eo_advise(err, ESPOTA_ADVICE_NONE,
                  loss->taking
                      ? "is its Wi-Fi good, and is its power supply?"
                      : "is its Wi-Fi good, and its power supply? A firewall "
                        "that inspects the connection ends it like this, too");
}

void eo_esphome_lost(struct espota_error *err, const struct esphome_loss *loss)
{
    char far[64] = "";
    struct text t;

    eo_text_init(&t, far, sizeof far);
    if (loss->hasty && loss->rtt_ms >= NEARLY_MS)
        eo_text_add(&t, "; the round trip takes %u.%u s",
                    loss->rtt_ms / 1000u, loss->rtt_ms % 1000 / 100u);
    if (loss->committed)
        eo_fail_hint(err, ESPOTA_E_UNKNOWN, EO_CHECK_FIRST,
                     "%s after %s: whether it took the image is not known",
                     loss->what, eo_proto_reached(loss->confirmed));
    else if (loss->unheard && loss->silent)
        eo_fail(err, ESPOTA_E_NO_ANSWER, "%s after we greeted it", loss->what);
    else
        eo_fail(err, ESPOTA_E_BROKEN, "%s while %s%s", loss->what, loss->doing,
                far);
    if (!loss->committed)
        advise(err, loss);
    if (err != NULL)
        err->sys_errno = loss->sys;
}
