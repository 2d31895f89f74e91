/* fuzz_os_addr.c -- any text as an address, and back. */
#include "check.h"
#include "os/addr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = fuzz_input(data, size);
    char *text = fuzz_text(&in, fuzz_left(&in)), shown[ADDR_TEXT];
    struct addr addr, again;

    if (eo_addr_parse(&addr, text) == 0) {
        fuzz_check(eo_addr_port(&addr) == 0);
        fuzz_check(addr.family == 4 || addr.family == 6);
        eo_addr_text(&addr, false, shown);
        fuzz_check(fuzz_clean(shown));
        fuzz_check(eo_addr_parse(&again, shown) == 0);
        fuzz_check(eo_addr_same_host(&addr, &again));
        eo_addr_set_port(&addr, 65535);
        eo_addr_text(&addr, true, shown);
        fuzz_check(strlen(shown) > 6 &&
                   strcmp(shown + strlen(shown) - 6, ":65535") == 0);
    }
    free(text);
    return 0;
}
