/* zip.c -- ZIP archives, in which binaries are passed around. */
#include "image/zip.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "image/crc.h"
#include "image/gzip.h"

enum {
    HEADER = 30, ENTRY = 46, END = 22, /* before their names and comments */
    COMMENT_MAX = 65535,
    ENCRYPTED = 1 << 0 | 1 << 6 | 1 << 13, /* of flags */
    STORED = 0, DEFLATED = 8,
    RATIO_MAX = 1032 /* deflate cannot do better: more is a false claim */
};

static const uint32_t FULL = 0xffffffff; /* the true one is in ZIP64 data */

/* ---- the list ----------------------------------------------------------- */

/* Finds the record at the end, which gives the length of the comment after it;
 * SIZE_MAX: there is no such record. */
static size_t find_end(const uint8_t *bytes, size_t len)
{
    for (size_t back = END; back <= len && back <= END + COMMENT_MAX; back++) {
        const uint8_t *e = bytes + len - back;

        if (memcmp(e, "PK\5\6", 4) == 0 && eo_le16(e + 20) == back - END)
            return len - back;
    }
    return SIZE_MAX;
}

static int zip64(struct espota_error *err)
{
    return eo_fail(err, ESPOTA_E_IMAGE,
                   "it is a ZIP64 archive, for more than an image can be");
}

int eo_zip_open(struct zip *z, const uint8_t *bytes, size_t len,
                struct espota_error *err)
{
    const size_t end = find_end(bytes, len);
    const uint8_t *e;
    uint32_t size, at;

    *z = (struct zip){.bytes = bytes};
    if (end == SIZE_MAX)
        return eo_fail(err, ESPOTA_E_IMAGE,
                       "the archive is cut short: its list of files is missing");
    e = bytes + end;
    size = eo_le32(e + 12);
    at = eo_le32(e + 16);
    if (eo_le16(e + 10) == 0xffff || size == FULL || at == FULL)
        return zip64(err);
    if (eo_le16(e + 4) != 0 || eo_le16(e + 6) != 0 ||
        eo_le16(e + 8) != eo_le16(e + 10))
        return eo_fail(err, ESPOTA_E_IMAGE,
                       "it is one of several parts of an archive");
    if (at > end || size > end - at)
        return eo_fail(err, ESPOTA_E_IMAGE,
                       "the archive is damaged: its list of files is not where "
                       "it should be");
    z->list = z->at = at;
    z->end = at + size;
    z->left = eo_le16(e + 10);
    return 0;
}

int eo_zip_next(struct zip *z, struct zip_file *file, struct espota_error *err)
{
    const uint8_t *e = z->bytes + z->at;
    const size_t room = z->end - z->at;
    size_t n;

    if (z->left == 0)
        return 0;
    if (room < ENTRY || memcmp(e, "PK\1\2", 4) != 0)
        return eo_fail(err, ESPOTA_E_IMAGE,
                       "the archive is damaged: its list of files ends early");
    *file = (struct zip_file){
        .name = (const char *)e + ENTRY,
        .name_len = eo_le16(e + 28),
        .packed = eo_le32(e + 20),
        .len = eo_le32(e + 24),
        .at = eo_le32(e + 42),
        .crc = eo_le32(e + 16),
        .flags = eo_le16(e + 8),
        .method = eo_le16(e + 10),
    };
    n = ENTRY + file->name_len + eo_le16(e + 30) + eo_le16(e + 32);
    if (n > room)
        return eo_fail(err, ESPOTA_E_IMAGE,
                       "the archive is damaged: its list of files ends early");
    if (file->packed == FULL || file->len == FULL || file->at == FULL)
        return zip64(err);
    z->at += n;
    z->left--;
    return 1;
}

/* ---- a file ------------------------------------------------------------- */

/* The packed bytes of a file.  They follow a header of its own that repeats
 * what the list says; sizes may be missing there. */
static const uint8_t *data_of(const struct zip *z, const struct zip_file *f)
{
    const uint8_t *h;
    size_t n;

    if (f->at > z->list || z->list - f->at < HEADER)
        return NULL;
    h = z->bytes + f->at;
    if (memcmp(h, "PK\3\4", 4) != 0)
        return NULL;
    n = HEADER + (size_t)eo_le16(h + 26) + eo_le16(h + 28);
    if (n > z->list - f->at || f->packed > z->list - f->at - n ||
        eo_le16(h + 26) != f->name_len || eo_le16(h + 8) != f->method ||
        memcmp(h + HEADER, f->name, f->name_len) != 0)
        return NULL;
    return h + n;
}

static int unpack(const struct zip_file *f, const uint8_t *data, uint8_t *out,
                  struct espota_error *err)
{
    if (f->method == DEFLATED) {
        if (eo_inflate(data, f->packed, out, f->len, err) != 0)
            return -1;
    } else {
        memcpy(out, data, f->len);
    }
    if (eo_crc32(out, f->len) != f->crc)
        return eo_fail(err, ESPOTA_E_IMAGE, "damaged: its CRC is wrong");
    return 0;
}

int eo_zip_read(const struct zip *z, const struct zip_file *f, uint8_t **out,
                struct espota_error *err)
{
    const uint8_t *data = data_of(z, f);
    uint8_t *buf;

    if ((f->flags & ENCRYPTED) != 0)
        return eo_fail(err, ESPOTA_E_IMAGE, "it is encrypted");
    if (f->method != STORED && f->method != DEFLATED)
        return eo_fail(err, ESPOTA_E_IMAGE,
                       "it is packed in a way that is not known here (method "
                       "%u)",
                       (unsigned)f->method);
    if (data == NULL)
        return eo_fail(err, ESPOTA_E_IMAGE,
                       "damaged: the list of files and the file's own header "
                       "differ");
    if (f->method == STORED ? f->len != f->packed
                            : f->len / RATIO_MAX > f->packed)
        return eo_fail(err, ESPOTA_E_IMAGE,
                       "damaged: %zu bytes cannot become %zu", f->packed,
                       f->len);
    buf = eo_calloc(f->len + 1, 1);
    if (buf == NULL)
        return eo_fail_memory(err);
    if (unpack(f, data, buf, err) != 0) {
        eo_free(buf);
        return -1;
    }
    *out = buf;
    return 0;
}

/* ---- the kind ----------------------------------------------------------- */

static bool probe(const uint8_t *bytes, size_t len)
{
    return len >= 4 && memcmp(bytes, "PK\3\4", 4) == 0;
}

static bool is_called(const struct zip_file *f, const char *end, size_t least)
{
    const size_t n = strlen(end);

    return f->name_len >= least && f->name_len >= n &&
           memcmp(f->name + f->name_len - n, end, n) == 0;
}

/* An nRF package has manifest.json and the init packet (.dat) beside the image:
 * nrfutil and adafruit-nrfutil make such archives. */
static bool is_nrf_package(const uint8_t *bytes, size_t len)
{
    struct zip z;
    struct zip_file f = {0};
    bool manifest = false, init = false;

    if (eo_zip_open(&z, bytes, len, NULL) != 0)
        return false;
    while (eo_zip_next(&z, &f, NULL) == 1) {
        manifest |= f.name_len == 13 && is_called(&f, "manifest.json", 13);
        init |= is_called(&f, ".dat", 5);
    }
    return manifest && init;
}

static void describe(struct findings *f, const uint8_t *bytes, size_t len)
{
    if (is_nrf_package(bytes, len)) {
        f->chip = "nRF52";
        f->unfit = "a DFU package for an nRF, and no protocol here updates one";
        f->instead = "send it by Bluetooth or USB with Nordic's or Adafruit's "
                     "nrfutil";
        f->advice = ESPOTA_ADVICE_NONE;
    }
    if (len > HEADER && eo_le16(bytes + 26) <= len - HEADER)
        eo_fact_field(f, "first_file", bytes + HEADER,
                      eo_le16(bytes + 26) < 96 ? eo_le16(bytes + 26) : 96);
}

const struct image_kind eo_kind_zip = {
    .name = "zip",
    .what = "a ZIP archive",
    .role = ROLE_NOTHING,
    .unfit = "no device unpacks it",
    .instead = "unpack it and flash the image inside",
    .advice = ESPOTA_ADVICE_TAKE_APP,
    .probe = probe,
    .describe = describe,
};
