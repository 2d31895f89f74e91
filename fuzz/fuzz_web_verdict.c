/* fuzz_web_verdict.c -- any answer to an upload by HTTP: two bytes of
 * status, one that chooses the profile and, by its upper bits, how much of
 * answer and image there was; then the body. */
#include "check.h"
#include "web/verdict.h"

static const struct web_profile *profile(uint8_t which)
{
    size_t n = 0;

    while (eo_web_profile_at(n) != NULL)
        n++;
    return eo_web_profile_at(which % n);
}

/* Only 2xx is taken for success, of who had the image, and success needs a
 * word where there is a form. */
static void check_accepted(const struct web_profile *p,
                           const struct web_answer *a, const char *body)
{
    fuzz_check(a->status >= 200 && a->status < 300 && a->whole);
    fuzz_check(strstr(body, "Update Success") != NULL ||
               (a->ended && strstr(body, "OK") != NULL) ||
               (p->field == NULL && a->status == 200));
    fuzz_check(strstr(body, "Wrong origin") == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = fuzz_input(data, size);
    const int status = 100 + (fuzz_byte(&in) << 8 | fuzz_byte(&in)) % 500;
    const uint8_t how = fuzz_byte(&in);
    const struct web_profile *p = profile(how & 0x1f);
    const size_t len = fuzz_left(&in);
    char *body = fuzz_text(&in, len), *exact = malloc(len > 0 ? len : 1);
    const struct web_answer answer = {
        .status = status,
        .text = exact,
        .len = len,
        .ended = (how & 0x80) == 0,
        .whole = (how & 0x40) == 0,
        .gone = (how & 0x60) != 0x60,
        .location = (how & 0x20) != 0 ? body : NULL,
    };
    struct espota_error err = {.category = ESPOTA_E_OK};

    fuzz_check(exact != NULL);
    memcpy(exact, body, len);
    if (eo_web_verdict(p, &answer, &err) != 0) {
        fuzz_error(&err);
        fuzz_check(fuzz_clean(err.message) && fuzz_clean(err.device));
    } else if (strlen(body) == len) {
        check_accepted(p, &answer, body);
    }
    free(exact);
    free(body);
    return 0;
}
