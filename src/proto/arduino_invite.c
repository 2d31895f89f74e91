/* arduino_invite.c -- the part of ArduinoOTA that uses UDP: until the device
 * has called.
 *
 * Datagrams get lost, so they are repeated.  Only an invitation must not be
 * repeated while a challenge is open: it would cancel the challenge.
 */
#include <string.h>

#include "proto/arduino.h"

enum {
    INVITE_MS = 10000, /* the default of invite_ms */
    MAX_REFUSED = 3,   /* "nobody listens": it may be restarting */
    ANSWER_AGAIN_MS = 2500,
    MAX_ROUNDS = 3, /* invitations whose challenge led nowhere */
    MAX_CHALLENGES = 16, /* more than all forms and rounds together need */
    LEAVE_MS = 100
};

/* Waits between invitations, none longer than invite_ms. */
static const uint32_t INVITE_AGAIN_MS[] = {1500, 3000, 5000, 8000, UINT32_MAX};

enum { MAX_INVITATIONS = sizeof INVITE_AGAIN_MS / sizeof *INVITE_AGAIN_MS };

/* ---- inviting ------------------------------------------------------------ */

static void say(struct arduino *m, const struct text *t)
{
    m->said_len = t->len;
    m->out = (const uint8_t *)m->said;
    m->out_len = t->len;
}

static void say_again(struct arduino *m)
{
    m->out = (const uint8_t *)m->said;
    m->out_len = m->said_len;
}

static enum proto_status invite_again(struct arduino *m)
{
    const uint32_t most =
        m->job->how.invite_ms != 0 ? m->job->how.invite_ms : INVITE_MS;
    const uint32_t wait = INVITE_AGAIN_MS[m->invitations++];

    say_again(m);
    return eo_arduino_enter(m, PH_INVITE, wait < most ? wait : most);
}

enum proto_status eo_arduino_invite(struct arduino *m)
{
    const bool fs = m->job->how.type == ESPOTA_TYPE_FILESYSTEM;
    struct text t;

    eo_text_init(&t, m->said, sizeof m->said);
    eo_arduino_say_invitation(&t, fs ? ARDUINO_FILESYSTEM : ARDUINO_FLASH,
                              m->port, m->form->len, m->form->md5);
    say(m, &t);
    m->invitations = 0;
    m->refused = 0;
    return invite_again(m);
}

static enum proto_status no_answer(struct arduino *m)
{
    if (m->refused > 0)
        eo_fail_hint(&m->base.error, ESPOTA_E_NO_ANSWER,
                     "does its sketch call ArduinoOTA.begin() and handle()? "
                     "Usual ports: ESP8266 8266, ESP32 3232, Pico 2040",
                     "the device is there, but nothing listens on this UDP "
                     "port");
    else
        eo_fail_hint(&m->base.error, ESPOTA_E_NO_ANSWER,
                     "is it on this network, its port right (ESP8266 8266, "
                     "ESP32 3232, Pico 2040), and its loop() calling "
                     "ArduinoOTA.handle()?",
                     "the device did not answer %u invitations",
                     m->invitations);
    return eo_arduino_fail(m);
}

static bool may_be_esp32(const struct arduino *m)
{
    return (m->chips & ARDUINO_ESP32) != 0;
}

/* ---- logging in ---------------------------------------------------------- */

static enum proto_status no_crypto(struct arduino *m)
{
    eo_fail(&m->base.error, ESPOTA_E_INTERNAL,
            "the crypto library refuses to hash");
    return eo_arduino_fail(m);
}

/* After one of the eo_fail family: the device waits for an answer that it will
 * not get, and would swallow the next invitation.  Anything that is not an
 * answer releases it, and so does this. */
static enum proto_status leave(struct arduino *m)
{
    static const uint8_t NOTHING[] = {'\n'};

    m->out = NOTHING;
    m->out_len = sizeof NOTHING;
    return eo_arduino_enter(m, PH_LEAVE, LEAVE_MS);
}

static enum proto_status say_answer(struct arduino *m)
{
    struct text t;

    eo_text_init(&t, m->said, sizeof m->said);
    eo_arduino_say_answer(&t, m->login.cnonce, m->login.response);
    say(m, &t);
    m->answered_ms = 0;
    return eo_arduino_enter(m, PH_ANSWER, ANSWER_AGAIN_MS);
}

/* The device may have missed it, or may be busy: a second one does no harm. */
static enum proto_status answer_again(struct arduino *m)
{
    m->answered_ms += m->timeout_ms;
    if (m->answered_ms < m->job->answer_ms) {
        say_again(m);
        return eo_arduino_enter(m, PH_ANSWER, ANSWER_AGAIN_MS);
    }
    if (++m->rounds < MAX_ROUNDS)
        return eo_arduino_invite(m);
    eo_fail_hint(&m->base.error, ESPOTA_E_NO_ANSWER,
                 m->login.pbkdf2
                     ? "its loop() is probably blocked: restart the device, "
                       "then try again"
                     : "either its loop() is blocked (restart it, then try "
                       "again), or it has no room for the image: ESP8266 cores "
                       "up to 2.4 say nothing then",
                 "the device asked for a password, but did not reply to it");
    return eo_arduino_fail(m);
}

static enum proto_status derive(struct arduino *m)
{
    if (m->login.response[0] != '\0')
        return say_answer(m);
    if (m->phase == PH_DERIVE && eo_arduino_login_work(&m->login) != 0)
        return no_crypto(m);
    return m->login.response[0] != '\0' ? say_answer(m)
                                        : eo_arduino_enter(m, PH_DERIVE, 0);
}

static enum proto_status challenged(struct arduino *m, const char *nonce)
{
    const bool md5 = strlen(nonce) == ARDUINO_MD5_HEX;
    struct text t;

    if (m->phase > PH_ANSWER || (m->phase > PH_INVITE &&
                                 strcmp(nonce, m->login.nonce) == 0))
        return m->base.status; /* told twice */
    m->calls = 0;
    if (++m->challenges > MAX_CHALLENGES) {
        eo_fail_hint(&m->base.error, ESPOTA_E_PROTOCOL, "restart it",
                     "the device asks for the password again and again");
        return eo_arduino_fail(m);
    }
    m->hello.auth = md5 ? "md5" : "pbkdf2";
    m->said_hello = true;
    if (!md5)
        m->chips = ARDUINO_ESP32;
    if (md5 && m->job->how.min_auth == ESPOTA_AUTH_SHA256) {
        eo_fail_advice(&m->base.error, ESPOTA_E_POLICY, ESPOTA_ADVICE_ALLOW_MD5,
                       "ESP32 cores since 3.3.1 use SHA-256; ESP8266 and Pico "
                       "cannot",
                       "the device asks for an MD5 login, which is "
                       "forbidden");
        return leave(m);
    }
    /* If none is given, the empty one is tried, in the likeliest form: some
     * devices have that. */
    if (eo_arduino_login_start(&m->login, nonce,
                               m->job->password != NULL ? m->job->password : "",
                               m->job->how.md5_stored, m->job->entropy,
                               sizeof m->job->entropy) != 0)
        return no_crypto(m);
    t = eo_arduino_note(m);
    eo_text_add(&t, "answering a%s challenge with %s",
                md5 ? "n MD5" : " PBKDF2-HMAC-SHA256",
                eo_arduino_login_words(&m->login));
    m->phase = PH_INVITE; /* no slice has been done of this one */
    return derive(m);
}

static enum proto_status denied(struct arduino *m)
{
    if (m->phase != PH_ANSWER)
        return m->base.status; /* from an earlier answer */
    m->calls = 0;
    if (m->job->password == NULL) {
        eo_fail_advice(&m->base.error, ESPOTA_E_SECRET,
                       ESPOTA_ADVICE_GIVE_PASSWORD, NULL,
                       "the device wants a password and none was given");
        return eo_arduino_fail(m);
    }
    if (eo_arduino_login_next(&m->login, m->job->how.md5_stored))
        return eo_arduino_invite(m);
    eo_fail_device(&m->base.error, ESPOTA_E_AUTH, "Authentication Failed",
                   "it wants the password of the firmware it runs now, not of "
                   "the one being sent",
                   "the device refused the password");
    return eo_arduino_fail(m);
}

/* ---- what else a device says --------------------------------------------- */

static enum proto_status nonsense(struct arduino *m,
                                  const struct arduino_reply *r)
{
    char words[sizeof m->base.error.device];
    struct text t;

    eo_text_init(&t, words, sizeof words);
    eo_text_add_safe(&t, r->text, r->len);
    if (r->kind == ARDUINO_BAD_NONCE) {
        eo_fail_device(&m->base.error, ESPOTA_E_PROTOCOL, words,
                       "look for a newer version of this program",
                       "the device's challenge has %zu characters, 32 or 64 "
                       "hexadecimal ones are known",
                       r->len);
    } else {
        eo_fail_device(&m->base.error, ESPOTA_E_PROTOCOL, words, NULL,
                       "the device gave an answer that ArduinoOTA does not "
                       "have");
        eo_advise(&m->base.error, ESPOTA_ADVICE_SHOW_BYTES,
                  "is this port ArduinoOTA's?");
    }
    return eo_arduino_fail(m);
}

static enum proto_status accepted(struct arduino *m)
{
    if (m->phase == PH_CALL)
        return m->base.status;
    if (m->hello.auth == NULL)
        m->hello.auth = "none";
    m->said_hello = true;
    return eo_arduino_enter(m, PH_CALL, m->job->answer_ms);
}

enum proto_status eo_arduino_on_datagram(struct arduino *m,
                                         const uint8_t *bytes, size_t len)
{
    const struct arduino_reply r = eo_arduino_parse_reply(bytes, len);

    m->refused = 0;
    switch (r.kind) {
    case ARDUINO_OK:
        return accepted(m);
    case ARDUINO_CHALLENGE:
        return challenged(m, r.nonce);
    case ARDUINO_DENIED:
        return denied(m);
    case ARDUINO_ERROR:
        m->calls = 0;
        return eo_arduino_refused(m, r.text, r.len);
    case ARDUINO_BAD_NONCE:
    case ARDUINO_NONSENSE:
        return nonsense(m, &r);
    }
    return m->base.status;
}

enum proto_status eo_arduino_on_said(struct arduino *m)
{
    m->out_len = 0;
    /* With a password it is the answer that may lead to a call, and to a
     * single one. */
    if (m->phase == PH_ANSWER)
        m->calls = 1;
    else if (m->phase == PH_INVITE && m->challenges == 0)
        m->calls++;
    return m->phase == PH_LEAVE ? eo_arduino_fail(m) : m->base.status;
}

/* Once means nothing: the device may be starting. */
enum proto_status eo_arduino_on_unreachable(struct arduino *m, bool refused)
{
    m->refused += refused && m->phase == PH_INVITE;
    m->calls -= refused && m->calls > 0;
    return m->refused >= MAX_REFUSED ? no_answer(m) : m->base.status;
}

static enum proto_status no_call(struct arduino *m)
{
    const bool esp32 = may_be_esp32(m);

    eo_fail_advice(&m->base.error, ESPOTA_E_NO_CALLBACK,
                   esp32 ? ESPOTA_ADVICE_FIX_PORT_ESP32 : ESPOTA_ADVICE_FIX_PORT,
                   NULL,
                   "the device accepted but did not connect to %s:%u within "
                   "%u s: either a firewall or NAT keeps it from there%s",
                   m->local, m->port, (unsigned)(m->job->answer_ms / 1000),
                   esp32 ? ", or it refused the image, which an ESP32 does "
                           "without a word (too big, or no OTA partition)"
                         : ", or its network is too weak");
    return eo_arduino_fail(m);
}

/* ---- events -------------------------------------------------------------- */

enum proto_status eo_arduino_on_silence(struct arduino *m)
{
    switch (m->phase) {
    case PH_INVITE:
        return m->invitations < MAX_INVITATIONS ? invite_again(m)
                                                : no_answer(m);
    case PH_DERIVE:
        return derive(m);
    case PH_ANSWER:
        return answer_again(m);
    case PH_LEAVE:
        return eo_arduino_fail(m);
    case PH_CALL:
        return no_call(m);
    case PH_OPEN:
    case PH_DATA:
    case PH_TEXT:
    case PH_VERDICT:
    case PH_BYE:
    case PH_DONE:
    case PH_FAILED:
        break;
    }
    return m->base.status;
}
