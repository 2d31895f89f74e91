/* fuzz_cli_journal.c -- any bytes as a journal that a run finds.  If they are
 * one, what this run adds is what the next one finds. */
#include "cli/journal.h"
#include "file.h"

#define SHA256                                                                 \
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static const char *const DEVICES[] = {"lamp", "fan:3232", ""};

enum { N_DEVICES = sizeof DEVICES / sizeof *DEVICES };

struct known {
    enum espota_state state[N_DEVICES];
    bool failed[N_DEVICES];
    uint32_t ms[N_DEVICES];
};

static void look(const struct journal *j, struct known *k)
{
    memset(k, 0, sizeof *k);
    for (size_t i = 0; i < N_DEVICES; i++) {
        k->state[i] = eo_journal_state(j, DEVICES[i], SHA256);
        k->failed[i] = eo_journal_failed(j, DEVICES[i], &k->ms[i]);
        fuzz_check((unsigned)k->state[i] < ESPOTA_STATE_COUNT);
    }
}

static void add(struct journal *j, uint8_t how)
{
    static const struct espota_error FINE = {.category = ESPOTA_E_OK};
    const char *device = DEVICES[how % N_DEVICES];
    const struct espota_result result = {
        .outcome = (enum espota_outcome)(how / 8 % ESPOTA_SKIPPED),
        .error = &FINE,
        .ms_total = 1000u * how,
    };

    if (how & 4)
        fuzz_check(eo_journal_happened(
                       j, device, SHA256,
                       (enum espota_happening)(
                           how / 8 % ESPOTA_HAPPENED_OTHER_COMMIT)) == 0);
    else
        fuzz_check(eo_journal_end(j, device, SHA256, 0, &result) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t how = size > 0 ? data[size / 2] : 0;
    const char *path = fuzz_file(data, size);
    struct known before, after;
    struct espota_error err;
    struct journal *j;

    if (eo_journal_open(&j, path, false, &err) != 0) {
        fuzz_error(&err);
        fuzz_check(err.category == ESPOTA_E_USAGE);
        return 0;
    }
    add(j, how);
    look(j, &before);
    eo_journal_free(j);
    fuzz_check(eo_journal_open(&j, path, false, &err) == 0);
    look(j, &after);
    fuzz_check(memcmp(&before, &after, sizeof before) == 0);
    eo_journal_free(j);
    return 0;
}
