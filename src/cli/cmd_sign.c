/* cmd_sign.c -- signs an image for the ESP8266 and Pico updaters, or verifies
 * one. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <espota/espota.h>

#include "base/mem.h"
#include "cli/cli.h"
#include "os/file.h"
#include "ui/whole_file.h"

enum { KEY_FILE_MAX = 64 * 1024 };

struct key_file {
    char bytes[KEY_FILE_MAX];
    size_t len;
};

static int cannot(struct espota_error *err, enum espota_category category,
                  const char *what, const char *path)
{
    const int sys = errno;

    return eo_fail_sys(err, category, sys, "cannot %s %s: %s", what, path,
                       eo_file_text(sys));
}

/* Unbuffered, so that no copy of a private key stays in stdio. */
static int read_key(struct key_file *key, const char *path, bool private,
                    struct espota_error *err)
{
    FILE *f = eo_file_stream_read(path);
    struct file_facts facts;
    int rc = 0;

    if (f == NULL)
        return cannot(err, ESPOTA_E_SECRET, "read", path);
    setvbuf(f, NULL, _IONBF, 0);
    if (private && eo_file_facts_stream(f, &facts) == 0 && !facts.is_private)
        fprintf(stderr, "warning: others can read %s\n", path);
    key->len = fread(key->bytes, 1, sizeof key->bytes, f);
    if (ferror(f))
        rc = cannot(err, ESPOTA_E_SECRET, "read", path);
    fclose(f);
    return rc;
}

static int write_file(const char *path, const void *bytes, size_t len,
                      struct espota_error *err)
{
    struct whole_file w;

    if (eo_whole_open(&w, path, err) != 0)
        return -1;
    if (fwrite(bytes, 1, len, w.out) != len) {
        cannot(err, ESPOTA_E_INTERNAL, "write", path);
        eo_whole_drop(&w);
        return -1;
    }
    return eo_whole_end(&w, err);
}

static void doubt(const struct espota_signature *s)
{
    if (s->doubt != NULL)
        fprintf(stderr, "warning: %s\n", s->doubt);
}

static int verify(const struct cli *cli, const struct espota_image *img,
                  const struct key_file *key, struct espota_error *err)
{
    struct espota_signature s;

    if (espota_image_verify(img, key->bytes, key->len, &s, err) != 0)
        return -1;
    doubt(&s);
    if (!cli->opts.quiet)
        printf("%s: the signature of %zu bytes by this %s key is valid\n",
               espota_image_info(img)->file, s.payload, s.key);
    return 0;
}

static int sign(const struct cli *cli, const struct espota_image *img,
                const struct key_file *key, struct espota_error *err)
{
    const char *file = espota_image_info(img)->file;
    const size_t n = strlen(file) + sizeof ".signed";
    char *name = eo_calloc(n, 1);
    const char *out = cli->opts.sign_out != NULL ? cli->opts.sign_out : name;
    struct espota_signature s;
    void *bytes = NULL;
    size_t len;
    int rc = -1;

    if (name == NULL) {
        eo_fail_memory(err);
        goto out;
    }
    snprintf(name, n, "%s.signed", file);
    if (espota_image_sign(img, key->bytes, key->len, &bytes, &len, &s, err) !=
            0 ||
        write_file(out, bytes, len, err) != 0)
        goto out;
    doubt(&s);
    if (!cli->opts.quiet)
        printf("%s: %zu bytes, signed with %s\n", out, len, s.key);
    rc = 0;
out:
    espota_bytes_free(bytes);
    eo_free(name);
    return rc;
}

static int check(const struct opts *o, const char *file,
                 struct espota_error *err)
{
    if (o->sign_verify && o->sign_pub == NULL)
        return eo_fail(err, ESPOTA_E_USAGE, "--verify needs --pub PUB.pem");
    if (!o->sign_verify && o->sign_key == NULL)
        return eo_fail(err, ESPOTA_E_USAGE, "no key: --key PEM is missing");
    if (!o->sign_verify && o->sign_out == NULL && strcmp(file, "-") == 0)
        return eo_fail(err, ESPOTA_E_USAGE,
                       "an image from standard input needs --out FILE");
    return 0;
}

int eo_cmd_sign(struct cli *cli)
{
    const struct opts *o = &cli->opts;
    const char *file = cli->parsed.args.at[0],
               *pem = o->sign_verify ? o->sign_pub : o->sign_key;
    struct espota_image *img = NULL;
    struct key_file *key = eo_calloc(1, sizeof *key);
    struct espota_error err;
    int rc = -1;

    if (key == NULL)
        eo_fail_memory(&err);
    else if (check(o, file, &err) == 0 &&
             read_key(key, pem, !o->sign_verify, &err) == 0 &&
             espota_image_open(&img, file, ESPOTA_COMPRESS_NEVER, &err) == 0)
        rc = o->sign_verify ? verify(cli, img, key, &err)
                            : sign(cli, img, key, &err);
    if (key != NULL)
        eo_wipe(key, sizeof *key);
    eo_free(key);
    espota_image_free(img);
    return rc == 0 ? 0 : eo_cli_fail(&err);
}
