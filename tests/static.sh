#!/usr/bin/env bash
# static.sh -- the files of "make static": that they need nothing, how large
# they are, and what they do.
#
#   static.sh [ARCH...]         amd64, arm64, armhf; default: all
#
# Each is asked by the stories of tests/e2e/smoke.bats against devices of this
# build, arm64 and armhf under qemu-user; the one for amd64 by the stories below
# as well.  Environment: ONLY (other stories for amd64), BUILD, BIN, JOBS.  The
# last line is "N passed, N failed", with ", N skipped"; each skip says why.
set -u
cd "$(dirname "$0")/.." || exit 1
BUILD=$(cd "${BUILD:-build}" && pwd) BIN=$(cd "${BIN:-.}" && pwd)
# What needs neither TLS nor Avahi's library: the static file has neither.
export ONLY=${ONLY:-esphome_matrix noise_types arduino_login push.bats pull.bats mdns_resolve mdns_discover cli_run}

#     name   qemu      bytes at most
ROWS='amd64  -         2500000
      arm64  aarch64   2500000
      armhf  arm       2500000'

. tests/support/under.bash

verdict() { # NAME WHY-NOT, empty: passed
    if [ -z "$2" ]; then
        echo "  $1: ok"
        passed=$((passed + 1))
    else
        echo "  $1: $2"
        failed=$((failed + 1))
    fi
}

alone() { # FILE
    local needs
    needs=$(readelf -lW "$1" | grep INTERP; readelf -dW "$1" 2>/dev/null | grep NEEDED)
    verdict "$1 needs nothing" "$needs"
}

small() { # FILE BYTES
    local size
    size=$(stat -c %s "$1")
    if [ "$size" -le "$2" ]; then
        verdict "$1: $size bytes, at most $2" ''
    else
        verdict "$1" "$size bytes, at most $2"
    fi
}

# Its client, and our devices.
stories() { # ARCH EMULATOR|-
    local here=build/static-$1/stories emulator=
    [ "$2" = - ] || emulator=$(command -v "qemu-$2-static" || command -v "qemu-$2") ||
        { skip "$1: stories: qemu-user-static is missing: run \"tools/setup.sh install cross\""; return; }
    command -v bats >/dev/null || { skip "$1: stories: bats is missing, run \"make setup\""; return; }
    rm -rf "$here"
    mkdir -p "$here"
    wrap "$emulator" "$PWD/build/static-$1/espota-c" "$here/espota-c"
    ln -s "$BIN/espota-sim" "$BUILD/tests" "$BUILD/tools" "$here/"
    printf '\n== %s: stories\n' "$1"
    TEST_EMULATED=${emulator:+qemu-$2} BUILD=$here BIN=$here tests/run.sh e2e 2>&1 | tee "$here.out"
    count "$here.out"
}

[ $# -gt 0 ] || set -- amd64 arm64 armhf
for name; do
    read -r name qemu most < <(awk -v name="$name" '$1 == name' <<<"$ROWS") ||
        { echo "static.sh: there is no $name" >&2; exit 2; }
    printf '\n== %s\n' "$name"
    for file in espota-c espota-sim; do
        alone "build/static-$name/$file"
        small "build/static-$name/$file" "$most"
    done
    ONLY=smoke stories "$name" "$qemu"
    [ "$name" != amd64 ] || stories "$name" "$qemu"
done

sums
