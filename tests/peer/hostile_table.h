/* hostile_table.h -- what hostile_peer.c plays: a script for each behaviour. */
#ifndef TEST_PEER_HOSTILE_TABLE_H
#define TEST_PEER_HOSTILE_TABLE_H

#include <stddef.h>

enum { STEPS_MAX = 16 };

enum what {
    W_END,
    /* A connection: */
    W_TAKE,     /* reads n bytes */
    W_SIZE,     /* reads the size of an image, 4 bytes */
    W_HEAD,     /* reads an HTTP request's head, for its Content-Length */
    W_IMAGE,    /* reads as many, with the bytes as answer to each block */
    W_SAY,      /* the bytes */
    W_FOREVER,  /* the bytes again and again, while reading */
    W_DEAF,     /* the same, without reading */
    W_DRIP,     /* the same with a pause behind each byte, while reading */
    W_HOLD,     /* nothing, until the client goes */
    W_STILL,    /* nothing, not even reading, for n ms */
    W_NEXT,     /* closes, and waits for the next connection */
    W_RESET,    /* resets it */
    /* Datagrams: */
    W_HEAR,     /* waits for one; an invitation tells port and size */
    W_REPLY,    /* the bytes */
    W_REPLIES,  /* the bytes, again and again for n ms */
    W_CHALLENGE, /* "AUTH " and another nonce each time, for n ms */
    W_ELSEWHERE, /* the bytes, from another port and from another address */
    W_CALL,     /* connects to the port of the invitation */
    W_STRANGERS /* connects there from another address, for n ms */
};

struct step {
    enum what what;
    const char *bytes;
    size_t len;
    unsigned n;
};

#define TAKE(n) {W_TAKE, NULL, 0, n}
#define SIZE {W_SIZE, NULL, 0, 0}
#define HEAD {W_HEAD, NULL, 0, 0}
#define IMAGE(ack) {W_IMAGE, ack, sizeof ack - 1, 0}
#define SAY(text) {W_SAY, text, sizeof text - 1, 0}
#define FOREVER(text) {W_FOREVER, text, sizeof text - 1, 0}
#define DEAF(text) {W_DEAF, text, sizeof text - 1, 0}
#define DRIP(text) {W_DRIP, text, sizeof text - 1, 0}
#define HOLD {W_HOLD, NULL, 0, 0}
#define STILL(ms) {W_STILL, NULL, 0, ms}
#define NEXT {W_NEXT, NULL, 0, 0}
#define RESET {W_RESET, NULL, 0, 0}
#define HEAR {W_HEAR, NULL, 0, 0}
#define REPLY(text) {W_REPLY, text, sizeof text - 1, 0}
#define REPLIES(text, ms) {W_REPLIES, text, sizeof text - 1, ms}
#define CHALLENGE(ms) {W_CHALLENGE, NULL, 0, ms}
#define ELSEWHERE(text) {W_ELSEWHERE, text, sizeof text - 1, 0}
#define CALL {W_CALL, NULL, 0, 0}
#define STRANGERS(ms) {W_STRANGERS, NULL, 0, ms}

/* ---- what there is ------------------------------------------------------- */

/* ESPHome: greeting, features, access; size and digest; the image. */
#define GREETED TAKE(5), SAY("\x00\x02"), TAKE(1)
#define ADMITTED GREETED, SAY("\x40\x41")
#define PREPARED ADMITTED, SIZE, SAY("\x42"), TAKE(32), SAY("\x43")
#define FLASHED PREPARED, IMAGE("\x47"), SAY("\x44\x45"), TAKE(1)
#define NOISE GREETED, SAY("\x48\x05"), TAKE(52)

/* A web page without a password, and then its form. */
#define PAGE HEAD, SAY("HTTP/1.0 200 OK\r\n\r\n<form>"), NEXT
#define POSTED PAGE, HEAD, IMAGE("")
#define OK_HEAD "HTTP/1.1 200 OK\r\n\r\n"
#define STALE                                                      \
    HEAD, SAY("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: "     \
              "Digest realm=\"x\", nonce=\"y\", stale=true\r\n"       \
              "Content-Length: 0\r\n\r\n")
#define WORD "Content-Length: 18\r\n\r\nUpdate Successful!"
#define SUCCESS                                                    \
    "HTTP/1.1 200 OK\r\nContent-Length: 18\r\n\r\nUpdate Successful!"

/* What no terminal and no file may get to see: escape sequences, those of one
 * byte, a title, a backspace, bytes that are no UTF-8, and letters that turn
 * the direction of writing. */
#define EVIL                                                       \
    "\x1b[2J\x1b]0;owned\x07\x08\xc2\x9b" "31m\xff\xfe\xc0\xaf\xed" \
    "\xa0\x80 \xe2\x80\xae gpj.exe \xe2\x81\xa6 \xef\xbf\xbf <&\"'>]]>"

enum transport { TCP, UDP };

/* clang-format off */
static const struct {
    const char *name;
    enum transport transport;
    struct step step[STEPS_MAX];
} BEHAVIOURS[] = {
    {"esphome-silence", TCP, {HOLD}},
    {"esphome-flood-zeros", TCP, {FOREVER("\x00")}},
    {"esphome-flood-errors", TCP, {FOREVER("\xff")}},
    {"esphome-flood-http", TCP, {FOREVER("HTTP/1.1 200 OK\r\n\r\n")}},
    {"esphome-drip-greeting", TCP, {SAY("\x00"), HOLD}},
    {"esphome-drip-nonce", TCP, {GREETED, SAY("\x40\x02"), DRIP("a")}},
    {"esphome-flood-nonce", TCP, {GREETED, SAY("\x40\x02"), FOREVER("a")}},
    {"esphome-all-answers", TCP, {SAY("\x00\x02\x40\x41\x42\x43\x47\x47\x47\x47\x47\x47\x47\x47\x44\x45"), HOLD}},
    {"esphome-done-early", TCP, {PREPARED, SAY("\x44\x45"), HOLD}},
    {"esphome-drip-prepare", TCP, {ADMITTED, SIZE, HOLD}},
    {"esphome-flood-acks", TCP, {PREPARED, FOREVER("\x47")}},
    {"esphome-drip-acks", TCP, {PREPARED, DRIP("\x47")}},
    {"esphome-deaf-acks", TCP, {PREPARED, SAY("\x47"), DEAF("\x47")}},
    {"esphome-flood-verdict", TCP, {PREPARED, IMAGE("\x47"), FOREVER("\x44")}},
    {"esphome-drip-verdict", TCP, {PREPARED, IMAGE("\x47"), SAY("\x44"), HOLD}},
    {"esphome-flood-goodbye", TCP, {FLASHED, FOREVER("\x45")}},
    {"esphome-drip-goodbye", TCP, {FLASHED, DRIP("\x45")}},

    {"noise-none", TCP, {GREETED, SAY("\x40\x41"), HOLD}},
    {"noise-clear", TCP, {NOISE, SAY("\x41\x42\x43"), HOLD}},
    {"noise-giant", TCP, {NOISE, FOREVER("\x01\xff\xff")}},
    {"noise-empty", TCP, {NOISE, FOREVER("\x01\x00\x00")}},
    {"noise-drip-frame", TCP, {NOISE, SAY("\x01\x00\x31\x00"), DRIP("k")}},
    {"noise-flood", TCP, {NOISE, FOREVER("\x01\x00\x31\x00" "0123456789abcdef0123456789abcdef" "0123456789abcdef")}},
    {"noise-zero-key", TCP, {NOISE, SAY("\x01\x00\x31\x00" "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" "0123456789abcdef"), HOLD}},
    {"noise-evil", TCP, {NOISE, SAY("\x01\x00\x40\x01" EVIL EVIL), HOLD}},

    {"arduino-silence", UDP, {HEAR}},
    {"arduino-flood-ok", UDP, {HEAR, REPLIES("OK", 3000)}},
    {"arduino-flood-garbage", UDP, {HEAR, REPLIES(EVIL, 500)}},
    {"arduino-flood-denied", UDP, {HEAR, REPLY("AUTH 0123456789abcdef0123456789abcdef"), HEAR, REPLIES("Authentication Failed", 3000)}},
    {"arduino-flood-challenges", UDP, {HEAR, CHALLENGE(3000)}},
    {"arduino-huge-challenge", UDP, {HEAR, {W_REPLIES, "AUTH ", 5, 0}}},
    {"arduino-empty", UDP, {HEAR, REPLY("")}},
    {"arduino-evil", UDP, {HEAR, REPLY("ERR: " EVIL)}},
    {"arduino-lies-elsewhere", UDP, {HEAR, ELSEWHERE("ERR: a lie"), REPLY("OK"), ELSEWHERE("ERR: a lie"), CALL, IMAGE(""), SAY("OK")}},
    {"arduino-strangers", UDP, {HEAR, REPLY("OK"), STRANGERS(700), CALL, IMAGE(""), SAY("OK")}},
    {"arduino-strangers-only", UDP, {HEAR, REPLY("OK"), STRANGERS(3000)}},
    {"arduino-call-first", UDP, {HEAR, CALL, IMAGE(""), SAY("OK")}},
    {"arduino-ok-early", UDP, {HEAR, REPLY("OK"), CALL, SAY("OK"), HOLD}},
    {"arduino-deaf-counts", UDP, {HEAR, REPLY("OK"), CALL, DEAF("1460")}},
    {"arduino-flood-counts", UDP, {HEAR, REPLY("OK"), CALL, FOREVER("1460")}},
    {"arduino-drip-counts", UDP, {HEAR, REPLY("OK"), CALL, DRIP("1")}},
    {"arduino-flood-text", UDP, {HEAR, REPLY("OK"), CALL, FOREVER("E")}},
    {"arduino-drip-text", UDP, {HEAR, REPLY("OK"), CALL, DRIP("E")}},
    {"arduino-evil-text", UDP, {HEAR, REPLY("OK"), CALL, SAY("ERR: " EVIL "\n"), HOLD}},
    {"arduino-flood-goodbye", UDP, {HEAR, REPLY("OK"), CALL, IMAGE(""), SAY("OK"), FOREVER("1460")}},

    {"web-silence", TCP, {HOLD}},
    {"web-garbage", TCP, {FOREVER("\x16\x03\x01" EVIL)}},
    {"web-early", TCP, {SAY(SUCCESS), STILL(300)}},
    {"web-flood-line", TCP, {HEAD, FOREVER("H")}},
    {"web-flood-header", TCP, {HEAD, SAY("HTTP/1.1 200 OK\r\nX: "), FOREVER("x")}},
    {"web-flood-headers", TCP, {HEAD, SAY("HTTP/1.1 200 OK\r\n"), FOREVER("X-Flood: 0123456789abcdef\r\n")}},
    {"web-flood-continue", TCP, {HEAD, FOREVER("HTTP/1.1 100 Continue\r\n\r\n")}},
    {"web-flood-page", TCP, {HEAD, SAY(OK_HEAD), FOREVER("<html>")}},
    {"web-drip-headers", TCP, {HEAD, SAY("HTTP/1.1 200 OK\r\n"), DRIP("X: y\r\n")}},
    {"web-drip-page", TCP, {HEAD, SAY(OK_HEAD), DRIP("<html>")}},
    {"web-redirect", TCP, {PAGE, HEAD, IMAGE(""), SAY("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.9:1/\r\nContent-Length: 0\r\n\r\n")}},
    {"web-stale", TCP, {STALE, STALE, STALE, STALE}},
    {"web-chunks", TCP, {HEAD, SAY("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\n"), FOREVER("x")}},
    {"web-lengths", TCP, {HEAD, SAY("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 99999999999999999999\r\n\r\n"), FOREVER("x")}},
    {"web-success-early", TCP, {PAGE, HEAD, SAY(SUCCESS)}},
    {"web-early-lower", TCP, {PAGE, HEAD, SAY("http/1.1 200 Fine\r\n" WORD)}},
    {"web-early-two", TCP, {PAGE, HEAD, SAY("HTTP/2 200 \r\n" WORD)}},
    {"web-early-three", TCP, {PAGE, HEAD, SAY("HTTP/3 202 \r\n" WORD)}},
    {"web-early-bare", TCP, {PAGE, HEAD, SAY("HTTP/1.1 200\r\n" WORD)}},
    {"web-early-folded", TCP, {PAGE, HEAD, SAY("HTTP/1.0 200 OK\r\nX: a\r\n b\r\n" WORD)}},
    {"web-early-switch", TCP, {PAGE, HEAD, SAY("HTTP/1.1 101 Switching Protocols\r\nConnection: close\r\n\r\nUpdate Successful!")}},
    {"web-early-hints", TCP, {PAGE, HEAD, SAY("HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\nHTTP/1.1 200 OK\r\n" WORD)}},
    {"web-early-nine", TCP, {PAGE, HEAD, SAY("Update Successful!\r\n")}},
    {"web-interim", TCP, {PAGE, HEAD, SAY("HTTP/1.1 100 Continue\r\n\r\n"), IMAGE(""), SAY("HTTP/1.1 102 Processing\r\n\r\n" SUCCESS)}},
    {"web-moved", TCP, {HEAD, SAY("HTTP/1.1 308 Moved\r\nLocation: https://example.test/a?b\r\nContent-Length: 0\r\n\r\n"), NEXT, HEAD, IMAGE(""), SAY(SUCCESS)}},
    {"web-late-login", TCP, {POSTED, SAY("HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n"), NEXT, HEAD, IMAGE(""), SAY(SUCCESS)}},
    {"web-late-timeout", TCP, {POSTED, SAY("HTTP/1.1 408 No\r\nContent-Length: 0\r\n\r\n"), NEXT, HEAD, IMAGE(""), SAY(SUCCESS)}},
    {"web-fine", TCP, {POSTED, SAY("HTTP/1.1 200\r\nContent-Length: 3\r\n\r\nOK\n")}},
    {"web-not-fine", TCP, {POSTED, SAY("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nFAIL")}},
    {"web-fine-print", TCP, {POSTED, SAY("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nOK? Maybe")}},
    {"web-success-reset", TCP, {PAGE, HEAD, SAY(SUCCESS), RESET}},
    {"web-success-still", TCP, {PAGE, HEAD, SAY(SUCCESS), STILL(3000)}},
    {"web-drip-verdict", TCP, {POSTED, SAY(OK_HEAD), DRIP("x")}},
    {"web-flood-verdict", TCP, {POSTED, SAY(OK_HEAD), FOREVER("x")}},
    {"web-flood-success", TCP, {POSTED, SAY(OK_HEAD "Update Successful!"), FOREVER("x")}},
    {"web-evil", TCP, {POSTED, SAY(OK_HEAD "Update error: " EVIL)}},
    {"web-evil-status", TCP, {POSTED, SAY("HTTP/1.1 507 " EVIL "\r\nContent-Length: 60\r\n\r\n" EVIL)}},
};
/* clang-format on */

#endif
