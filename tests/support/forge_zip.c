/* forge_zip.c -- ZIP archives, made byte by byte. */
#include "support/test.h"

#include "support/forge_zip.h"

#include "base/buf.h"
#include "image/crc.h"

enum { FILES_MAX = 8, BLOCK_MAX = 65535, FROM_PIPE = 8 };

struct entry {
    const char *name;
    size_t at, packed, len;
    uint32_t crc;
    uint8_t method, flags;
};

static void put16(struct forged *f, size_t v)
{
    forge_put(f, (uint8_t[]){(uint8_t)v, (uint8_t)(v >> 8)}, 2);
}

/* What a file's own header and the list share. */
static void put_facts(struct forged *f, const struct entry *e, int later)
{
    put16(f, 20);
    put16(f, e->flags);
    put16(f, e->method);
    put16(f, 0x6000); /* noon */
    put16(f, 0x5d21);
    forge_le32(f, later ? 0 : e->crc);
    forge_le32(f, later ? 0 : (uint32_t)e->packed);
    forge_le32(f, later ? 0 : (uint32_t)e->len);
    put16(f, strlen(e->name));
}

static void begin(struct forged *f, struct entry *e)
{
    e->at = f->len;
    forge_put(f, "PK\3\4", 4);
    put_facts(f, e, e->flags & FROM_PIPE);
    put16(f, 4); /* an extra field, which the list does not have */
    forge_put(f, e->name, strlen(e->name));
    forge_put(f, "\xfe\xca\0\0", 4);
}

static void put_deflated(struct forged *f, const uint8_t *bytes, size_t len)
{
    do {
        const size_t n = len < BLOCK_MAX ? len : BLOCK_MAX;

        forge_put(f, (uint8_t[]){n == len}, 1);
        put16(f, n);
        put16(f, ~n);
        forge_put(f, bytes, n);
        bytes += n;
        len -= n;
    } while (len > 0);
}

static void put_list(struct forged *f, const struct entry *entries, size_t n)
{
    const size_t list = f->len;
    size_t len;

    for (size_t i = 0; i < n; i++) {
        forge_put(f, "PK\1\2\x14\3", 6);
        put_facts(f, &entries[i], 0);
        forge_fill(f, 0, f->len + 12);
        forge_le32(f, (uint32_t)entries[i].at);
        forge_put(f, entries[i].name, strlen(entries[i].name));
    }
    len = f->len - list;
    forge_put(f, "PK\5\6\0\0\0\0", 8);
    put16(f, n);
    put16(f, n);
    forge_le32(f, (uint32_t)len);
    forge_le32(f, (uint32_t)list);
    put16(f, 0);
}

void forge_zip(struct forged *f, const struct forged_file *files, size_t n)
{
    struct entry entries[FILES_MAX];

    assert_true(n <= FILES_MAX);
    forge_reset(f);
    for (size_t i = 0; i < n; i++) {
        const size_t len = files[i].bytes != NULL ? files[i].len : 0;
        const int packs = files[i].how != FILE_STORED;
        struct entry *e = &entries[i];
        size_t from;

        *e = (struct entry){
            .name = files[i].name,
            .len = len,
            .packed = packs ? len + 5 * (len / (BLOCK_MAX + 1) + 1) : len,
            .crc = eo_crc32(files[i].bytes, len),
            .method = packs ? 8 : 0,
            .flags = files[i].how == FILE_DESCRIPTOR ? FROM_PIPE : 0,
        };
        begin(f, e);
        from = f->len;
        if (packs)
            put_deflated(f, files[i].bytes, len);
        else if (len > 0)
            forge_put(f, files[i].bytes, len);
        assert_int_equal(f->len - from, e->packed);
        if (e->flags & FROM_PIPE) {
            forge_put(f, "PK\7\10", 4);
            forge_le32(f, e->crc);
            forge_le32(f, (uint32_t)e->packed);
            forge_le32(f, (uint32_t)len);
        }
    }
    put_list(f, entries, n);
}

void forge_zip_packed(struct forged *f, const char *name, const uint8_t *packed,
                      size_t packed_len, size_t len, uint32_t crc)
{
    struct entry e = {.name = name, .packed = packed_len, .len = len,
                      .crc = crc, .method = 8};

    forge_reset(f);
    begin(f, &e);
    forge_put(f, packed, packed_len);
    put_list(f, &e, 1);
}
