/* fuzz_conf_secret.c -- any bytes as a file with a password: its first line and
 * nothing else. */
#include "conf/secret.h"
#include "file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = fuzz_file(data, size);
    const struct texts files = {&path, 1};
    const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
    size_t len = end != NULL ? (size_t)(end - data) : size;
    struct secrets secrets = {0};
    struct notes notes = {0};
    struct espota_error err;

    if (eo_secrets_files(&secrets, &files, &notes, &err) == 0) {
        len -= len > 0 && data[len - 1] == '\r';
        fuzz_check(secrets.n == 1);
        fuzz_check(strlen(secrets.at[0]) <= len);
        fuzz_check(memcmp(secrets.at[0], data, strlen(secrets.at[0])) == 0);
        fuzz_check(strlen(secrets.at[0]) == len);
    } else {
        fuzz_error(&err);
        fuzz_check(err.category == ESPOTA_E_SECRET && secrets.n == 0);
    }
    eo_secrets_free(&secrets);
    eo_notes_free(&notes);
    return 0;
}
