/* talk.c -- the answers of a simulated ESPHome device.
 *
 * The table at the end says what is read in which state.  Each function
 * answers and says what is read next.  eo_sim_esphome_trip() is called before
 * every answer: --refuse and --fault act there.
 */
#include "sim_esphome/session.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "crypto/random.h"

enum {
    NONCE_SEED = 8,
    BOOTLOADER_MAX = 0x7000 /* from 0x1000 to the partition table */
};

static void say(struct esphome_session *s, uint8_t byte)
{
    eo_sim_esphome_say(s, &byte, 1);
}

static uint64_t now_ms(const struct esphome_session *s)
{
    return eo_loop_now(s->device->base.sim->loop);
}

/* ---- greeting ----------------------------------------------------------- */

static void got_magic(struct esphome_session *s)
{
    const struct script_act *strange = &s->config->fault[FAULT_STRANGE_VERSION];
    uint8_t answer[2] = {ESPHOME_OK, (uint8_t)s->config->version};

    if (eo_sim_esphome_trip(s, STEP_VERSION))
        return;
    if (memcmp(s->in, EO_ESPHOME_MAGIC, ESPHOME_MAGIC_LEN) != 0) {
        if (s->config->age->mute && !s->config->where->raw)
            eo_sim_esphome_reset_now(s);
        else
            eo_sim_esphome_refuse_now(s, 0x80);
        return;
    }
    if (s->faulty && strange->on)
        answer[1] = (uint8_t)strange->n;
    eo_sim_esphome_say(s, answer, sizeof answer);
    eo_sim_esphome_await(s, READ_FEATURES, 1);
}

/* How this device asks this client for a password; AUTH_BY_AGE: it rejects the
 * client. */
static enum esphome_auth choose_auth(const struct esphome_config *c,
                                     uint8_t features)
{
    const bool can = (features & ESPHOME_CAN_SHA256) != 0;

    if (c->auth == AUTH_NONE || c->password == NULL)
        return AUTH_NONE;
    if (c->auth == AUTH_MD5)
        return AUTH_MD5;
    if (can && (c->auth == AUTH_SHA256 || c->age->sha256))
        return AUTH_SHA256;
    return c->auth == AUTH_BY_AGE && c->age->md5 ? AUTH_MD5 : AUTH_BY_AGE;
}

static void want_type_or_size(struct esphome_session *s)
{
    if (s->extended)
        eo_sim_esphome_await(s, READ_TYPE, 1);
    else
        eo_sim_esphome_await(s, READ_SIZE, 4);
}

static size_t auth_len(const struct esphome_session *s)
{
    return s->auth == AUTH_MD5 ? ESPHOME_MD5_HEX : ESPHOME_SHA256_HEX;
}

static enum digest auth_digest(const struct esphome_session *s)
{
    return s->auth == AUTH_MD5 ? DIGEST_MD5 : DIGEST_SHA256;
}

/* A digest of a few random bytes, as in real devices. */
static int make_nonce(struct esphome_session *s)
{
    uint8_t seed[NONCE_SEED];

    if (eo_random(seed, sizeof seed) != 0)
        return -1;
    return eo_digest_hex(auth_digest(s), &(struct piece){seed, sizeof seed}, 1,
                         s->nonce);
}

static void ask_password(struct esphome_session *s)
{
    uint8_t ask[1 + ESPHOME_SHA256_HEX];

    s->auth = choose_auth(s->config, s->features);
    if (s->auth == AUTH_NONE) {
        say(s, ESPHOME_AUTH_OK);
        want_type_or_size(s);
    } else if (s->auth == AUTH_BY_AGE) {
        eo_sim_esphome_refuse_now(s, 0x82);
    } else if (make_nonce(s) != 0) {
        eo_sim_esphome_refuse_now(s, 0xff);
    } else {
        ask[0] =
            s->auth == AUTH_MD5 ? ESPHOME_REQUEST_MD5 : ESPHOME_REQUEST_SHA256;
        memcpy(ask + 1, s->nonce, auth_len(s));
        eo_sim_esphome_say(s, ask, 1 + auth_len(s));
        eo_sim_esphome_await(s, READ_CNONCE, auth_len(s));
    }
}

static void got_features(struct esphome_session *s)
{
    const struct esphome_config *c = s->config;
    const uint8_t f = s->in[0];
    const bool gzip = c->takes_gzip && (f & ESPHOME_CAN_GZIP) != 0;
    uint8_t answer[2];
    bool noise;

    s->features = f;
    if ((f & 0xf0) != 0)
        eo_sim_esphome_violation(s, VIOLATION_UNASSIGNED_BITS);
    if ((f & ESPHOME_CAN_NOISE) != 0 && (f & ESPHOME_CAN_EXTENDED) == 0)
        eo_sim_esphome_violation(s, VIOLATION_NOISE_ALONE);
    if (eo_sim_esphome_trip(s, STEP_FEATURES))
        return;
    s->extended = c->extended && (f & ESPHOME_CAN_EXTENDED) != 0;
    noise = s->extended && c->key.given && (f & ESPHOME_CAN_NOISE) != 0;
    if (c->require_encryption && !noise) {
        eo_sim_esphome_refuse_now(s, 0x94);
        return;
    }
    s->server_flags =
        (uint8_t)((gzip ? ESPHOME_TAKES_GZIP : 0) |
                  (c->partition_access ? ESPHOME_TAKES_PARTITIONS : 0) |
                  (c->key.given ? ESPHOME_TAKES_NOISE : 0));
    s->reply = s->extended ? ESPHOME_FEATURE_FLAGS
               : gzip      ? ESPHOME_SUPPORTS_GZIP
                           : ESPHOME_HEADER_OK;
    answer[0] = s->reply;
    answer[1] = s->server_flags;
    eo_sim_esphome_say(s, answer, s->extended ? 2 : 1);
    if (noise)
        eo_sim_esphome_await(s, READ_KEY, KEY_FRAME);
    else if (!eo_sim_esphome_trip(s, STEP_AUTH))
        ask_password(s);
}

/* A client that knows the key needs no password. */
static void got_key(struct esphome_session *s)
{
    s->auth = AUTH_NOISE;
    if (eo_sim_esphome_trip(s, STEP_KEY) || !eo_sim_esphome_key_agreed(s) ||
        eo_sim_esphome_trip(s, STEP_AUTH))
        return;
    if (eo_sim_esphome_faulty(s, FAULT_CHALLENGE)) {
        ask_password(s);
        return;
    }
    say(s, ESPHOME_AUTH_OK);
    want_type_or_size(s);
}

/* ---- password ----------------------------------------------------------- */

/* Are the digits equal?  Older firmware compares bytes. */
static bool same_hex(const struct esphome_session *s, const char *text,
                     const void *heard, size_t len)
{
    const char *h = heard;

    for (size_t i = 0; i < len; i++)
        if (text[i] != (s->config->age->any_case ? eo_lower(h[i]) : h[i]))
            return false;
    return true;
}

static bool is_lower_hex(const uint8_t *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!eo_is_digit((char)text[i]) && (text[i] < 'a' || text[i] > 'f'))
            return false;
    return true;
}

static void got_cnonce(struct esphome_session *s)
{
    memcpy(s->cnonce, s->in, s->need);
    if (!is_lower_hex(s->in, s->need))
        eo_sim_esphome_violation(s, VIOLATION_CNONCE_NOT_HEX);
    if (strcmp(s->cnonce, s->device->last_cnonce) == 0)
        eo_sim_esphome_violation(s, VIOLATION_CNONCE_REPEATED);
    memcpy(s->device->last_cnonce, s->cnonce, sizeof s->cnonce);
    eo_sim_esphome_await(s, READ_RESPONSE, s->need);
}

static void got_response(struct esphome_session *s)
{
    const char *password = s->config->password;
    const struct piece pieces[] = {
        {password, strlen(password)},
        {s->nonce, auth_len(s)},
        {s->cnonce, auth_len(s)},
    };
    char expected[DIGEST_HEX_MAX];

    if (!is_lower_hex(s->in, s->need))
        eo_sim_esphome_violation(s, VIOLATION_RESPONSE_NOT_HEX);
    if (eo_sim_esphome_trip(s, STEP_RESPONSE))
        return;
    if (eo_digest_hex(auth_digest(s), pieces, 3, expected) != 0) {
        eo_sim_esphome_refuse_now(s, 0xff);
    } else if (!same_hex(s, expected, s->in, s->need)) {
        eo_sim_esphome_refuse_now(s, 0x82);
    } else {
        say(s, ESPHOME_AUTH_OK);
        want_type_or_size(s);
    }
}

/* ---- preparing ---------------------------------------------------------- */

static void got_type(struct esphome_session *s)
{
    s->type = s->in[0];
    eo_sim_esphome_await(s, READ_SIZE, 4);
}

static bool fits(const struct esphome_session *s)
{
    const size_t sector = s->config->platform == ESP8266 ? 4096 : 1;

    return s->size <= s->config->slot &&
           (s->size + sector - 1) / sector * sector <= s->config->slot;
}

/* The error code if this type of image cannot have this size, or 0. */
static uint8_t bad_size(const struct esphome_session *s)
{
    const bool access = s->config->partition_access;

    switch (s->type) {
    case ESPHOME_TYPE_APP:
        return fits(s) ? 0 : s->config->where->no_space;
    case ESPHOME_TYPE_PARTITION_TABLE:
        return !access ? 0x8e : s->size == IMAGE_TABLE_LEN ? 0 : 0x8f;
    case ESPHOME_TYPE_BOOTLOADER:
        return !access ? 0x8e : s->size <= BOOTLOADER_MAX ? 0 : 0x91;
    }
    return 0x8e;
}

static void prepared(struct esphome_session *s)
{
    const struct esphome_config *c = s->config;
    const bool keep = c->where->inflates || c->takes_gzip ||
                      s->device->base.sim->common.store != NULL;

    if (eo_sim_esphome_trip(s, STEP_PREPARE))
        return;
    if (eo_sim_flash_begin(&s->flash, &c->flash, s->size, keep, NULL) != 0) {
        eo_sim_esphome_refuse_now(s, 0xff);
        return;
    }
    s->flash.as_it_is = s->type != ESPHOME_TYPE_APP ||
                        (s->server_flags & ESPHOME_TAKES_GZIP) == 0;
    eo_sim_image_check_init(&s->check,
                            s->type == ESPHOME_TYPE_APP ? c->where->check
                            : s->type == ESPHOME_TYPE_PARTITION_TABLE
                                ? CHECK_TABLE
                                : CHECK_BOOTLOADER,
                            s->size);
    s->began = true;
    s->prepared_ms = now_ms(s);
    if (eo_sim_esphome_unread(s) > 0)
        eo_sim_esphome_violation(s, VIOLATION_BEFORE_PREPARE_OK);
    say(s, ESPHOME_PREPARE_OK);
    eo_sim_esphome_await(s, READ_MD5, ESPHOME_MD5_HEX);
}

static void got_size(struct esphome_session *s)
{
    uint8_t code;

    s->size = eo_be32(s->in);
    s->ready_ms = now_ms(s);
    s->step = STEP_PREPARE;
    if (s->size == 0)
        eo_sim_esphome_violation(s, VIOLATION_SIZE_ZERO);
    code = bad_size(s);
    if (code != 0)
        eo_sim_esphome_refuse_now(s, code);
    else
        eo_sim_esphome_work(s, PREPARING, s->config->prepare_us, prepared);
}

/* ---- data --------------------------------------------------------------- */

static void received(struct esphome_session *s);

static void got_md5(struct esphome_session *s)
{
    memcpy(s->md5, s->in, ESPHOME_MD5_HEX);
    if (!is_lower_hex(s->in, s->need))
        eo_sim_esphome_violation(s, VIOLATION_MD5_NOT_HEX);
    if (eo_sim_esphome_trip(s, STEP_MD5))
        return;
    if (eo_sim_esphome_unread(s) > 0)
        eo_sim_esphome_violation(s, VIOLATION_BEFORE_MD5_OK);
    say(s, ESPHOME_MD5_OK);
    s->step = STEP_DATA;
    eo_sim_esphome_await(s, READ_DATA, 0);
    if (s->size == 0)
        received(s);
}

static void say_chunk_ok(struct esphome_session *s)
{
    const struct script_act *drop = &s->config->fault[FAULT_DROP_ACK];
    const struct script_act *extra = &s->config->fault[FAULT_EXTRA_ACK];

    s->acks++;
    if (s->faulty && eo_sim_script_nth(drop, s->acks))
        return;
    say(s, ESPHOME_CHUNK_OK);
    if (s->faulty && eo_sim_script_nth(extra, s->acks))
        say(s, ESPHOME_CHUNK_OK);
}

/* The k-th acknowledgement means: the first min(8192 k, size) bytes are done.
 */
static void acknowledge(struct esphome_session *s)
{
    if (s->config->version == ESPHOME_VERSION_1)
        return;
    while (s->acked + ESPHOME_BLOCK <= s->total ||
           (s->total == s->size && s->acked < s->size)) {
        const size_t ahead = s->total + eo_sim_esphome_unread(s) - s->acked;

        if (ahead > s->max_ahead)
            s->max_ahead = ahead;
        say_chunk_ok(s);
        s->acked += ESPHOME_BLOCK;
    }
}

static void written(struct esphome_session *s)
{
    if (eo_sim_esphome_trip(s, STEP_DATA))
        return;
    if (s->config->ack == ACK_WRITTEN)
        acknowledge(s);
    if (s->total == s->size)
        received(s);
    else
        eo_sim_esphome_await(s, READ_DATA, 0);
}

static void got_data(struct esphome_session *s, const uint8_t *bytes, size_t n)
{
    const uint64_t now_us = now_ms(s) * 1000;
    const struct script_act *corrupt = &s->config->fault[FAULT_CORRUPT];
    enum image_verdict verdict;
    uint64_t done_us;

    verdict = eo_sim_image_check_add(&s->check, bytes, n);
    if (verdict != IMAGE_FINE) {
        eo_sim_esphome_refuse_now(s, verdict == IMAGE_NOT_AN_APP ? 0x80 : 0x83);
        return;
    }
    s->total += n;
    done_us = eo_sim_flash_write(&s->flash, bytes, n, now_us);
    if (eo_sim_esphome_here(s, corrupt))
        eo_sim_flash_corrupt(&s->flash);
    if (s->config->ack == ACK_RECEIVED)
        acknowledge(s);
    eo_sim_esphome_work(s, WRITING, done_us - now_us, written);
}

/* ---- the end ------------------------------------------------------------ */

/* The error code if the back end rejects the image, or 0. */
static uint8_t rejected(const struct esphome_session *s)
{
    const struct esphome_config *c = s->config;
    char md5[DIGEST_HEX_MAX];

    if (eo_sim_image_check_end(&s->check) != IMAGE_FINE)
        return s->type == ESPHOME_TYPE_PARTITION_TABLE ? 0x8f
               : s->type == ESPHOME_TYPE_BOOTLOADER    ? 0x91
                                                       : 0x84;
    if (eo_sim_flash_md5(&s->flash, md5) != 0)
        return 0xff;
    if (same_hex(s, md5, s->md5, ESPHOME_MD5_HEX))
        return 0;
    return c->platform == ESP8266 && c->age->new_md5 ? 0x8b : c->where->bad_md5;
}

static void say_what_came_early(struct esphome_session *s)
{
    uint8_t next;

    if (eo_sim_esphome_unread(s) == 0 || eo_sock_peek(s->fd, &next, 1) != 1)
        return;
    eo_sim_esphome_violation(s, next == (s->sealed ? NOISE_MARK : ESPHOME_OK) &&
                                        eo_sim_esphome_unread(s) == 1
                                    ? VIOLATION_ACK_EARLY
                                    : VIOLATION_BEYOND_SIZE);
}

/* The order matters: --fault acts on a device that already has the new
 * firmware, as when 0x45 is lost. */
static void verified(struct esphome_session *s)
{
    uint8_t code;
    char *path;
    int rc;

    s->step = STEP_END;
    if (eo_sim_esphome_refused_here(s))
        return;
    code = rejected(s);
    if (code != 0) {
        eo_sim_esphome_refuse_now(s, code);
        return;
    }
    path = eo_sim_store_path(&s->device->base);
    rc = eo_sim_flash_finish(&s->flash, path, &s->stored, NULL);
    eo_free(path);
    if (rc != 0) {
        eo_sim_esphome_refuse_now(s, 0x83);
        return;
    }
    if (!s->config->rollback)
        memcpy(s->device->updated, s->stored.version,
               sizeof s->device->updated);
    if (s->stored.damaged)
        eo_sim_esphome_violation(s, VIOLATION_GZIP_DAMAGED);
    if (s->stored.left_packed)
        eo_sim_esphome_violation(s, VIOLATION_GZIP_NOT_OFFERED);
    say_what_came_early(s);
    if (eo_sim_esphome_faulted_here(s))
        return;
    say(s, ESPHOME_END_OK);
    if (!eo_sim_esphome_trip(s, STEP_GOODBYE))
        eo_sim_esphome_await(s, READ_GOODBYE, 1);
}

static void received(struct esphome_session *s)
{
    s->received_ms = now_ms(s);
    if (eo_sim_esphome_trip(s, STEP_RECEIVE))
        return;
    say(s, ESPHOME_RECEIVE_OK);
    eo_sim_esphome_work(s, VERIFYING, s->config->verify_us, verified);
}

static void got_goodbye(struct esphome_session *s)
{
    if (s->in[0] != ESPHOME_OK)
        eo_sim_esphome_violation(s, VIOLATION_ACK_WRONG);
    if (eo_sim_esphome_unread(s) > 0)
        eo_sim_esphome_violation(s, VIOLATION_AFTER_ACK);
    eo_sim_esphome_finish(s, OUTCOME_UPDATED, -1);
}

const struct esphome_talk EO_SIM_ESPHOME_TALK = {
    .got =
        {
            [READ_KEY] = got_key,
            [READ_MAGIC] = got_magic,
            [READ_FEATURES] = got_features,
            [READ_CNONCE] = got_cnonce,
            [READ_RESPONSE] = got_response,
            [READ_TYPE] = got_type,
            [READ_SIZE] = got_size,
            [READ_MD5] = got_md5,
            [READ_GOODBYE] = got_goodbye,
        },
    .got_data = got_data,
};
