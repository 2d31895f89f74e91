/* hex.c -- bytes as text: hexadecimal and base64. */
#include "base/hex.h"

#include <string.h>

void eo_hex(char *out, const uint8_t *bytes, size_t len)
{
    static const char DIGITS[] = "0123456789abcdef";

    for (size_t i = 0; i < len; i++) {
        *out++ = DIGITS[bytes[i] >> 4];
        *out++ = DIGITS[bytes[i] & 15];
    }
    *out = '\0';
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

int eo_unhex(uint8_t *out, size_t len, const char *text, size_t text_len)
{
    if (text_len != 2 * len)
        return -1;
    for (size_t i = 0; i < len; i++) {
        const int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);

        if (high < 0 || low < 0)
            return -1;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return 0;
}

static int sextet(char c)
{
    static const char ALPHABET[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c != '\0' ? strchr(ALPHABET, c) : NULL;

    return at != NULL ? (int)(at - ALPHABET) : -1;
}

int eo_unbase64(uint8_t *out, size_t cap, const char *text)
{
    const size_t n = strlen(text);
    size_t done = 0;

    if (n % 4 != 0)
        return -1;
    for (size_t i = 0; i < n; i += 4) {
        const int last = i + 4 == n;
        const size_t pad =
            last ? (size_t)(text[n - 1] == '=') + (text[n - 2] == '=') : 0;
        uint32_t word = 0;

        for (size_t k = 0; k < 4; k++) {
            const int v = k >= 4 - pad && text[i + k] == '='
                              ? 0
                              : sextet(text[i + k]);

            if (v < 0)
                return -1;
            word = word << 6 | (uint32_t)v;
        }
        if ((word & ((1u << (8 * pad)) - 1)) != 0)
            return -1; /* bits after the end: not canonical */
        for (size_t k = 0; k < 3 - pad; k++) {
            if (done == cap)
                return -1;
            out[done++] = (uint8_t)(word >> (16 - 8 * k));
        }
    }
    return (int)done;
}
