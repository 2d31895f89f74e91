/* test_image_littlefs.c -- LittleFS images. */
#include "support/test.h"

#include "support/sight.h"

static void small(struct forged *f)
{
    forge_littlefs(f, 4096, 4);
}

/* After an uneven number of changes the valid superblock is the second. */
static void second(struct forged *f)
{
    small(f);
    memmove(f->bytes + 4096, f->bytes, 64);
    memset(f->bytes, 0xff, 64);
}

#define LFS "littlefs", NULL
#define ANY NULL, NULL

/* clang-format off */
static const struct sight SIGHTS[] = {
    {"first superblock", small, WHOLE, 0, 0, LFS, true, "disk_version", "2.1", NULL, NOWHERE},
    {"second superblock", second, WHOLE, 0, 0, LFS, true, "block_size", "4096", NULL, NOWHERE},
    {"cut short", small, CUT, 10000, 0, LFS, false, ANY, "the filesystem has 16384 bytes, the file 10000", 10000},
    {"too long", small, APPEND, 4096, 0xff, LFS, true, ANY, "the filesystem has 16384 bytes", 16384},
    {"no blocks", small, SET32, 28, 0, LFS, false, ANY, "0 blocks of 4096", 24},
    {"a terabyte", small, SET32, 28, 0xffffffff, LFS, false, ANY, "cut short", 16384},
    {"blocks of nothing", small, SET32, 24, 0, LFS, false, ANY, "4 blocks of 0", 24},
};
/* clang-format on */

int main(void)
{
    return sight_all("image/littlefs", SIGHTS, sizeof SIGHTS / sizeof *SIGHTS);
}
