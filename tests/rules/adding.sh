#!/bin/sh
# adding.sh -- docs/ADDING-A-PROTOCOL, -A-CHIP and -A-PAGE are true: a protocol,
# a family of chips and a page are planted by their steps, in a copy; the program
# is built, knows them, and uses them.  The files touched are counted.
#
# usage: adding.sh [BUILD]   (default: $BUILD, else build; after make)
set -eu
cd "$(dirname "$0")/../.."
BUILD=${1:-${BUILD:-build}}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
bad=0

complain() { echo "$1"; bad=1; }

# The objects come along, but not what tells which headers they were made from:
# what is planted is compiled, and whatever is changed, and nothing else.
mkdir "$tmp/tools"
cp -Rp src include Makefile "$tmp"
cp -p tools/systems.mk "$tmp/tools"
mkdir -p "$tmp/objects" "$tmp/bin"
cp -Rp "$BUILD/src" "$BUILD/.flags" "$tmp/objects"
find "$tmp/objects" -name '*.d' -exec rm {} +
cp -Rp "$tmp/src" "$tmp/before"

touched() { # WHAT: the files that differ by now, and then they are "before"
    diff -rq "$tmp/before" "$tmp/src" | sed "s,^Only in $tmp/src/\(.*\): \(.*\),\1/\2,; s,^Files $tmp/before/\(.*\) and .*,\1," |
        sort >"$tmp/touched"
    rm -rf "$tmp/before"
    cp -Rp "$tmp/src" "$tmp/before"
}

# The file that each numbered step of a document is about: the first it names.
promised() { # DOCUMENT
    awk '/^[0-9]\. / && match($0, /`src\/[a-z_]*\/[a-z_]*\.[ch]`/) {
        print substr($0, RSTART + 5, RLENGTH - 6) }' "docs/$1" | sed 's,/foo,/plant,' | sort
}

count() { # DOCUMENT MOST: touched is what was promised, and not more than MOST
    promised "$1" >"$tmp/promised"
    cmp -s "$tmp/promised" "$tmp/touched" || {
        complain "docs/$1: its steps name other files than they touch:"
        diff "$tmp/promised" "$tmp/touched" || :
    }
    [ "$(wc -l <"$tmp/touched")" -le "$2" ] || complain "docs/$1: more than $2 files"
}

before() { # FILE TEXT: behind stdin's lines comes the first line with TEXT
    cat >"$tmp/lines"
    awk -v lines="$tmp/lines" -v text="$2" '
        index($0, text) && !done { while ((getline line < lines) > 0) print line; done = 1 }
        { print }
        END { exit !done }' "$tmp/src/$1" >"$tmp/file" || complain "$1 has no line with: $2"
    cp "$tmp/file" "$tmp/src/$1"
}

# ---- docs/ADDING-A-PROTOCOL.md: the image as it is, and "OK" for an answer ----

cat >"$tmp/src/proto/plant.c" <<'PLANT'
/* plant.c -- a planted protocol. */
#include "proto/machines.h"

struct plant {
    struct proto base;
    const struct image_form *form;
    size_t sent;
    unsigned clock;
};

static void init(struct proto *p, const struct proto_job *job)
{
    ((struct plant *)p)->form = eo_image_raw(job->image);
}

static enum proto_status step(struct proto *p, const struct proto_event *ev)
{
    struct plant *m = (struct plant *)p;

    m->clock++;
    if (ev->kind == PROTO_SENT) {
        m->sent += ev->len;
        p->committed = m->sent == m->form->len;
    } else if (ev->kind == PROTO_BYTES && p->committed) {
        p->status = eo_proto_accept(p) == 0 ? PROTO_DONE : PROTO_FAILED;
    } else if (ev->kind != PROTO_OPENED && ev->kind != PROTO_ACKED) {
        eo_fail(&p->error, p->committed ? ESPOTA_E_UNKNOWN : ESPOTA_E_BROKEN,
                "no answer");
        p->status = PROTO_FAILED;
    }
    return p->status;
}

static void want(const struct proto *p, struct proto_want *w)
{
    const struct plant *m = (const struct plant *)p;

    *w = (struct proto_want){.phase = ESPOTA_PHASE_DATA,
                             .doing = "planting",
                             .done = m->sent,
                             .total = m->form->len};
    if (p->status != PROTO_RUNNING)
        return;
    w->open = 1u << PROTO_STREAM;
    w->out = m->form->bytes + m->sent;
    w->out_len = m->form->len - m->sent;
    w->out_last = w->out_len > 0;
    w->timeout_ms = 20000;
    w->clock = m->clock;
}

const struct proto_ops eo_proto_plant = {
    .size = sizeof(struct plant),
    .init = init,
    .step = step,
    .want = want,
};
PLANT
before proto/machines.h '#endif' <<'PLANT'
extern const struct proto_ops eo_proto_plant;
PLANT
before fleet/protocol.c '.name = "web"' <<'PLANT'
        .name = "plant",
        .summary = "a planted protocol",
        .port = 4711,
        .listens = true,
        .start = start_machine,
        .machine = &eo_proto_plant,
    },
    {
PLANT
touched
count ADDING-A-PROTOCOL.md 3

# ---- docs/ADDING-A-CHIP.md -----------------------------------------------------

before wire/chip.c '.name = "ESP8266"' <<'PLANT'
        .name = "Plant",
        .prefix = {"PLANT"},
        .port = 4712,
        .blocks = 1,
    },
    {
PLANT
cat >"$tmp/src/image/plant.c" <<'PLANT'
/* plant.c -- images of a planted family of chips. */
#include <string.h>

#include "image/kind.h"

static bool probe(const uint8_t *bytes, size_t len)
{
    return len > 8 && memcmp(bytes, "PLANTED\n", 8) == 0;
}

static void describe(struct findings *f, const uint8_t *bytes, size_t len)
{
    (void)bytes, (void)len;
    f->chip = "PLANT1";
}

const struct image_kind eo_kind_plant_app = {
    .name = "plant-app",
    .what = "an app for a planted chip",
    .role = ROLE_APP,
    .probe = probe,
    .describe = describe,
};
PLANT
before image/kind.h 'X(uf2) ' <<'PLANT'
    X(plant_app)        \
PLANT
touched
count ADDING-A-CHIP.md 3

# ---- docs/ADDING-A-PAGE.md -----------------------------------------------------

before web/page.c '.name = "esp8266"' <<'PLANT'
        .name = "plant",
        .path = "/plant",
        .field = "image",
        .user = "gardener",
        .port = 4713,
        .texts = ARDUINO_ANY,
    },
    {
PLANT
touched
count ADDING-A-PAGE.md 1

# ---- what the program knows now --------------------------------------------------

# The one file that reads the list of a header that was changed.
touch "$tmp/src/image/kind.c"
${MAKE:-make} -s -C "$tmp" BUILD=objects BINDEST=bin bin/espota-c >"$tmp/made" 2>&1 ||
    { cat "$tmp/made"; exit 1; }
espota=$tmp/bin/espota-c

says() { # WORDS COMMAND...: what the command prints has those words
    words=$1
    shift
    "$@" >"$tmp/said" 2>&1 || { echo "status $?: $*"; cat "$tmp/said"; bad=1; }
    grep -qF -e "$words" "$tmp/said" || { complain "\"$words\" is not in what this says: $*"; cat "$tmp/said"; }
}

image=$tmp/plant.bin
{ echo PLANTED; head -c 100000 /dev/zero; } >"$image"
says "auto, esphome, arduino, plant or web" "$espota" help upload
says "web page: esphome, plant, esp8266" "$espota" help upload
says "esphome, arduino, plant" "$espota" --version
says "plant" "$espota" completion bash
says "an app for a planted chip" "$espota" inspect "$image"
says "PLANT1" "$espota" inspect "$image"
set -- "$espota" --no-config -q -f "$image" --retry 0
says "to port 4712" "$espota" --no-config -v -f "$image" -i 127.0.0.1 --protocol esphome --dry-run
! "$espota" --version | grep -q '^libraries:.*libcurl' ||
    says "speaking web to port 4713" "$espota" --no-config -v -f "$image" -i 127.0.0.1 --protocol web --profile plant --dry-run

mkfifo "$tmp/port"
python3 - "$tmp/stored" "$(wc -c <"$image")" >"$tmp/port" <<'DEVICE' &
import socket
import sys

with socket.create_server(("127.0.0.1", 0)) as listener:
    listener.settimeout(60)
    print(listener.getsockname()[1], flush=True)
    device = listener.accept()[0]
    device.settimeout(60)
    with open(sys.argv[1], "wb") as stored:
        while stored.tell() < int(sys.argv[2]):
            more = device.recv(65536)
            if not more:
                break
            stored.write(more)
    device.sendall(b"OK")
    while device.recv(65536):
        pass
DEVICE
read -r port <"$tmp/port"
"$@" -i 127.0.0.1 -p "$port" --protocol plant >"$tmp/said" 2>&1 ||
    { complain "a device of the planted protocol is not flashed: status $?"; cat "$tmp/said"; kill $! 2>/dev/null || :; }
wait $! || :
cmp -s "$image" "$tmp/stored" || complain "the planted device did not store what was sent"
exit $bad
