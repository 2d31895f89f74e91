/* zip.h -- the files in a ZIP archive, by the list at its end.
 *
 * The bytes are untrusted: nothing is read outside of them, a walk ends after
 * 65535 files, and the unpacked size that a file claims is checked before
 * memory is allocated.  ZIP64, archives in parts and encrypted files are not
 * read: each gives an error that says so.
 */
#ifndef EO_ZIP_H
#define EO_ZIP_H

#include "image/kind.h"

/* A walk through the list.  The bytes are borrowed. */
struct zip {
    const uint8_t *bytes;
    size_t at, end; /* in the list: the next entry, and the list's end */
    size_t list;    /* where the list begins: files lie before it */
    unsigned left;  /* entries still to come */
};

/* A file as the list describes it: nothing has been checked yet. */
struct zip_file {
    const char *name; /* untrusted, and not terminated */
    size_t name_len;
    size_t packed, len; /* bytes in the archive, and unpacked */
    size_t at;          /* of its own header */
    uint32_t crc;
    uint16_t flags, method;
};

/* Begins a walk.  Fails with IMAGE if there is no readable list. */
int eo_zip_open(struct zip *, const uint8_t *bytes, size_t len,
                struct espota_error *err) EO_MUST_CHECK;

/* 1: there is another file; 0: that was all; -1: the list is damaged. */
int eo_zip_next(struct zip *, struct zip_file *, struct espota_error *err)
    EO_MUST_CHECK;

/* Unpacks a file: file->len bytes with the right CRC, which the caller owns.
 * The caller has checked before that this size is acceptable. */
int eo_zip_read(const struct zip *, const struct zip_file *, uint8_t **out,
                struct espota_error *err) EO_MUST_CHECK;

#endif
