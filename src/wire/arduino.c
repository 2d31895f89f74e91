/* arduino.c -- ArduinoOTA's datagrams, replies and error texts. */
#include "wire/arduino.h"

#include <string.h>

#include "base/hex.h"

void eo_arduino_say_invitation(struct text *t, enum arduino_command command,
                               uint16_t port, size_t size, const char *md5)
{
    eo_text_add(t, "%d %u %zu %s\n", command, port, size, md5);
}

/* A bare LF after the response: with CRLF it is one character too long for the
 * device, which then says nothing. */
void eo_arduino_say_answer(struct text *t, const char *cnonce,
                           const char *response)
{
    eo_text_add(t, "%d %s %s\n", ARDUINO_ANSWER, cnonce, response);
}

/* ---- what a device says by UDP ------------------------------------------ */

static bool begins(const char *text, size_t len, const char *with)
{
    const size_t n = strlen(with);

    return len >= n && memcmp(text, with, n) == 0;
}

static bool is(const char *text, size_t len, const char *word)
{
    return len == strlen(word) && begins(text, len, word);
}

static struct arduino_reply parse_challenge(const char *nonce, size_t len)
{
    struct arduino_reply r = {ARDUINO_BAD_NONCE, .text = nonce, .len = len};
    uint8_t unused[ARDUINO_SHA256_HEX / 2];

    if ((len == ARDUINO_MD5_HEX || len == ARDUINO_SHA256_HEX) &&
        eo_unhex(unused, len / 2, nonce, len) == 0) {
        r.kind = ARDUINO_CHALLENGE;
        memcpy(r.nonce, nonce, len);
    }
    return r;
}

struct arduino_reply eo_arduino_parse_reply(const uint8_t *bytes, size_t len)
{
    static const char AUTH[] = "AUTH ", ERR[] = "ERR: ";
    struct arduino_reply r = {.kind = ARDUINO_NONSENSE};
    const char *text = (const char *)bytes;

    while (len > 0 && (eo_is_space(text[len - 1]) || text[len - 1] == '\0'))
        len--;
    if (is(text, len, "OK")) {
        r.kind = ARDUINO_OK;
    } else if (is(text, len, "Authentication Failed")) {
        r.kind = ARDUINO_DENIED;
    } else if (begins(text, len, AUTH)) {
        return parse_challenge(text + strlen(AUTH), len - strlen(AUTH));
    } else if (begins(text, len, ERR)) {
        text += strlen(ERR);
        len -= strlen(ERR);
        r.kind = ARDUINO_ERROR;
    }
    r.text = text;
    r.len = len;
    return r;
}

/* ---- what it says by TCP ------------------------------------------------ */

static bool in_count(char c)
{
    return eo_is_digit(c) || c == ' ' || c == '\r' || c == '\n';
}

void eo_arduino_hear(struct arduino_said *s, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        const char c = (char)bytes[i];

        if (s->len == 0 && in_count(c))
            s->counted = true;
        else if (s->len < sizeof s->text)
            s->text[s->len++] = c;
    }
}

enum arduino_meaning eo_arduino_meaning(const struct arduino_said *s)
{
    size_t len = s->len;

    while (len > 0 && in_count(s->text[len - 1]))
        len--;
    if (len == 0 || is(s->text, len, "O"))
        return ARDUINO_MEANS_NOTHING;
    if (is(s->text, len, "OK"))
        return ARDUINO_MEANS_OK;
    return memchr(s->text, '\n', s->len) != NULL || s->len == sizeof s->text
               ? ARDUINO_MEANS_ERROR
               : ARDUINO_MEANS_PART;
}

/* ---- error texts -------------------------------------------------------- */

/* "next" may be two initializers: EO_ADVICE(). */
/* NOLINTBEGIN(bugprone-macro-parentheses) */
static const struct arduino_error ERRORS[] = {
#define X(chips, moment, text, category, what, next) \
    {ARDUINO_##chips, ARDUINO_##moment, ESPOTA_E_##category, text, what, \
     .hint = next},
    ARDUINO_ERRORS_THEN(X)
#undef X
#define X(chips, text, category, what, next) \
    {ARDUINO_##chips, 0, ESPOTA_E_##category, text, what, .hint = next},
    ARDUINO_ERRORS(X)
#undef X
};
/* NOLINTEND(bugprone-macro-parentheses) */

const struct arduino_error *eo_arduino_error_at(size_t i)
{
    return i < sizeof ERRORS / sizeof *ERRORS ? &ERRORS[i] : NULL;
}

/* "ERROR[11]: ", which only says which of several tables has the number. */
static size_t number_len(const char *text, size_t len)
{
    static const char ERROR[] = "ERROR[";
    size_t i = strlen(ERROR);

    if (!begins(text, len, ERROR))
        return 0;
    while (i < len && eo_is_digit(text[i]))
        i++;
    return begins(text + i, len - i, "]: ") ? i + 3 : 0;
}

static const struct arduino_error *find(unsigned chip, unsigned moment,
                                        const char *text, size_t len)
{
    for (size_t i = 0; i < sizeof ERRORS / sizeof *ERRORS; i++)
        if ((ERRORS[i].chips & chip) != 0 &&
            (ERRORS[i].moment & ~moment) == 0 &&
            strlen(ERRORS[i].text) <= len &&
            eo_starts_with_nocase(text, ERRORS[i].text))
            return &ERRORS[i];
    return NULL;
}

/* Where a text may come from several chips, the number in front, or its
 * absence, tells which; but one text of a Pico has none. */
const struct arduino_error *eo_arduino_error(unsigned chip, unsigned moment,
                                             const char *text, size_t len)
{
    const size_t skip = number_len(text, len);
    const unsigned likely =
        chip & (skip > 0 ? ARDUINO_NUMBERED : ARDUINO_ESP32);
    const struct arduino_error *e =
        find(likely, moment, text + skip, len - skip);

    return e != NULL ? e : find(chip, moment, text + skip, len - skip);
}
