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
};
/* clang-format on */

int main(void)
{
    return sight_all("image/text", SIGHTS, sizeof SIGHTS / sizeof *SIGHTS);
}
