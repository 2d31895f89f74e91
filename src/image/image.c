/* image.c -- load, hash and compress once; immutable afterwards. */
#include "image/image.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "crypto/digest.h"
#include "image/gzip.h"
#include "image/signature.h"
#include "os/file.h"

struct espota_image {
    struct espota_image_info info;
    struct findings found;
    struct image_form raw, inner, gzip; /* len 0: there is none */
    char *path, *taken;
    uint8_t *owned, *owned_inner, *owned_gzip; /* NULL: borrowed, or none */
};

const struct image_form *eo_image_raw(const struct espota_image *img)
{
    return &img->raw;
}

const struct image_form *eo_image_plain(const struct espota_image *img)
{
    return img->inner.len > 0 ? &img->inner : &img->raw;
}

const struct image_form *eo_image_gzip(const struct espota_image *img)
{
    return img->gzip.len > 0 ? &img->gzip : NULL;
}

const struct findings *eo_image_findings(const struct espota_image *img)
{
    return &img->found;
}

bool eo_image_is_file(const struct espota_image *img)
{
    return img->path != NULL && strcmp(img->path, "-") != 0;
}

const struct espota_image_info *
espota_image_info(const struct espota_image *img)
{
    return &img->info;
}

void espota_image_free(struct espota_image *img)
{
    if (img == NULL)
        return;
    eo_free(img->owned);
    eo_free(img->owned_inner);
    eo_free(img->owned_gzip);
    eo_free(img->path);
    eo_free(img->taken);
    eo_free(img);
}

/* ---- making one --------------------------------------------------------- */

static int hash(const struct image_form *form, enum digest kind, char *out,
                struct espota_error *err)
{
    char hex[DIGEST_HEX_MAX];

    if (eo_digest_hex(kind, &(struct piece){form->bytes, form->len}, 1, hex))
        return eo_fail(err, ESPOTA_E_INTERNAL,
                       "the crypto library refuses to hash");
    memcpy(out, hex, 2 * eo_digest_size(kind) + 1);
    return 0;
}

/* ---- what is it? -------------------------------------------------------- */

/* Judges by the contents whether a gzip file may be sent.  What a device stores
 * as it comes is unpacked before it is sent; an app must be unpacked by the
 * user. */
static void judge_packed(struct espota_image *img)
{
    struct findings *f = &img->found;

    if (f->kind->inflates)
        return;
    if (f->role == ROLE_APP || f->role == ROLE_NOTHING)
        eo_problem_advice(f, ESPOTA_ERROR,
                          f->role == ROLE_APP ? ESPOTA_ADVICE_TAKE_APP
                                              : ESPOTA_ADVICE_NONE,
                          NOWHERE,
                          "it is packed by gzip, which the device does not "
                          "unpack: flash the file inside");
    else if (img->info.is_signed)
        eo_problem(f, ESPOTA_ERROR, NOWHERE,
                   "the signature is for the packed file, and the device "
                   "stores what is inside: sign that");
    else
        eo_problem(f, ESPOTA_NOTE, NOWHERE,
                   "it is packed by gzip, and unpacked before it is sent");
}

/* Looks inside gzip: what counts is what the device's flash will hold. */
static int look_through(struct espota_image *img, size_t len,
                        struct espota_error *err)
{
    struct findings *f = &img->found;
    struct image_form *inner = &img->inner;
    struct espota_error why;

    img->info.is_gzip = true;
    if (eo_gunzip(img->raw.bytes, len, ESPOTA_IMAGE_MAX, &img->owned_inner,
                  &inner->len, &why) == 0) {
        inner->bytes = img->owned_inner;
        if (hash(inner, DIGEST_MD5, inner->md5, err) != 0)
            return -1;
        eo_identify(f, inner->bytes, inner->len);
        eo_fact_number(f, "inner_bytes", inner->len);
        judge_packed(img);
        return 0;
    }
    if (why.category == ESPOTA_E_INTERNAL)
        return eo_fail(err, why.category, "%s", why.message);
    eo_identify_gzip(f);
    eo_problem(f, eo_gzip_have() ? ESPOTA_ERROR : ESPOTA_WARNING, NOWHERE,
               "%s", eo_gzip_have() ? why.message
                                    : "this build cannot look into gzip");
    return 0;
}

static int look(struct espota_image *img, struct espota_error *err)
{
    struct findings *f = &img->found;
    struct espota_image_info *info = &img->info;
    struct signature signature;
    size_t len = img->raw.len;

    info->is_signed = eo_signature_find(&signature, img->raw.bytes, len);
    if (info->is_signed)
        len = signature.at;
    if (!eo_is_gzip(img->raw.bytes, len))
        eo_identify(f, img->raw.bytes, len);
    else if (look_through(img, len, err) != 0)
        return -1;
    if (info->is_signed)
        eo_fact(f, "signature", "%s", eo_signature_name(&signature));
    info->kind = f->kind->name;
    info->what = f->kind->what;
    info->chip = f->chip;
    info->project = eo_find_fact(f, "project");
    info->version = eo_find_fact(f, "fw_version");
    info->ok = eo_flashable(f);
    info->facts = f->facts;
    info->n_facts = f->n_facts;
    info->problems = f->problems;
    info->n_problems = f->n_problems;
    return 0;
}

/* ---- compressing -------------------------------------------------------- */

/* Compressing takes a twentieth of a second per megabyte, so only what an
 * ESP8266 might get is compressed unasked.  A signed image never is: the
 * signature is for these very bytes. */
static bool worth_compressing(const struct espota_image *img,
                              enum espota_compress policy)
{
    if (img->info.is_gzip || img->info.is_signed ||
        eo_is_gzip(img->raw.bytes, img->raw.len))
        return false;
    switch (policy) {
    case ESPOTA_COMPRESS_AUTO:
        return img->found.role == ROLE_UNKNOWN ||
               (img->found.role == ROLE_APP && img->found.chip != NULL &&
                strcmp(img->found.chip, "ESP8266") == 0);
    case ESPOTA_COMPRESS_ALWAYS:
        return img->found.kind->inflates;
    case ESPOTA_COMPRESS_NEVER:
        return false;
    }
    return false;
}

static int compress(struct espota_image *img, enum espota_compress policy,
                    struct espota_error *err)
{
    if (!worth_compressing(img, policy))
        return 0;
    if (!eo_gzip_have()) {
        if (policy == ESPOTA_COMPRESS_AUTO)
            return 0;
        return eo_fail(err, ESPOTA_E_USAGE, "this build has no gzip");
    }
    if (eo_gzip(img->raw.bytes, img->raw.len, &img->owned_gzip,
                &img->gzip.len, err) != 0)
        return -1;
    img->gzip.bytes = img->owned_gzip;
    if (img->gzip.len >= img->raw.len)
        img->gzip.len = 0;
    else if (hash(&img->gzip, DIGEST_MD5, img->gzip.md5, err) != 0)
        return -1;
    img->info.gzip_bytes = img->gzip.len;
    return 0;
}

/* ---- putting it together ------------------------------------------------ */

/* Everything that can be known of img->raw. */
static int finish(struct espota_image *img, enum espota_compress policy,
                  struct espota_error *err)
{
    if (img->raw.len == 0)
        return eo_fail(err, ESPOTA_E_IMAGE, "%s is empty", img->info.file);
    if (img->raw.len > ESPOTA_IMAGE_MAX)
        return eo_fail(err, ESPOTA_E_IMAGE,
                       "%s is longer than 64 MiB: no device takes that",
                       img->info.file);
    img->info.bytes = img->raw.len;
    if (hash(&img->raw, DIGEST_MD5, img->raw.md5, err) != 0 ||
        hash(&img->raw, DIGEST_SHA256, img->info.sha256, err) != 0)
        return -1;
    memcpy(img->info.md5, img->raw.md5, sizeof img->info.md5);
    if (look(img, err) != 0)
        return -1;
    return compress(img, policy, err);
}

int espota_image_wrap(struct espota_image **out, const void *bytes, size_t len,
                      enum espota_compress policy, struct espota_error *err)
{
    struct espota_image *img = eo_calloc(1, sizeof *img);

    if (img == NULL)
        return eo_fail_memory(err);
    img->info.file = "(memory)";
    img->raw.bytes = bytes;
    img->raw.len = len;
    if (finish(img, policy, err) != 0) {
        espota_image_free(img);
        return -1;
    }
    *out = img;
    return 0;
}

int eo_image_new(struct espota_image **out, uint8_t *bytes, size_t len,
                 const char *file, const char *taken,
                 enum espota_compress policy, struct espota_error *err)
{
    struct espota_image *img = eo_calloc(1, sizeof *img);

    if (img == NULL) {
        eo_free(bytes);
        return eo_fail_memory(err);
    }
    img->raw.bytes = img->owned = bytes;
    img->raw.len = len;
    img->path = eo_strdup(file);
    img->taken = taken != NULL ? eo_strdup(taken) : NULL;
    img->info.file = img->path;
    img->info.taken = img->taken;
    if (img->path == NULL || (taken != NULL && img->taken == NULL)) {
        eo_fail_memory(err);
    } else if (finish(img, policy, err) == 0) {
        *out = img;
        return 0;
    }
    espota_image_free(img);
    return -1;
}

const void *espota_image_bytes(const struct espota_image *img, size_t *len)
{
    *len = img->raw.len;
    return img->raw.bytes;
}

/* ---- reading files ------------------------------------------------------ */

static int cannot(struct espota_error *err, const char *path, int sys)
{
    return eo_fail_sys(err, ESPOTA_E_IMAGE, sys, "cannot read %s: %s", path,
                       eo_file_text(sys));
}

/* Reads to the end of the file, but at most one byte more than an image may
 * have. */
static int slurp(os_file file, struct espota_image *img, size_t expect,
                 struct espota_error *err)
{
    size_t cap = expect + 1; /* one more, to check that the file ends there */

    for (;;) {
        ptrdiff_t n;

        if (img->owned == NULL || img->raw.len == cap) {
            uint8_t *more;

            if (img->owned != NULL)
                cap *= 2;
            if (cap > ESPOTA_IMAGE_MAX + 1)
                cap = ESPOTA_IMAGE_MAX + 1;
            more = eo_resize(img->owned, cap, 1);
            if (more == NULL)
                return eo_fail(err, ESPOTA_E_INTERNAL,
                               "out of memory while reading %s",
                               img->info.file);
            img->owned = more;
        }
        if (img->raw.len == ESPOTA_IMAGE_MAX + 1)
            break;
        n = eo_file_read(file, img->owned + img->raw.len, cap - img->raw.len);
        if (n < 0)
            return cannot(err, img->info.file, errno);
        if (n == 0)
            break;
        img->raw.len += (size_t)n;
    }
    img->raw.bytes = img->owned;
    return 0;
}

static int read_file(os_file file, struct espota_image *img,
                     struct espota_error *err)
{
    struct file_facts before, after;
    int64_t size;

    if (eo_file_facts_of(file, &before) != 0)
        return cannot(err, img->info.file, errno);
    if (before.kind == FILE_FOLDER)
        return cannot(err, img->info.file, EISDIR);
    if (before.kind != FILE_REGULAR)
        return slurp(file, img, 65535, err);
    size = before.stamp.size;
    if ((uint64_t)size > ESPOTA_IMAGE_MAX) {
        img->raw.len = ESPOTA_IMAGE_MAX + 1; /* finish() reports this */
        return 0;
    }
    if (slurp(file, img, (size_t)size, err) != 0)
        return -1;
    if (eo_file_facts_of(file, &after) != 0)
        return cannot(err, img->info.file, errno);
    if ((uint64_t)after.stamp.size != img->raw.len ||
        after.stamp.size != size ||
        after.stamp.mtime_ns != before.stamp.mtime_ns)
        return eo_fail_hint(err, ESPOTA_E_IMAGE,
                            "wait until the build has finished",
                            "%s changed while it was read", img->info.file);
    return 0;
}

int espota_image_open(struct espota_image **out, const char *path,
                      enum espota_compress policy, struct espota_error *err)
{
    struct espota_image *img = eo_calloc(1, sizeof *img);
    const bool standard = strcmp(path, "-") == 0;
    os_file file = OS_NO_FILE;
    int rc = -1;

    if (img == NULL || (img->path = eo_strdup(path)) == NULL) {
        eo_fail_memory(err);
        goto out;
    }
    img->info.file = img->path;
    file = standard ? eo_file_stdin() : eo_file_open(path);
    if (file == OS_NO_FILE) {
        cannot(err, path, errno);
        goto out;
    }
    if (read_file(file, img, err) != 0 || finish(img, policy, err) != 0)
        goto out;
    *out = img;
    img = NULL;
    rc = 0;
out:
    if (!standard)
        eo_file_close(file);
    espota_image_free(img);
    return rc;
}
