/* test_image_text.c -- what is no binary. */
#include "support/test.h"

#include "support/sight.h"

static void put(struct forged *f, const char *text)
{
    forge_reset(f);
    forge_put(f, text, strlen(text));
}

static void hex(struct forged *f)
{
    put(f, ":100000000C9434000C9446000C9446000C9446006A\r\n:00000001FF\r\n");
}

static void page(struct forged *f)
{
    put(f, "\n<!DOCTYPE html>\n<html><head><title>404 Not Found</title>");
}

static void bare_page(struct forged *f)
{
    put(f, "\xef\xbb\xbf<HTML><TITLE>Login\x1b[2J</TITLE>");
}

static void yaml(struct forged *f)
{
    put(f, "esphome:\n  name: kitchen\n");
}

static void lfs_pointer(struct forged *f)
{
    put(f, "version https://git-lfs.github.com/spec/v1\noid sha256:00\n");
}

static void zip(struct forged *f)
{
    forge_reset(f);
    forge_put(f, "PK\3\4", 4);
    forge_fill(f, 0, 26);
    forge_put(f, "\4\0\0\0a.bi", 8);
}

/* As nrfutil makes them: manifest, image and init packet, named in the list at
 * the end. */
static void dfu(struct forged *f)
{
    static const char *const NAMES[] = {"app.bin", "app.dat", "manifest.json"};
    size_t list;

    forge_reset(f);
    forge_put(f, "PK\3\4", 4);
    forge_fill(f, 0, 26);
    forge_put(f, "\7\0\0\0app.bin", 11);
    list = f->len;
    for (size_t i = 0; i < 3; i++) {
        const uint8_t n = (uint8_t)strlen(NAMES[i]);
        const size_t from = f->len;

        forge_put(f, "PK\1\2", 4);
        forge_fill(f, 0, from + 46);
        f->bytes[from + 28] = n;
        f->bytes[from + 30] = 5; /* an extra field */
        forge_put(f, NAMES[i], n);
        forge_fill(f, 0, f->len + 5);
    }
    forge_put(f, "PK\5\6", 4);
    forge_fill(f, 0, f->len + 12);
    forge_le32(f, (uint32_t)list);
    forge_put(f, "\0\0", 2);
}

static void dfu_with_comment(struct forged *f)
{
    dfu(f);
    f->bytes[f->len - 2] = 9;
    forge_put(f, "by a tool", 9);
}

#define NRF "no protocol here updates one"
#define HEX "intel-hex", NULL, false
#define ANY NULL, NULL

/* clang-format off */
static const struct sight SIGHTS[] = {
    {"Intel HEX", hex, WHOLE, 0, 0, HEX, "records", "2", "Intel HEX", NOWHERE},
    {"Intel HEX, a wrong sum", hex, SET8, 50, '7', HEX, "records", "1", "Intel HEX", NOWHERE},
    {"a web page", page, WHOLE, 0, 0, "html", NULL, false, "title", "404 Not Found", "a server sent a page", NOWHERE},
    {"a title that would drive a terminal", bare_page, WHOLE, 0, 0, "html", NULL, false,
     "title", "Login\\x1b[2J", "a server sent a page", NOWHERE},
    {"a configuration", yaml, WHOLE, 0, 0, "text", NULL, false, "first_line", "esphome:", "binary", NOWHERE},
    {"not all text", yaml, SET8, 3, 0, "unknown", NULL, false, ANY, "nothing in it", NOWHERE},
    {"a Git LFS pointer", lfs_pointer, WHOLE, 0, 0, "text", NULL, false, ANY, "Git LFS", NOWHERE},
    {"ZIP", zip, WHOLE, 0, 0, "zip", NULL, false, "first_file", "a.bi", "unpack", NOWHERE},
    {"a DFU package", dfu, WHOLE, 0, 0, "zip", "nRF52", false, "first_file", "app.bin", NRF, NOWHERE},
    {"a DFU package with a comment", dfu_with_comment, WHOLE, 0, 0, "zip", "nRF52", false, ANY, NRF, NOWHERE},
    {"without its manifest", dfu, FLIP, 160 + 46, 0, "zip", NULL, false, ANY, "unpack", NOWHERE},
    {"with a list beyond the file", dfu, SET32, 233, 0x00ffffff, "zip", NULL, false, ANY, "unpack", NOWHERE},
    {"ZIP with a name longer than the file", zip, SET8, 27, 0xff, "zip", NULL, false, ANY, "unpack", NOWHERE},
};
/* clang-format on */

int main(void)
{
    return sight_all("image/text", SIGHTS, sizeof SIGHTS / sizeof *SIGHTS);
}
