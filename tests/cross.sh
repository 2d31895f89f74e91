#!/usr/bin/env bash
# cross.sh -- the tests on processors that are not ours, emulated by qemu-user.
#
#   cross.sh [short] [ARCH...]      default: every row of the table below
#
# For each: a folder of Debian's libraries for it (build/cross/ARCH/root; the
# system itself stays as it is), everything cross-compiled with warnings as
# errors, the unit tests and the replayed fuzz inputs.  Then the stories of each
# protocol, twice: its client with our devices, and our client with its
# devices.  Both sides are never foreign: a mistake that both make the same way
# would cancel out.
#
# "short" leaves out what depends on clocks and sockets, and the stories.
#
# Environment: ONLY (words in the names of the stories), JOBS.  The
# last line is "N passed, N failed", with ", N skipped" where something could
# not be had here; each skip says why.  77: nothing could be run.
set -u
cd "$(dirname "$0")/.." || exit 1

#     name   triplet              qemu     what it is
ROWS='arm64  aarch64-linux-gnu    aarch64  64 bits, little-endian
      armhf  arm-linux-gnueabihf  arm      32 bits, little-endian
      s390x  s390x-linux-gnu      s390x    64 bits, big-endian'

# One or more for each protocol: ESPHome plain, Noise, ArduinoOTA with MD5 and
# PBKDF2, pushed into web pages, served and pulled.
ONLY=${ONLY:-esphome_matrix noise_types arduino_login push.bats serve.bats pull.bats}
JOBS=${JOBS:-$(nproc 2>/dev/null || echo 2)}
export ONLY JOBS

# Pure: their time is their own.
SHORT='base crypto wire image proto sim lists'

short=
if [ "${1-}" = short ]; then
    short=1
    shift
fi

. tests/support/under.bash

# ---- its libraries -----------------------------------------------------------

# What the build asks pkg-config for, and what that needs.
wanted() {
    echo libc6-dev
    awk '$1 != "#" && $2 ~ /^pkg:/ { print $3 }' tools/packages
}

# As if for an empty system of that architecture, by the sources and keys of
# this one.  Bounded: a mirror that does not answer is no reason to hang.
fetch() { # ARCH DIR
    local state=$PWD/$2/apt deb link
    local apt=(timeout -k 10 300 apt-get -qq
        -o "APT::Architecture=$1" -o "APT::Architectures=$1"
        -o "Dir::State=$state" -o "Dir::State::status=$state/status"
        -o "Dir::Cache=$state/cache" -o APT::Sandbox::User=root
        -o APT::Install-Recommends=0 -o Acquire::Languages=none
        -o Acquire::Retries=2 -o Acquire::http::Timeout=20)

    rm -rf "$2/root" "$state"
    mkdir -p "$2/root" "$state/lists/partial" "$state/cache/archives/partial"
    : >"$state/status"
    # A source that fails may be one that we do not need.
    "${apt[@]}" update || echo "some sources could not be read"
    # shellcheck disable=SC2046
    "${apt[@]}" -y --download-only install $(wanted) || return
    for deb in "$state"/cache/archives/*.deb; do
        dpkg-deb -x "$deb" "$2/root" || return
    done
    # Links that leave the folder would end in our own libraries.
    find "$2/root" -type l -lname '/*' | while read -r link; do
        ln -sfnr "$2/root$(readlink "$link")" "$link" || exit
    done || return
    rm -rf "$state"
    wanted >"$2/root.holds"
}

# ---- its programs ------------------------------------------------------------

compile() { # ARCH TRIPLET DIR
    local root=$PWD/$3/root strict=-Werror
    [ -z "$short" ] || strict=
    PKG_CONFIG_PATH='' PKG_CONFIG_SYSROOT_DIR=$root \
        PKG_CONFIG_LIBDIR=$root/usr/lib/$2/pkgconfig:$root/usr/share/pkgconfig \
        make -s -j"$JOBS" BUILD="$3/build" BINDEST="$3/build" \
        CC="$2-gcc --sysroot=$root" AR="$2-ar" \
        CFLAGS="-O2 -g $strict" all build-tests
}

# ---- its tests ---------------------------------------------------------------

run_units() { # DIR COMMAND
    local word patterns=('fuzz/*_replay')
    for word in ${short:+$SHORT}; do patterns+=("tests/unit/test_$word*"); done
    [ -n "$short" ] || patterns+=('tests/unit/test_*')
    run_under "$2" "$PWD/$1/build" "$1/unit" "${patterns[@]}"
}

# WHO (espota-c or espota-sim) is foreign.
run_stories() { # DIR COMMAND WHO
    local here=$1/foreign-$3 file
    rm -rf "$here"
    mkdir -p "$here/tools"
    for file in espota-c espota-sim tools/mkimage; do
        ln -s "$PWD/build/cross/native/$file" "$here/$file"
    done
    rm "$here/$3"
    wrap "$2" "$PWD/$1/build/$3" "$here/$3"
    BUILD=$here BIN=$here tests/run.sh e2e 2>&1 | tee "$here.out"
    count "$here.out"
}

try() { # NAME TRIPLET QEMU DESCRIPTION
    local dir=build/cross/$1 qemu log=build/cross/$1/log command
    mkdir -p "$dir"
    qemu=$(command -v "qemu-$3-static" || command -v "qemu-$3") ||
        { skip "$1: qemu-user-static is missing: run \"tools/setup.sh install cross\""; return; }
    command -v "$2-gcc" >/dev/null ||
        { skip "$1: gcc-$2 is missing: run \"tools/setup.sh install cross\""; return; }
    command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null ||
        { skip "$1: its libraries are fetched with Debian's apt, which is not here"; return; }
    if [ "$(cat "$dir/root.holds" 2>/dev/null)" != "$(wanted)" ] &&
        ! fetch "$1" "$dir" >"$log" 2>&1; then
        skip "$1: its libraries could not be fetched: $(tail -n 1 "$log")"
        return
    fi
    if ! compile "$1" "$2" "$dir" >"$log" 2>&1; then
        echo "$1: it does not compile:"
        tail -n 40 "$log"
        failed=$((failed + 1))
        return
    fi
    # Stories ask whether what they look at is the emulator's.
    export TEST_EMULATED=qemu-$3
    command="$qemu -L '$PWD/$dir/root'"
    printf '\n== %s (%s): unit tests, replays\n' "$1" "$4"
    run_units "$dir" "$command"
    [ -z "$short" ] || return 0
    if ! command -v bats >/dev/null; then
        skip "$1: stories: bats is missing, run \"make setup\""
        return
    fi
    printf '\n== %s: its client, our devices\n' "$1"
    run_stories "$dir" "$command" espota-c
    printf '\n== %s: our client, its devices\n' "$1"
    run_stories "$dir" "$command" espota-sim
}

names=${*:-$(awk '{ print $1 }' <<<"$ROWS")}
if [ -z "$short" ]; then
    make -s -j"$JOBS" BUILD=build/cross/native BINDEST=build/cross/native all \
        build/cross/native/tools/mkimage || exit 1
fi
for name in $names; do
    row=$(awk -v name="$name" '$1 == name' <<<"$ROWS")
    if [ -z "$row" ]; then
        echo "cross.sh: no architecture $name" >&2
        exit 2
    fi
    read -r name triplet qemu what <<<"$row"
    try "$name" "$triplet" "$qemu" "$what"
done

sums
