/* fuzz_base_device.c -- any text as a device: its parts lie in it, and what is
 * shown of it is read as the same again. */
#include "base/device.h"
#include "check.h"

static void check_part(const struct part *p, const char *text, size_t len)
{
    fuzz_check(p->at == NULL || (p->at >= text && p->at + p->len <= text + len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = fuzz_input(data, size);
    char *text = fuzz_text(&in, fuzz_left(&in));
    const size_t len = strlen(text);
    struct device_words d, again;
    struct espota_error err;

    if (eo_device_read(&d, text, &err) != 0) {
        fuzz_error(&err);
        fuzz_check(err.category == ESPOTA_E_USAGE);
    } else {
        char *shown = malloc(d.target.len + 1);

        fuzz_check(shown != NULL && d.host.len > 0 && d.host.len <= 253);
        check_part(&d.name, text, len);
        check_part(&d.target, text, len);
        check_part(&d.host, text, len);
        check_part(&d.path, text, len);
        fuzz_check(memchr(d.target.at, '@', d.target.len) == NULL);
        memcpy(shown, d.target.at, d.target.len);
        shown[d.target.len] = '\0';
        fuzz_check(eo_device_read(&again, shown, &err) == 0);
        fuzz_check(again.port == d.port && again.host.len == d.host.len);
        free(shown);
    }
    free(text);
    return 0;
}
