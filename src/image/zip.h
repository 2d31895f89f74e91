/* zip.h -- the files in a ZIP archive, by the list at its end.
 *
 * The bytes may come from anybody: nothing is read outside of them, a walk ends
 * after 65535 files, and what a file claims to unpack to is checked before
 * memory is asked for.  Not read are ZIP64, archives in parts, and encrypted
 * files: each is an error that says so.
 */
#ifndef EO_ZIP_H
#define EO_ZIP_H

#include "image/kind.h"

/* A walk through the list.  The bytes are borrowed. */
struct zip {
    const uint8_t *bytes;
    size_t at, end; /* in the list: of the next entry, and behind the last */
    size_t list;    /* where it begins: files lie before */
    unsigned left;  /* entries that are still to come */
};

/* A file as the list has it: nothing of it is checked yet. */
struct zip_file {
    const char *name; /* foreign, and not terminated */
    size_t name_len;
    size_t packed, len; /* bytes in the archive, and unpacked */
    size_t at;          /* of its own header */
    uint32_t crc;
    uint16_t flags, method;
};

/* Begins a walk.  Fails with IMAGE where there is no list that can be read. */
int eo_zip_open(struct zip *, const uint8_t *bytes, size_t len,
                struct espota_error *err) EO_MUST_CHECK;

/* 1: there is another file; 0: that was all; -1: the list is damaged. */
int eo_zip_next(struct zip *, struct zip_file *, struct espota_error *err)
    EO_MUST_CHECK;

/* Unpacks it: file->len bytes with the right CRC, which are the caller's.  The
 * caller has decided that so many are fine. */
int eo_zip_read(const struct zip *, const struct zip_file *, uint8_t **out,
                struct espota_error *err) EO_MUST_CHECK;

#endif
