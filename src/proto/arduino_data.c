/* arduino_data.c -- the part of ArduinoOTA that uses TCP: the image, and what
 * the device says about it.
 *
 * The device sends a count after each of its reads.  It does not care whether
 * we wait for them, so we do not: a window limits what is under way, and the
 * acknowledgements of the device's TCP move it.
 */
#include "proto/arduino.h"

enum {
    VERDICT_MS = 60000, /* a signature check on a slow chip takes long */
    TEXT_MS = 1000,     /* the rest of an error text */
    GOODBYE_MS = 2000,  /* ESP8266 and Pico close a second after their OK */
    COUNT_MS = 200,     /* lock-step with a device that never counts */
    WINDOW_SMALL = 8192, /* ESP8266, Pico, and perhaps others */
    WINDOW_ESP32 = 16384
};

/* ---- the image ----------------------------------------------------------- */

static size_t window(const struct arduino *m)
{
    if (m->lockstep)
        return ARDUINO_CHUNK;
    if (m->job->how.window != ESPOTA_WINDOW_AUTO)
        return m->job->how.window;
    return m->chips == ARDUINO_ESP32 ? WINDOW_ESP32 : WINDOW_SMALL;
}

/* Lock-step waits until the device has taken one chunk before the next.  Its
 * counts do not say how much that is (they come per read, merged and split):
 * they are a sign of life, besides the acknowledgements of its TCP. */
static bool waits_for_count(const struct arduino *m)
{
    return m->lockstep && m->sent > 0 && m->acked == m->sent &&
           !m->heard.counted;
}

static void offer(struct arduino *m)
{
    const size_t end = m->acked + window(m);
    const size_t most = end < m->form->len ? end : m->form->len;

    if (m->lockstep && (m->acked < m->sent || waits_for_count(m)))
        return;
    if (m->sent == most)
        return;
    m->heard.counted = false;
    m->out = m->form->bytes + m->sent;
    m->out_len = most - m->sent;
}

static enum proto_status go_on(struct arduino *m)
{
    const uint32_t stall_ms = m->job->stall_ms;

    if (m->acked == m->form->len)
        return eo_arduino_enter(m, PH_VERDICT, stall_ms < VERDICT_MS
                                                   ? stall_ms
                                                   : VERDICT_MS);
    offer(m);
    return eo_arduino_enter(m, PH_DATA, waits_for_count(m) && !m->ever_counted
                                            ? COUNT_MS
                                            : stall_ms);
}

/* The connection itself says "accepted": the OK may have been lost, and the
 * devices of 2015 never send one. */
enum proto_status eo_arduino_called(struct arduino *m)
{
    if (m->hello.auth == NULL)
        m->hello.auth = "none";
    m->said_hello = true;
    m->out_len = 0;
    m->calls -= m->calls > 0;
    return go_on(m);
}

enum proto_status eo_arduino_on_sent(struct arduino *m, size_t n)
{
    if (m->phase != PH_DATA)
        return m->base.status;
    m->out += n;
    m->out_len -= n;
    m->sent += n;
    if (m->sent == m->form->len)
        m->base.committed = true;
    return go_on(m);
}

enum proto_status eo_arduino_on_acked(struct arduino *m, size_t total)
{
    if (total <= m->acked || total > m->sent)
        return m->base.status;
    m->acked = total;
    return m->phase == PH_DATA ? go_on(m) : m->base.status;
}

/* All of it was sent, and nothing came back. */
static enum proto_status unknown(struct arduino *m, const char *what)
{
    eo_fail_hint(&m->base.error, ESPOTA_E_UNKNOWN, EO_CHECK_FIRST,
                 "%s after %s: whether it took the image is not known", what,
                 eo_proto_reached(eo_proto_confirmed(&m->base)));
    return eo_arduino_fail(m);
}

static enum proto_status broken(struct arduino *m, const char *what)
{
    eo_fail_hint(&m->base.error, ESPOTA_E_BROKEN,
                 "is its Wi-Fi good, and is its power supply?",
                 "%s after %zu of %zu bytes", what, m->acked, m->form->len);
    return eo_arduino_fail(m);
}

static enum proto_status said_ok(struct arduino *m)
{
    if (m->sent == m->form->len)
        return eo_proto_accept(&m->base) == 0
                   ? eo_arduino_enter(m, PH_BYE, GOODBYE_MS)
                   : eo_arduino_fail(m);
    eo_fail_device(&m->base.error, ESPOTA_E_PROTOCOL, "OK", NULL,
                   "the device said OK after %zu of %zu bytes", m->sent,
                   m->form->len);
    return eo_arduino_fail(m);
}

enum proto_status eo_arduino_on_stream(struct arduino *m,
                                       const uint8_t *bytes, size_t len)
{
    enum arduino_meaning meaning;

    if (m->phase == PH_BYE)
        return m->base.status;
    eo_arduino_hear(&m->heard, bytes, len);
    m->ever_counted |= m->heard.counted;
    meaning = eo_arduino_meaning(&m->heard);
    if (meaning != ARDUINO_MEANS_NOTHING)
        m->out_len = 0; /* nobody reads it any more */
    switch (meaning) {
    case ARDUINO_MEANS_OK:
        return said_ok(m);
    case ARDUINO_MEANS_PART: /* one more letter does not extend a deadline */
        return m->phase == PH_TEXT ? m->base.status
                                   : eo_arduino_enter(m, PH_TEXT, TEXT_MS);
    case ARDUINO_MEANS_ERROR:
        return eo_arduino_refused(m, m->heard.text, m->heard.len);
    case ARDUINO_MEANS_NOTHING:
        break;
    }
    /* Counts alone do not extend a deadline; a chunk that they release
     * does. */
    if (m->phase == PH_DATA && m->lockstep && m->out_len == 0 &&
        m->acked == m->sent)
        return go_on(m);
    return m->base.status;
}

/* An orderly close tells exactly what the device's TCP had taken; a reset or
 * silence does not: the last acknowledgements may be lost like the OK. */
enum proto_status eo_arduino_hung_up(struct arduino *m, int sys)
{
    const char *what = sys == 0 ? "the device closed the connection"
                                : "the connection broke";

    if (m->phase == PH_BYE)
        return eo_arduino_enter(m, PH_DONE, 0);
    if (m->phase == PH_TEXT)
        return eo_arduino_refused(m, m->heard.text, m->heard.len);
    if (m->sent == m->form->len && (sys != 0 || m->acked == m->sent))
        unknown(m, what);
    else
        broken(m, what);
    m->base.error.sys_errno = sys;
    return m->base.status;
}

enum proto_status eo_arduino_stalled(struct arduino *m)
{
    if (m->phase == PH_BYE)
        return eo_arduino_enter(m, PH_DONE, 0);
    if (m->phase == PH_TEXT)
        return eo_arduino_refused(m, m->heard.text, m->heard.len);
    if (m->sent == m->form->len)
        return unknown(m, "the device fell silent");
    if (waits_for_count(m) && !m->ever_counted) {
        m->heard.counted = true; /* it is one of those that never count */
        return go_on(m);
    }
    return broken(m, "the device stopped taking data");
}
