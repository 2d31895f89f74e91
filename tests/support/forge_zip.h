/* forge_zip.h -- ZIP archives, made byte by byte. */
#ifndef TEST_SUPPORT_FORGE_ZIP_H
#define TEST_SUPPORT_FORGE_ZIP_H

#include "support/forge.h"

struct forged_file {
    const char *name;
    const void *bytes;
    size_t len;
    enum {
        FILE_STORED,
        FILE_DEFLATED,  /* in blocks that are stored, which needs no library */
        FILE_DESCRIPTOR /* the same with its sizes behind it, as a pipe has */
    } how;
};

/* Where the parts of an archive are. */
enum { ZIP_HEADER = 30, ZIP_ENTRY = 46, ZIP_END = 22 };

/* Right in all it says; a file of NULL bytes is a folder. */
void forge_zip(struct forged *, const struct forged_file *, size_t n);

/* One file of which packed bytes are there already, deflated. */
void forge_zip_packed(struct forged *, const char *name, const uint8_t *packed,
                      size_t packed_len, size_t len, uint32_t crc);

#endif
