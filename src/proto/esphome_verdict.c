/* esphome_verdict.c -- refusals, nonsense and silence, in words. */
#include "proto/esphome_verdict.h"

#include "base/str.h"
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

    eo_fail_device(err, ESPOTA_E_PROTOCOL, code_text(code, byte),
                   "is this port ESPHome's OTA port? -vvv shows every byte",
                   "the device said something unexpected while %s", doing);
}

void eo_esphome_refused(struct espota_error *err, uint8_t code, bool in_data)
{
    const struct esphome_refusal why = in_data
                                           ? eo_esphome_refusal_in_data(code)
                                           : eo_esphome_refusal(code);
    char text[8];

    eo_fail_device(err, why.category, code_text(text, code), why.hint, "%s",
                   why.text);
}

void eo_esphome_gave_up(struct espota_error *err, const char *doing)
{
    eo_fail_device(err, ESPOTA_E_BROKEN, "0x00",
                   "try again; if it stays, restart the device first",
                   "the device gave up: it lost our data while %s", doing);
}

void eo_esphome_lost(struct espota_error *err, const struct esphome_loss *loss)
{
    if (loss->committed)
        eo_fail_hint(err, ESPOTA_E_UNKNOWN,
                     "look what the device runs before you flash it again",
                     "%s after it had every byte: whether it took the image "
                     "is not known",
                     loss->what);
    else if (loss->no_answer)
        eo_fail_hint(err, ESPOTA_E_NO_ANSWER,
                     "is it in another update, or is this not its OTA port? A "
                     "web page wants --protocol web",
                     "%s after we greeted it", loss->what);
    else
        eo_fail_hint(err, ESPOTA_E_BROKEN,
                     "is its Wi-Fi good, and is its power supply?",
                     "%s while %s", loss->what, loss->doing);
    if (err != NULL)
        err->sys_errno = loss->sys;
}
