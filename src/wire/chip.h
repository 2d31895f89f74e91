/* chip.h -- what a family of chips is: one row for each.
 *
 * Images, boards and announcements name chips ("ESP32-C3", "rp2040",
 * "BK7231N") or platforms ("ESP32", "bk72xx").  Everything that follows from
 * such a name is in the row of its family; adding a family is adding a row.
 */
#ifndef EO_CHIP_H
#define EO_CHIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/arduino.h"

/* A board whose name does not contain that of its chip: lower case, letters
 * and digits only. */
struct chip_board {
    const char *word, *chip;
};

enum { CHIP_PREFIXES = 2, CHIP_BOARDS = 6 };

struct chip_family {
    const char *name; /* of its platform, for people: "ESP32", "LibreTiny" */
    const char *prefix[CHIP_PREFIXES]; /* its names begin with; any case */
    const char *bare; /* an announced word that stands for every chip of it;
                         NULL: one build fits all of them anyway */
    uint16_t port;    /* default ports of ESPHome, and of the Arduino core if
                         it has one; 0: not known */
    unsigned core;    /* of enum arduino_chip; 0: no Arduino core of it speaks
                         ArduinoOTA or fetches */
    bool inflates;    /* what ArduinoOTA and the updaters store may be gzip */
    bool rolls_back;  /* its bootloader goes back to the old app unless the new
                         one confirms itself */
    bool hasty;       /* ESPHome up to 2025.8 waits for 1 s there, as it does
                         on raw lwIP */
    unsigned blocks;  /* ESPHome: blocks that fit into its receive window */
    struct chip_board boards[CHIP_BOARDS]; /* the longer word first */
};

/* Of a chip, or of a platform; NULL: not known, or NULL. */
const struct chip_family *eo_chip_family(const char *chip);

/* The family whose default port it is; NULL: none. */
const struct chip_family *eo_chip_family_of_port(uint16_t port);

/* The i-th family; NULL after the last. */
const struct chip_family *eo_chip_family_at(size_t i);

/* The port a device with this chip listens on if nobody chose another; 0: not
 * known. */
uint16_t eo_chip_port(const char *chip);

/* The same for ArduinoOTA; 0 for those without an Arduino core, too. */
uint16_t eo_chip_core_port(const char *chip);

/* Its bit of enum arduino_chip; ARDUINO_ANY: not known, or it has none. */
unsigned eo_chip_core(const char *chip);

#endif
