/* fuzz_proto_web_verdict.c -- any answer to an upload by HTTP: two bytes of
 * status, one that chooses the profile, then the body. */
#include "check.h"
#include "proto/web_verdict.h"

static const struct web_profile *profile(uint8_t which)
{
    size_t n = 0;

    while (eo_web_profile_at(n) != NULL)
        n++;
    return eo_web_profile_at(which % n);
}

/* Status 4xx and 5xx are never taken for success, and success needs a word,
 * where there is a form. */
static void check_accepted(const struct web_profile *p, int status,
                           const char *body)
{
    fuzz_check(status < 400);
    fuzz_check(strstr(body, "Update Success") != NULL ||
               (p->field == NULL && status == 200));
    fuzz_check(strstr(body, "Wrong origin") == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = fuzz_input(data, size);
    const int status = 100 + (fuzz_byte(&in) << 8 | fuzz_byte(&in)) % 500;
    const struct web_profile *p = profile(fuzz_byte(&in));
    const size_t len = fuzz_left(&in);
    char *body = fuzz_text(&in, len), *exact = malloc(len > 0 ? len : 1);
    struct espota_error err = {.category = ESPOTA_E_OK};

    fuzz_check(exact != NULL);
    memcpy(exact, body, len);
    if (eo_web_verdict(p, status, exact, len, &err) != 0) {
        fuzz_error(&err);
        fuzz_check(fuzz_clean(err.message) && fuzz_clean(err.device));
    } else if (strlen(body) == len) {
        check_accepted(p, status, body);
    }
    free(exact);
    free(body);
    return 0;
}
