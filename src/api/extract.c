/* extract.c -- the app in a file that holds more than the app.
 *
 * A ZIP archive is opened once.  In each of its files, as in any other file,
 * one layer of gzip is unpacked and the app is cut out once.  Nothing goes
 * deeper, and everything unpacked on the way is together no larger than an
 * image may be.
 */
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "image/gzip.h"
#include "image/image.h"
#include "image/signature.h"
#include "image/zip.h"

enum { WORDS = 320 };

static const char UNPACK[] = "unpack it, and flash the image inside";

/* The bytes being worked on: first a whole file, in the end an app. */
struct content {
    const uint8_t *bytes;
    size_t len;
    uint8_t *owned; /* the block bytes lie in if it was unpacked; or NULL */
    char words[WORDS]; /* where in the file it is; empty: it is all of it */
};

static void say(struct content *c, const char *fmt, ...) EO_PRINTF(2, 3);

static void say(struct content *c, const char *fmt, ...)
{
    const size_t said = strlen(c->words);
    struct text t;
    va_list ap;

    eo_text_init(&t, c->words + said, sizeof c->words - said);
    eo_text_add(&t, "%s", said > 0 ? ", " : "");
    va_start(ap, fmt);
    eo_text_vadd(&t, fmt, ap);
    va_end(ap);
}

/* ---- one file ----------------------------------------------------------- */

static int look_through(struct content *c, size_t *room,
                        struct espota_error *err)
{
    uint8_t *inner = NULL;
    size_t len;

    if (!eo_gzip_have())
        return eo_fail_hint(err, ESPOTA_E_IMAGE, UNPACK,
                            "it is packed, and this build cannot inflate");
    if (eo_gunzip(c->bytes, c->len, *room, &inner, &len, err) != 0)
        return -1;
    *room -= len;
    eo_free(c->owned);
    c->bytes = c->owned = inner;
    c->len = len;
    say(c, "unpacked by gzip");
    return 0;
}

/* Narrows the content down to the app in it.  Returns 1; or 0 if there is none,
 * and then *f says what the content is. */
static int narrow(struct content *c, struct findings *f, size_t *room,
                  struct espota_error *err)
{
    struct image_part part;

    if (eo_is_gzip(c->bytes, c->len) && look_through(c, room, err) != 0)
        return -1;
    eo_identify(f, c->bytes, c->len);
    if (f->kind->app == NULL)
        return f->role == ROLE_APP;
    if (f->kind->app(&part, c->bytes, c->len, err) != 0)
        return -1;
    if (part.len == c->len)
        return f->role == ROLE_APP;
    c->bytes += part.at;
    c->len = part.len;
    say(c, "%s", part.words);
    eo_identify(f, c->bytes, c->len);
    return f->role == ROLE_APP;
}

/* ---- an archive --------------------------------------------------------- */

struct search {
    struct content app; /* the first that was found */
    unsigned apps;      /* the number of different ones */
    size_t room;        /* how many bytes may still be unpacked */
    char found_space[200], other_space[200];
    struct text found, other; /* the files with apps; the other files */
    struct findings look;
};

static void list(struct text *t, const struct zip_file *file, const char *what)
{
    eo_text_add(t, "%s", t->len > 0 ? ", " : "");
    eo_text_add_safe(t, file->name, file->name_len < 64 ? file->name_len : 64);
    eo_text_add(t, " (%s)", what);
}

/* The same app may be there twice: alone, and merged with its bootloader. */
static bool is_known(const struct search *s, const struct content *c)
{
    return s->apps > 0 && s->app.len == c->len &&
           memcmp(s->app.bytes, c->bytes, c->len) == 0;
}

static void keep(struct search *s, struct content *c,
                 const struct zip_file *file)
{
    if (!is_known(s, c)) {
        list(&s->found, file,
             s->look.chip != NULL ? s->look.chip : s->look.kind->name);
        if (s->apps++ == 0) {
            s->app = *c;
            return;
        }
    }
    eo_free(c->owned);
}

static int try_file(struct search *s, const struct zip *z,
                    const struct zip_file *file, struct espota_error *err)
{
    struct content c = {.len = file->len};
    struct espota_error why;
    struct text name;
    int rc = -1;

    if (file->len == 0)
        return 0; /* a folder or an empty file */
    if (file->len > s->room)
        return eo_fail(err, ESPOTA_E_IMAGE,
                       "its files have more than %zu MiB together",
                       ESPOTA_IMAGE_MAX >> 20);
    s->room -= file->len;
    say(&c, "file ");
    eo_text_init(&name, c.words + 5, 160);
    eo_text_add_safe(&name, file->name, file->name_len);
    if (eo_zip_read(z, file, &c.owned, &why) == 0) {
        c.bytes = c.owned;
        rc = narrow(&c, &s->look, &s->room, &why);
    } else {
        why.hint = UNPACK;
    }
    if (rc == 1) {
        keep(s, &c, file);
        return 0;
    }
    eo_free(c.owned);
    if (rc == 0) {
        list(&s->other, file, s->look.kind->what);
        return 0;
    }
    return eo_fail_as(err, &why, "%s: %s", name.at, why.message);
}

/* Any file in the archive may be the image, so all must be readable. */
static int search(struct search *s, const uint8_t *bytes, size_t len,
                  struct espota_error *err)
{
    struct zip z;
    struct zip_file file;
    int more;

    eo_text_init(&s->found, s->found_space, sizeof s->found_space);
    eo_text_init(&s->other, s->other_space, sizeof s->other_space);
    s->room = ESPOTA_IMAGE_MAX;
    if (eo_zip_open(&z, bytes, len, err) != 0)
        return -1;
    while ((more = eo_zip_next(&z, &file, err)) == 1)
        if (try_file(s, &z, &file, err) != 0)
            return -1;
    if (more != 0)
        return -1;
    if (s->apps == 0)
        return eo_fail(err, ESPOTA_E_IMAGE, "no file in it is an app%s%s",
                       s->other.len > 0 ? ": " : "", s->other.at);
    if (s->apps > 1)
        return eo_fail_hint(err, ESPOTA_E_IMAGE,
                            "unpack it, and flash the one for this device",
                            "there are %u apps in it: %s", s->apps,
                            s->found.at);
    return 0;
}

static int unzip(struct content *c, struct espota_error *err)
{
    struct search *s = eo_calloc(1, sizeof *s);
    int rc;

    if (s == NULL)
        return eo_fail_memory(err);
    rc = search(s, c->bytes, c->len, err);
    if (rc == 0)
        *c = s->app;
    else if (s->apps > 0)
        eo_free(s->app.owned);
    eo_free(s);
    return rc;
}

/* ---- an image of its own ------------------------------------------------ */

static int reach(struct content *c, const struct espota_image *from,
                 struct espota_error *err)
{
    const struct findings *f = eo_image_findings(from);
    struct findings look;
    size_t room = ESPOTA_IMAGE_MAX;
    int rc;

    if (f->kind == &eo_kind_zip && !espota_image_info(from)->is_gzip)
        return f->unfit == f->kind->unfit
                   ? unzip(c, err)
                   : eo_fail_hint(err, ESPOTA_E_IMAGE, f->instead, "%s",
                                  f->unfit);
    rc = narrow(c, &look, &room, err);
    if (rc != 0)
        return rc < 0 ? -1 : 0;
    return eo_fail_hint(err, ESPOTA_E_IMAGE,
                        look.instead != NULL ? look.instead : "check the file",
                        "it is %s, and holds no app", look.kind->what);
}

int espota_image_extract(struct espota_image **out,
                         const struct espota_image *from,
                         enum espota_compress policy, struct espota_error *err)
{
    const struct espota_image_info *info = espota_image_info(from);
    const struct image_form *raw = eo_image_raw(from);
    const bool good =
        info->ok && eo_image_findings(from)->role == ROLE_APP && info->is_gzip;
    struct content c = {
        .bytes = raw->bytes,
        .len = info->is_signed ? eo_signature_payload(raw->bytes, raw->len)
                               : raw->len,
    };
    struct espota_error why;
    uint8_t *copy;

    /* If it were sent as it is, the device would unpack the gzip. */
    if (!good && reach(&c, from, &why) != 0) {
        eo_free(c.owned);
        return eo_fail_as(err, &why, "%s: %s", eo_base_name(info->file),
                          why.message);
    }
    if (c.words[0] == '\0')
        c.len = raw->len; /* with its signature */
    copy = eo_calloc(c.len, 1);
    if (copy != NULL)
        memcpy(copy, c.bytes, c.len);
    eo_free(c.owned);
    if (copy == NULL)
        return eo_fail_memory(err);
    return eo_image_new(out, copy, c.len, info->file,
                        c.words[0] != '\0' ? c.words : NULL, policy, err);
}
