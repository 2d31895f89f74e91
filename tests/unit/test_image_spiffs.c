/* test_image_spiffs.c -- SPIFFS images, which have no magic number. */
#include "support/test.h"

#include "support/sight.h"

static void small(struct forged *f)
{
    forge_spiffs(f, 4);
}

static void empty(struct forged *f)
{
    forge_reset(f);
    forge_fill(f, 0xff, 16384);
}

#define SPIFFS "spiffs", NULL
#define UNKNOWN "unknown", NULL, false, NULL, NULL, "nothing in it is known", NOWHERE

/* clang-format off */
static const struct sight SIGHTS[] = {
    {"four files", small, WHOLE, 0, 0, SPIFFS, true, "files", "4", NULL, NOWHERE},
    {"cut within a block", small, CUT, 9000, 0, SPIFFS, false, "blocks", "2", "the last block is not complete", 8192},
    {"a page of another object", small, FLIP, 256, 0, UNKNOWN},
    {"a page never written", small, SET8, 260, 0xff, UNKNOWN},
    {"nothing in it", empty, WHOLE, 0, 0, UNKNOWN},
};
/* clang-format on */

int main(void)
{
    return sight_all("image/spiffs", SIGHTS, sizeof SIGHTS / sizeof *SIGHTS);
}
