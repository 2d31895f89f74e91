/* preflight.c -- what speaks against sending an image to a device.
 *
 * RULES below lists all checks, in the order in which a person would want to
 * hear about them.  A rule writes its refusal, or nothing.
 */
#include "image/preflight.h"

#include <string.h>

#include "image/esp32.h"
#include "wire/chip.h"

/* ---- chips, boards and ports -------------------------------------------- */

/* Board names are spelled in many ways, so only letters and digits count. */
static void squeeze(char *out, size_t cap, const char *board)
{
    size_t n = 0;

    for (; *board != '\0' && n + 1 < cap; board++)
        if (eo_is_digit(*board) ||
            (eo_lower(*board) >= 'a' && eo_lower(*board) <= 'z'))
            out[n++] = eo_lower(*board);
    out[n] = '\0';
}

/* The chip with the longest name that is in it: "esp32c61" is not a C6.  A
 * plain "esp32" counts as none, as every name of the family begins with it. */
static const char *esp32_in(const char *name)
{
    const struct esp32_chip *chip;
    const char *found = NULL;
    size_t longest = strlen("esp32");

    for (size_t i = 0; (chip = eo_esp32_chip_at(i)) != NULL; i++) {
        char word[16];

        squeeze(word, sizeof word, chip->name);
        if (strlen(word) > longest && strstr(name, word) != NULL) {
            longest = strlen(word);
            found = chip->name;
        }
    }
    return found;
}

const char *eo_chip_of_board(const char *board)
{
    const struct chip_family *f;
    const char *chip;
    size_t longest = 0;
    char name[64];

    if (board == NULL)
        return NULL;
    squeeze(name, sizeof name, board);
    chip = esp32_in(name);
    if (chip != NULL)
        return chip;
    for (size_t i = 0; (f = eo_chip_family_at(i)) != NULL; i++)
        for (size_t k = 0; k < CHIP_BOARDS && f->boards[k].word != NULL; k++) {
            const size_t len = strlen(f->boards[k].word);

            if (len > longest && strstr(name, f->boards[k].word) != NULL) {
                longest = len;
                chip = f->boards[k].chip;
            }
        }
    return chip;
}

/* ---- rules -------------------------------------------------------------- */

struct refusal {
    struct text text;
    const char *hint;
    enum espota_advice advice;
};

typedef void rule_fn(struct refusal *, const struct preflight_image *,
                     const struct espota_check *);

static bool speaks(const struct espota_check *c, const char *protocol)
{
    return c->protocol != NULL && strcmp(c->protocol, protocol) == 0;
}

/* Is it meant for this use? */
static void rule_type(struct refusal *r, const struct preflight_image *img,
                      const struct espota_check *c)
{
    static const enum image_role WANTED[] = {
        [ESPOTA_TYPE_APP] = ROLE_APP,
        [ESPOTA_TYPE_FILESYSTEM] = ROLE_FILESYSTEM,
        [ESPOTA_TYPE_PARTITION_TABLE] = ROLE_PARTITIONS,
        [ESPOTA_TYPE_BOOTLOADER] = ROLE_BOOTLOADER,
    };
    const struct findings *f = img->found;
    const enum image_role wanted = WANTED[c->type];

    if (f->role == wanted ||
        (f->role == ROLE_UNKNOWN && wanted == ROLE_FILESYSTEM))
        return;
    if (f->role == ROLE_UNKNOWN && !f->kind->packed) {
        eo_text_add(&r->text, "%s is not recognised as firmware", img->name);
        r->hint = "check the file";
        r->advice = ESPOTA_ADVICE_FORCE;
        return;
    }
    eo_text_add(&r->text, "%s is %s, not %s", img->name, f->kind->what,
                wanted == ROLE_APP          ? "a firmware to update with"
                : wanted == ROLE_FILESYSTEM ? "a filesystem"
                : wanted == ROLE_PARTITIONS ? "a partition table"
                                            : "a bootloader");
    if (f->unfit != f->kind->unfit)
        eo_text_add(&r->text, ": %s", f->unfit);
    if (f->role == ROLE_FILESYSTEM)
        r->advice = ESPOTA_ADVICE_TYPE_FILESYSTEM;
    else if (f->role == ROLE_APP)
        r->advice = ESPOTA_ADVICE_TYPE_APP;
    else
        r->hint = f->instead, r->advice = f->advice;
}

/* Is it whole? */
static void rule_damage(struct refusal *r, const struct preflight_image *img,
                        const struct espota_check *c)
{
    const struct espota_image_problem *p = eo_obstacle(img->found);

    (void)c;
    if (p == NULL)
        return;
    eo_text_add(&r->text, "%s: %s", img->name, p->text);
    if (p->located)
        eo_text_add(&r->text, " (at byte %zu)", p->at);
    r->hint = "build or download the file again";
    r->advice = p->advice;
}

/* What a device requires of a table before writing it.  Some things that are
 * only a warning elsewhere make the device refuse the table. */
static void rule_partitions(struct refusal *r,
                            const struct preflight_image *img,
                            const struct espota_check *c)
{
    const struct espota_image_problem *p =
        eo_first_problem(img->found, ESPOTA_WARNING);

    if (c->type != ESPOTA_TYPE_PARTITION_TABLE ||
        img->found->role != ROLE_PARTITIONS)
        return;
    if (img->bytes != ESP32_TABLE_LEN)
        eo_text_add(&r->text, "%s has %zu bytes, and a partition table %d",
                    img->name, img->bytes, ESP32_TABLE_LEN);
    else if (p != NULL)
        eo_text_add(&r->text, "%s: %s", img->name, p->text);
    r->hint = "build the table again: 3072 bytes with an MD5 entry, two app "
              "partitions, otadata and nvs";
}

/* Anything but an app is stored as it comes, so it must be unpacked before. */
static void rule_packed(struct refusal *r, const struct preflight_image *img,
                        const struct espota_check *c)
{
    if (c->type == ESPOTA_TYPE_APP || !img->found->kind->packed)
        return;
    eo_text_add(&r->text, "%s is packed by gzip, and cannot be unpacked",
                img->name);
    r->hint = "unpack it, and flash the file inside";
}

/* A bootloader must end before the partition table.  The device checks this,
 * too, but only when it has received everything. */
static void rule_bootloader(struct refusal *r,
                            const struct preflight_image *img,
                            const struct espota_check *c)
{
    const size_t room = eo_esp32_bootloader_room(img->found->chip);

    if (c->type != ESPOTA_TYPE_BOOTLOADER || room == 0 || img->bytes <= room)
        return;
    /* A bootloader for Secure Boot never fits: its users have moved the
     * table. */
    if (eo_find_fact(img->found, "signature") != NULL)
        return;
    eo_text_add(&r->text, "%s has %zu bytes, and there is room for %zu before "
                "the partition table at 0x8000", img->name, img->bytes, room);
    r->hint = "build it smaller; where the device has its table at another "
              "place, it can be forced";
    r->advice = ESPOTA_ADVICE_FORCE_BOOTLOADER;
}

/* Do devices that use the protocol take such an image? */
static void rule_protocol(struct refusal *r, const struct preflight_image *img,
                          const struct espota_check *c)
{
    const struct image_kind *kind = img->found->kind;

    if (!speaks(c, "arduino"))
        return;
    if (kind->not_arduino != NULL) {
        eo_text_add(&r->text, "%s is %s", img->name, kind->not_arduino);
        r->hint = kind->not_arduino_hint;
        r->advice = kind->not_arduino_advice;
    } else if (c->type == ESPOTA_TYPE_PARTITION_TABLE ||
               c->type == ESPOTA_TYPE_BOOTLOADER) {
        eo_text_add(&r->text, "ArduinoOTA can only update firmware and "
                    "filesystem");
        r->advice = ESPOTA_ADVICE_USE_ESPHOME;
    }
}

/* Compares the image's chip with what is known about the device's. */
static void rule_chip(struct refusal *r, const struct preflight_image *img,
                      const struct espota_check *c)
{
    const char *ours = img->found->chip, *board = eo_chip_of_board(c->board),
               *theirs = board != NULL ? board : c->chip;
    const struct chip_family *our_family = eo_chip_family(ours),
                             *their_family = eo_chip_family(theirs);

    if (our_family == NULL)
        return;
    if (their_family == NULL) {
        const struct chip_family *owner = eo_chip_family_of_port(c->port);

        if (owner == NULL || strcmp(owner->name, our_family->name) == 0)
            return;
        eo_text_add(&r->text, "%s is for %s, and port %u belongs to %s devices",
                    img->name, ours, (unsigned)c->port, owner->name);
        r->hint = "flash the build for this device, or name its port";
        return;
    }
    /* A bare platform name says nothing about the chip; a board's name does. */
    if (our_family == their_family &&
        (our_family->bare == NULL || eo_same_nocase(theirs, ours) ||
         (board == NULL && eo_same_nocase(theirs, our_family->bare))))
        return;
    eo_text_add(&r->text, "%s is for %s, and the device is %s%s", img->name,
                ours, strchr("AEFHILMNORSX", theirs[0]) != NULL ? "an " : "a ",
                theirs);
    r->hint = "flash the build for this device";
}

static void rule_size(struct refusal *r, const struct preflight_image *img,
                      const struct espota_check *c)
{
    if (c->max_bytes == 0 || img->bytes <= c->max_bytes)
        return;
    eo_text_add(&r->text, "%s has %zu bytes, and the device room for %zu",
                img->name, img->bytes, c->max_bytes);
    r->hint = "build it smaller: fewer components, or another partition table";
}

static const struct {
    const char *code; /* of the warning that it becomes with force */
    rule_fn *rule;
} RULES[] = {
    {"type", rule_type},         {"damaged", rule_damage},
    {"type", rule_packed},       {"type", rule_partitions},
    {"type", rule_bootloader},   {"protocol", rule_protocol},
    {"other-chip", rule_chip},   {"size", rule_size},
};

/* ---- warnings ----------------------------------------------------------- */

static void warn(const struct espota_check *c, const char *code,
                 const char *text)
{
    if (c->on_warning != NULL)
        c->on_warning(c->ctx, code, text);
}

/* The slot that ESPHome's partition tables give an app, by flash size. */
static void warn_of_slot(const struct preflight_image *img,
                         const struct espota_check *c)
{
    static const struct {
        const char *flash;
        size_t slot;
    } SLOTS[] = {{"2M", 0xc0000},   {"4M", 0x1c0000},  {"8M", 0x3c0000},
                 {"16M", 0x7c0000}, {"32M", 0xfc0000}};
    const char *flash = eo_find_fact(img->found, "flash_size");
    char space[192];
    struct text t;

    if (!speaks(c, "esphome") || !img->found->kind->slotted || flash == NULL)
        return;
    for (size_t i = 0; i < sizeof SLOTS / sizeof *SLOTS; i++)
        if (strcmp(SLOTS[i].flash, flash) == 0 && img->bytes > SLOTS[i].slot) {
            eo_text_init(&t, space, sizeof space);
            eo_text_add(&t, "%s has %zu bytes; where nobody changed the "
                        "partition table, %s of flash have room for %zu",
                        img->name, img->bytes, flash, SLOTS[i].slot);
            warn(c, "size", space);
        }
}

static void warn_of_problems(const struct preflight_image *img,
                             const struct espota_check *c)
{
    const struct findings *f = img->found;

    for (size_t i = 0; i < f->n_problems; i++)
        if (f->problems[i].severity == ESPOTA_WARNING)
            warn(c, "image", f->problems[i].text);
    warn_of_slot(img, c);
}

int eo_preflight(const struct preflight_image *img,
                 const struct espota_check *c, struct espota_error *err)
{
    for (size_t i = 0; i < sizeof RULES / sizeof *RULES; i++) {
        char space[320];
        struct refusal r = {.hint = NULL};

        eo_text_init(&r.text, space, sizeof space);
        RULES[i].rule(&r, img, c);
        if (r.text.len == 0)
            continue;
        if (!c->force)
            return eo_fail_advice(err, ESPOTA_E_IMAGE, r.advice, r.hint, "%s",
                                  space);
        warn(c, RULES[i].code, space);
    }
    warn_of_problems(img, c);
    return 0;
}
