/* arduino_machine.c -- what the halves of the ArduinoOTA machine share:
 * entering a phase, failing, and what a device says when it refuses.
 */
#include "proto/arduino.h"

#include <string.h>

enum proto_status eo_arduino_enter(struct arduino *m, enum arduino_phase next,
                                   uint32_t timeout_ms)
{
    m->phase = next;
    m->timeout_ms = timeout_ms;
    m->clock++;
    if (next == PH_DONE)
        m->base.status = PROTO_DONE;
    return m->base.status;
}

enum proto_status eo_arduino_fail(struct arduino *m)
{
    m->failed_in = m->phase;
    m->out_len = 0;
    m->base.status = PROTO_FAILED;
    return eo_arduino_enter(m, PH_FAILED, 0);
}

struct text eo_arduino_note(struct arduino *m)
{
    char *space = m->note == m->notes[0] ? m->notes[1] : m->notes[0];
    struct text t;

    eo_text_init(&t, space, sizeof m->notes[0]);
    m->note = space;
    return t;
}

static unsigned moment(const struct arduino *m)
{
    const struct espota_image_info *info = espota_image_info(m->job->image);
    const bool gzip = m->form != eo_image_raw(m->job->image);

    return (m->job->how.type == ESPOTA_TYPE_FILESYSTEM ? ARDUINO_OF_FS : 0u) |
           (gzip || info->is_gzip ? ARDUINO_OF_GZIP : 0u) |
           (m->phase >= PH_DATA ? ARDUINO_IN_DATA : 0u);
}

/* This is sent to an ESP8266 only by force.  Its updater changes the third
 * byte of what is not an image, and then finds another MD5.  The text of a
 * Pico, which accepts anything, has no comma. */
static bool is_forced(const struct arduino *m, const char *text, size_t len)
{
    static const char PICO[] = "ERROR[7]: MD5 Failed: expected:";
    const size_t n = sizeof PICO - 1;
    const uint8_t first = m->form->bytes[0];
    const bool pico = len >= n && memcmp(text, PICO, n) == 0 &&
                      memchr(text, ',', len) == NULL;

    return m->job->how.type == ESPOTA_TYPE_APP && !pico &&
           (m->chips & ARDUINO_ESP8266) != 0 && first != 0xe9 && first != 0x1f;
}

enum proto_status eo_arduino_refused(struct arduino *m, const char *text,
                                     size_t len)
{
    const unsigned then = moment(m);
    const struct arduino_error *e = eo_arduino_error(m->chips, then, text, len);
    char words[sizeof m->base.error.device];
    struct text t;

    if (e == NULL) /* an image of another chip, which is what it complains of */
        e = eo_arduino_error(ARDUINO_ANY, then, text, len);
    while (len > 0 && eo_is_space(text[len - 1]))
        len--;
    eo_text_init(&t, words, sizeof words);
    eo_text_add_safe(&t, text, len);
    if (e != NULL && e->category == ESPOTA_E_CHECKSUM &&
        is_forced(m, text, len)) {
        eo_fail_device(
            &m->base.error, ESPOTA_E_REFUSED, words, NULL,
            "the file was forced on the device and is not an image: an "
            "ESP8266 changes such a file while it writes it");
        eo_advise(&m->base.error, ESPOTA_ADVICE_OMIT_FORCE, NULL);
    } else if (e != NULL) {
        eo_fail_device(&m->base.error, e->category, words, NULL, "%s", e->what);
        eo_advise(&m->base.error, e->advice, e->hint);
    } else {
        eo_fail_device(&m->base.error, ESPOTA_E_DEVICE, words,
                       "look at the device's log, and for a newer version of "
                       "this program",
                       "the device failed for a reason this version does not "
                       "know");
    }
    return eo_arduino_fail(m);
}
