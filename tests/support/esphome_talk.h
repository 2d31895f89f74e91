/* esphome_talk.h -- conversations with an ESPHome device in the clear: the words
 * of the scripts, the image that they carry, and who sends it. */
#ifndef TEST_SUPPORT_ESPHOME_TALK_H
#define TEST_SUPPORT_ESPHOME_TALK_H

#include "support/talk.h"

/* 2 * 8192 + 3 bytes: two whole blocks and a tail. */
enum { IMAGE_LEN = 16387 };

extern uint8_t image_bytes[IMAGE_LEN];
extern char image_md5[33], gzip_md5[33];
extern char gzip_size[9]; /* as 8 hex digits */
extern char gzip_len[12];

#define MAGIC   "6c26f75c45"
#define HELLO   {'h', MAGIC "07"}, {'d', "0002"}
#define HELLO1  {'h', MAGIC "07"}, {'d', "0001"}
#define PLAIN   HELLO, {'d', "40"}
#define PLAIN1  HELLO1, {'d', "40"}
#define OPEN    {'d', "41"}
#define SIZE    {'h', "00004003"}, {'-', ""}, {'d', "42"}
#define MD5     {'s', image_md5}, {'-', ""}, {'d', "43"}
#define READY   PLAIN, OPEN, SIZE, MD5
#define READY1  PLAIN1, OPEN, SIZE, MD5
#define BLOCKS  {'b', "8192"}, {'-', ""}, {'d', "47"}, {'b', "8192"}, \
                {'d', "47"}, {'b', "3"}, {'d', "47"}
#define VERIFY  {'d', "44"}, {'-', ""}, {'d', "45"}
#define BYE     {'h', "00"}, {'x', ""}
#define NONCE32 "0123456789abcdef0123456789abcdef"
#define NONCE64 NONCE32 NONCE32
/* The entropy of the tests is 00 01 02 ...; the proofs are of "secret",
 * computed with md5sum and sha256sum over password, nonce and cnonce. */
#define CNONCE32 "000102030405060708090a0b0c0d0e0f"
#define CNONCE64 CNONCE32 "101112131415161718191a1b1c1d1e1f"
extern char proof32[33], proof64[65];
/* ... and of "". */
extern char empty32[33], empty64[65];

enum { PW = 1, GZ = 2, ESP32 = 4, NO_MD5 = 8, ALWAYS = 16, NEVER = 32,
       LOCKSTEP = 64, WIDE = 128, PARTITIONS = 256, EMPTY_PW = 512 };

/* To be called first: fills in what is extern above. */
void esphome_talk_prepare(void);

/* An image whose chip the job sees as an ESP32: the header of one. */
struct espota_image *esphome_talk_image(unsigned how);
struct proto_job esphome_talk_job(unsigned how, const struct espota_image *);

#endif
