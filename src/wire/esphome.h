/* esphome.h -- the bytes of ESPHome's native OTA protocol, both ends.
 *
 * proto/esphome_phases.c says what is sent when; docs/PROTOCOLS.md says where
 * each byte is documented.
 */
#ifndef EO_WIRE_ESPHOME_H
#define EO_WIRE_ESPHOME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <espota/error.h>

enum {
    ESPHOME_MAGIC_LEN = 5,
    ESPHOME_VERSION_1 = 1,
    ESPHOME_VERSION_2 = 2,
    ESPHOME_BLOCK = 8192, /* acknowledged by one CHUNK_OK (version 2) */
    ESPHOME_MD5_HEX = 32, /* length of an MD5 nonce, and of the image's MD5 */
    ESPHOME_SHA256_HEX = 64
};

extern const uint8_t EO_ESPHOME_MAGIC[ESPHOME_MAGIC_LEN];

/* What the client says it can do (one byte).  Bits 0x10 and above are not
 * assigned in any release and are never set. */
enum esphome_client_bit {
    ESPHOME_CAN_GZIP = 0x01,
    ESPHOME_CAN_SHA256 = 0x02,
    ESPHOME_CAN_EXTENDED = 0x04,
    ESPHOME_CAN_NOISE = 0x08 /* honoured only together with EXTENDED */
};

/* What the device offers (the byte after FEATURE_FLAGS). */
enum esphome_server_bit {
    ESPHOME_TAKES_GZIP = 0x01,
    ESPHOME_TAKES_PARTITIONS = 0x02,
    ESPHOME_TAKES_NOISE = 0x04
};

enum esphome_reply {
    ESPHOME_OK = 0x00,
    ESPHOME_REQUEST_MD5 = 0x01,
    ESPHOME_REQUEST_SHA256 = 0x02,
    ESPHOME_HEADER_OK = 0x40,
    ESPHOME_AUTH_OK = 0x41,
    ESPHOME_PREPARE_OK = 0x42,
    ESPHOME_MD5_OK = 0x43,
    ESPHOME_RECEIVE_OK = 0x44,
    ESPHOME_END_OK = 0x45,
    ESPHOME_SUPPORTS_GZIP = 0x46,
    ESPHOME_CHUNK_OK = 0x47,
    ESPHOME_FEATURE_FLAGS = 0x48,
    ESPHOME_FIRST_ERROR = 0x80,
    ESPHOME_AUTH_INVALID = 0x82,
    ESPHOME_UNKNOWN = 0xff /* in the data: it lost track of the stream */
};

enum esphome_type {
    ESPHOME_TYPE_APP = 0x00,
    ESPHOME_TYPE_PARTITION_TABLE = 0x01,
    ESPHOME_TYPE_BOOTLOADER = 0x02
};

/* Every refusal a device can send.  A new code is a new row.
 *
 *   X(code, NAME, category, what happened, what to do)
 *
 * What to do is a text, or EO_ADVICE(NAME, a text).
 */
/* clang-format off */
#define ESPHOME_REFUSALS(X)                                                                          \
    X(0x80, MAGIC, PROTOCOL,                                                                         \
      "the device did not recognise our greeting",                                                   \
      "is this port ESPHome's OTA port, and nothing between us and it?")                             \
    X(0x81, UPDATE_PREPARE, REFUSED,                                                                 \
      "the device could not prepare the update",                                                     \
      "reboot the device and try again; the image may be too big for it")                            \
    X(0x82, AUTH_INVALID, AUTH,                                                                      \
      "the device refused the password",                                                             \
      "it wants the password of the firmware it runs now, not of the one being sent")                \
    X(0x83, WRITING_FLASH, DEVICE,                                                                   \
      "the device could not write its flash",                                                        \
      "look at the device's log; BK72xx, RTL87xx and LN882x want the .uf2 of the right family")      \
    X(0x84, UPDATE_END, DEVICE,                                                                      \
      "the device could not finish the update: it rejects the image",                                \
      "is it an OTA image built for this chip, complete and unchanged?")                             \
    X(0x85, INVALID_BOOTSTRAPPING, REFUSED,                                                          \
      "Invalid bootstrapping: the device must be reset by hand once after a serial flash",           \
      "press its reset button or power-cycle it, then flash again")                                  \
    X(0x86, WRONG_CURRENT_FLASH_CONFIG, REFUSED,                                                     \
      "the firmware the device runs is configured for another flash size than it has",               \
      "flash it once over the serial port with the right board and flash size")                      \
    X(0x87, WRONG_NEW_FLASH_CONFIG, REFUSED,                                                         \
      "the image is configured for a larger flash than the device has",                              \
      "build it for the right board")                                                                \
    X(0x88, ESP8266_NOT_ENOUGH_SPACE, REFUSED,                                                       \
      "the image does not fit beside the running firmware",                                          \
      "flash a minimal firmware first, then this one; ESPHome 2021.11 and later take it compressed") \
    X(0x89, ESP32_NOT_ENOUGH_SPACE, REFUSED,                                                         \
      "the image does not fit into the device's OTA partition",                                      \
      "make the image smaller, or give the device another partition table")                          \
    X(0x8a, NO_UPDATE_PARTITION, REFUSED,                                                            \
      "the device has no partition to update into",                                                  \
      "flash it once over the serial port with a partition table that has two app slots")            \
    X(0x8b, MD5_MISMATCH, CHECKSUM,                                                                  \
      "the device received other bytes than were sent",                                              \
      "try again; if it stays, the network or the device's flash corrupts data")                     \
    X(0x8c, RP2040_NOT_ENOUGH_SPACE, REFUSED,                                                        \
      "the image does not fit into the device's filesystem",                                         \
      "build the running firmware with a larger filesystem, or make the image smaller")              \
    X(0x8d, SIGNATURE_INVALID, POLICY,                                                               \
      "the device does not accept the image's signature",                                            \
      "sign the image with the key that the running firmware trusts")                                \
    X(0x8e, UNSUPPORTED_OTA_TYPE, REFUSED,                                                           \
      "the device does not take this type of image",                                                 \
      "build its firmware with allow_partition_access, or send an app image")                        \
    X(0x8f, PARTITION_TABLE_VERIFY, REFUSED,                                                         \
      "the device rejects this partition table; nothing was written",                                \
      "it needs two app slots, otadata, nvs and room for the running app where it is")               \
    X(0x90, PARTITION_TABLE_UPDATE, DEVICE,                                                          \
      "the device failed while writing its partition table and may not start again",                 \
      "DO NOT POWER-CYCLE THE DEVICE: send the same partition table again")                          \
    X(0x91, BOOTLOADER_VERIFY, REFUSED,                                                              \
      "the device rejects this bootloader; nothing was written",                                     \
      "is it the bootloader built for this chip, and no larger than its region?")                    \
    X(0x92, BOOTLOADER_UPDATE, DEVICE,                                                               \
      "the device failed while writing its bootloader and may not start again",                      \
      "DO NOT POWER-CYCLE THE DEVICE: send the same bootloader again")                               \
    X(0x93, VERSION_DOWNGRADE, POLICY,                                                               \
      "the device does not take an older version than it runs",                                      \
      "build the image with a higher project version")                                               \
    X(0x94, ENCRYPTION_REQUIRED, POLICY,                                                             \
      "the device takes encrypted uploads only",                                                     \
      EO_ADVICE(GIVE_KEY, "give its encryption key"))                                                \
    X(0xff, UNKNOWN, DEVICE,                                                                         \
      "the device failed for a reason it has no code for",                                           \
      "look at the device's log")
/* clang-format on */

struct esphome_refusal {
    uint8_t code;
    enum espota_category category;
    const char *name; /* "INVALID_BOOTSTRAPPING" */
    const char *text; /* what happened */
    const char *hint;
    enum espota_advice advice;
};

/* What to do instead if the image is for such a family of chips.
 *
 *   X(code, family, what to do)
 */
/* clang-format off */
#define ESPHOME_HINTS(X)                                                                             \
    X(0x83, "ESP8266",   "look at the device's log: its flash may be worn, its power supply weak")   \
    X(0x83, "ESP32",     "look at the device's log: its flash may be worn, its power supply weak")   \
    X(0x83, "RP2",       "look at the device's log: its flash may be worn, its power supply weak")   \
    X(0x83, "LibreTiny", "send the .uf2 of the right family (BK7231N is not BK7231T); else look at the device's log")
/* clang-format on */

/* Also for codes that are in no list: those are DEVICE and "UNLISTED".  chip:
 * of the image, or NULL. */
struct esphome_refusal eo_esphome_refusal(uint8_t code, const char *chip);

/* 0x80 in the middle of the data is the flash driver's verdict on the first
 * byte of the image, not on our greeting. */
struct esphome_refusal eo_esphome_refusal_in_data(uint8_t code,
                                                  const char *chip);

#endif
