/* test_image_uf2.c -- UF2 of Raspberry Pi boards and of LibreTiny. */
#include "support/test.h"

#include "support/sight.h"

static void pico(struct forged *f)
{
    forge_uf2(f, 0xe48bff56, 0);
}

static void libretiny(struct forged *f)
{
    forge_uf2(f, 0x7b3ef230, 1);
}

static void headless(struct forged *f)
{
    forge_uf2(f, 0x7b3ef230, 0);
}

static void stranger(struct forged *f)
{
    forge_uf2(f, 0x12345678, 0);
}

static void nrf(struct forged *f)
{
    forge_uf2(f, 0xada52840, 0);
}

static void risc_v(struct forged *f)
{
    forge_uf2_absolute(f, 0xe48bff5a);
}

/* The board is told twice: the same, or another. */
static void board_twice(struct forged *f)
{
    forge_uf2(f, 0x7b3ef230, 1);
    memcpy(f->bytes + 61 + 3, "\x09\xc8\x25\xca" "cb3s\0\0\0", 12);
}

static void two_boards(struct forged *f)
{
    board_twice(f);
    f->bytes[64 + 6] = 'z';
}

static void longer_board(struct forged *f)
{
    board_twice(f);
    f->bytes[64] = 10;
    f->bytes[64 + 8] = '2';
}

#define LT "uf2", "BK7231N"
#define ANY NULL, NULL

/* clang-format off */
static const struct sight SIGHTS[] = {
    {"LibreTiny", libretiny, WHOLE, 0, 0, LT, true, "board", "cb3s", NULL, NOWHERE},
    {"its version", libretiny, WHOLE, 0, 0, LT, true, "fw_version", "2026.7", NULL, NOWHERE},
    {"its payload", libretiny, WHOLE, 0, 0, LT, true, "payload_bytes", "768", NULL, NOWHERE},
    {"LibreTiny without its header", headless, WHOLE, 0, 0, LT, false, ANY, "no LibreTiny header", 8},
    {"a Pico's", pico, WHOLE, 0, 0, "uf2", "RP2040", false, "blocks", "3", "brick", NOWHERE},
    {"of an unknown family", stranger, WHOLE, 0, 0, "uf2", NULL, false, "family", "0x12345678", "brick", NOWHERE},
    {"an nRF52840's", nrf, WHOLE, 0, 0, "uf2", "nRF52840", false, ANY, "no protocol here updates an nRF52", NOWHERE},
    {"an RP2350's behind an absolute block", risc_v, WHOLE, 0, 0, "uf2", "RP2350", false, "blocks", "3", "brick", NOWHERE},
    {"its family", risc_v, WHOLE, 0, 0, "uf2", "RP2350", false, "family", "0xe48bff5a", "brick", NOWHERE},
    {"damaged behind it", risc_v, FLIP, 1024, 0, "uf2", "RP2350", false, ANY, "not a UF2 block", 1024},
    {"cut behind it", risc_v, CUT, 3 * 512, 0, "uf2", "RP2350", false, ANY, "cut short: 3 blocks", 3 * 512},
    {"cut within the second", risc_v, CUT, 600, 0, "uf2", NULL, false, ANY, "cut short within the second", 600},
    {"an absolute block alone", risc_v, CUT, 512, 0, "uf2", "RP2350", false, ANY, "cut short: 2 blocks", 512},
    {"one that says 0 of 3", risc_v, SET32, 24, 3, "uf2", "RP2350", false, ANY, "block 0 of 3 is where 1 of 3", 532},
    {"a tag twice, the same", board_twice, WHOLE, 0, 0, LT, true, "board", "cb3s", NULL, NOWHERE},
    {"a tag twice, with two values", two_boards, WHOLE, 0, 0, LT, false, "board", "cb3s", "two values for board", 64},
    {"a tag twice, the second longer", longer_board, WHOLE, 0, 0, LT, false, "board", "cb3s", "two values for board", 64},
    {"one block short", libretiny, CUT, 3 * 512, 0, LT, false, ANY, "cut short: 4 blocks", 3 * 512},
    {"half a block", libretiny, CUT, 3 * 512 + 99, 0, LT, false, ANY, "cut short: 4 blocks", 3 * 512 + 99},
    {"within the first", libretiny, CUT, 100, 0, "uf2", NULL, false, ANY, "within the first block", 100},
    {"no magic", libretiny, FLIP, 1024, 0, LT, false, ANY, "not a UF2 block", 1024},
    {"no last magic", libretiny, FLIP, 1535, 0, LT, false, ANY, "not a UF2 block", 1024},
    {"blocks out of order", libretiny, SET32, 1044, 3, LT, false, ANY, "block 3 of 4 is where 2 of 4 should be", 1044},
    {"another count", libretiny, SET32, 1048, 9, LT, false, ANY, "block 2 of 9 is where", 1044},
    {"two chips", libretiny, SET32, 1052, 1, LT, false, ANY, "not all for the same chip", 1052},
    {"too much in a block", libretiny, SET32, 1040, 477, LT, false, ANY, "a block cannot hold 477 bytes", 1040},
    {"a gap", libretiny, SET32, 1036, 0x10000200, LT, true, ANY, "a gap: from 0x10000100 to 0x10000200", 1036},
    {"a block too many", libretiny, APPEND, 512, 0, LT, false, ANY, "not a UF2 block", 2048},
    {"four billion blocks", libretiny, SET32, 24, 0xffffffff, LT, false, ANY, "is where 1 of 4294967295", 532},
    {"a tag that fills all", libretiny, SET8, 32, 255, LT, true, ANY, "does not tell the format", 32},
};
/* clang-format on */

int main(void)
{
    return sight_all("image/uf2", SIGHTS, sizeof SIGHTS / sizeof *SIGHTS);
}
