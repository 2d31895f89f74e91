/* journal_none.c -- a build without JSON has no journal. */
#include "cli/journal.h"

int eo_journal_open(struct journal **out, const char *path, bool read_only,
                    struct espota_error *err)
{
    (void)out, (void)path, (void)read_only;
    return eo_fail(err, ESPOTA_E_USAGE,
                   "--journal was left out of this build (jansson)");
}

size_t eo_journal_skipped(const struct journal *j, unsigned *first)
{
    (void)j;
    *first = 0;
    return 0;
}

enum espota_state eo_journal_state(const struct journal *j,
                                   const char *device, const char *sha256)
{
    (void)j, (void)device, (void)sha256;
    return ESPOTA_STATE_NONE;
}

bool eo_journal_failed(const struct journal *j, const char *device,
                       uint32_t *ms)
{
    (void)j, (void)device;
    *ms = 0;
    return false;
}

int eo_journal_happened(struct journal *j, const char *device,
                        const char *sha256, enum espota_happening h)
{
    (void)j, (void)device, (void)sha256, (void)h;
    return -1;
}

int eo_journal_end(struct journal *j, const char *device, const char *sha256,
                   int status, const struct espota_result *r)
{
    (void)j, (void)device, (void)sha256, (void)status, (void)r;
    return -1;
}

void eo_journal_free(struct journal *j)
{
    (void)j;
}
