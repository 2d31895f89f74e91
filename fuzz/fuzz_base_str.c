/* fuzz_base_str.c -- foreign text made safe, numbers, hexadecimal and base64
 * read: the first byte says how much room there is. */
#include <inttypes.h>

#include "check.h"
#include "base/err.h"
#include "base/hex.h"
#include "base/str.h"

/* Whatever comes in, people get UTF-8 that drives no terminal, whole, and what
 * was that already comes out as it was. */
static void make_safe(const char *bytes, size_t len, size_t cap)
{
    char *space = malloc(cap), *whole = malloc(4 * len + 1);
    struct text t, all;

    fuzz_check(space != NULL && whole != NULL);
    eo_text_init(&t, space, cap);
    eo_text_add_safe(&t, bytes, len);
    fuzz_check(t.len < cap && strlen(space) == t.len && fuzz_clean(space));
    eo_text_init(&all, whole, 4 * len + 1);
    eo_text_add_safe(&all, bytes, len);
    fuzz_check(!all.cut && fuzz_clean(whole));
    fuzz_check(t.cut || strcmp(space, whole) == 0);
    fuzz_check(memcmp(space, whole, t.cut && t.len > 3 ? t.len - 3 : 0) == 0);
    fuzz_check(strlen(bytes) != len || !fuzz_clean(bytes) ||
               strcmp(whole, bytes) == 0);
    free(space);
    free(whole);
}

static void fail_with(const char *text)
{
    struct espota_error err;

    fuzz_check(eo_fail_device(&err, ESPOTA_E_DEVICE, text, NULL, "%s and %s",
                              text, text) == -1);
    fuzz_check(strlen(err.message) < sizeof err.message);
    /* Cutting never spoils what was fine. */
    fuzz_check(!fuzz_clean(text) ||
               (fuzz_clean(err.message) && fuzz_clean(err.device)));
}

static void read_number(const char *text, uint64_t max)
{
    uint64_t n;
    char again[24];

    if (eo_parse_uint(text, 1, max, &n) != 0)
        return;
    fuzz_check(n >= 1 && n <= max);
    snprintf(again, sizeof again, "%" PRIu64, n);
    fuzz_check(strcmp(text + strspn(text, "0"), again) == 0);
}

static void read_bytes(const char *text, size_t cap)
{
    const size_t len = strlen(text);
    uint8_t *out = malloc(cap > 0 ? cap : 1);
    char hex[2 * 256 + 1];
    int n;

    fuzz_check(out != NULL);
    n = eo_unbase64(out, cap, text);
    fuzz_check(n == -1 ||
               ((size_t)n <= cap && len == 4 * (((size_t)n + 2) / 3)));
    if (eo_unhex(out, cap, text, len) == 0) {
        fuzz_check(len == 2 * cap);
        eo_hex(hex, out, cap);
        fuzz_check(eo_same_nocase(hex, text));
    }
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const WORDS[] = {"firmware", "filesystem", "version",
                                        NULL};
    struct fuzz_input in = fuzz_input(data, size);
    const uint8_t room = fuzz_byte(&in);
    const size_t len = fuzz_left(&in);
    char *text = fuzz_text(&in, len);
    const char *near;

    make_safe(text, len, 1u + room);
    fail_with(text);
    read_number(text, (uint64_t)1 << room % 64);
    read_bytes(text, room);
    near = eo_nearest(text, WORDS);
    fuzz_check(near == NULL || near == WORDS[0] || near == WORDS[1] ||
               near == WORDS[2]);
    free(text);
    return 0;
}
