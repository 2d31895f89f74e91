#!/usr/bin/env bats
# A link that somebody floods with mDNS: every behaviour of
# tests/peer/mdns_flood.c while an honest device is looked for.
#
# One network, and one flood after the other before the first test; the tests
# judge.
# shellcheck disable=SC2154

load lab

setup_file() {
    lab_begin
    [ -z "${lab_missing-}" ] || return 0
    cat >"$BATS_FILE_TMPDIR/script" <<'SH'
peer=$BUILD/tests/peer
measured() { name=$1; shift; "$peer/measured" "$name.used" "$@" >"$name" 2>"$name.err" </dev/null; }
# It has five seconds, in which a machine may have done nothing.
resolved() { for i in 1 2 3; do measured resolve resolve.sh kitchen.local -4; ! grep -q ^mdns resolve || break; done; }
flood() { # NAME BEHAVIOUR SOURCE
    mkdir "$1"; cd "$1" || exit
    dev "$peer/mdns_flood" 10.77.0.2 "$2" "$3" >pid &
    i=0
    while [ ! -s pid ] && [ $((i += 1)) -lt 400 ]; do sleep 0.05; done
    measured discover "$BIN/espota-c" discover --json & one=$!
    resolved & two=$!
    measured wait "$BIN/espota-c" wait kitchen.local --timeout 60 & three=$!
    wait $one; wait $two; wait $three
    kill "$(cat pid)"
    cd ..
}
dev ip addr add 10.77.0.3/24 dev lab0
dev ip addr add 192.0.2.9/32 dev lo
sim esphome --port 3232 --mdns kitchen
there kitchen
for behaviour in $("$peer/mdns_flood" list); do flood "$behaviour" "$behaviour" 10.77.0.3; done
flood flush-off-link flush 192.0.2.9
flood goodbye-off-link goodbye 192.0.2.9
SH
    cd "$BATS_FILE_TMPDIR" || return
    lab --no-mdns "$(cat script)" >said 2>&1 3>&-
}

# used FLOOD WHAT: it succeeded, in time, without a pile of memory.
used() {
    local wall cpu memory status cost=1
    ! [[ $BIN =~ /san/ ]] || cost=10 # sanitizers
    read -r wall cpu memory status <"$1/$2.used"
    echo "$2: $wall ms, $cpu ms of processor, $memory KiB, status $status"
    [ "$status" = 0 ] && [ "$wall" -lt 60000 ] && [ "$memory" -lt $((cost * 65536)) ]
}

# finds FLOOD: the honest device is listed, resolved and waited for all the same.
finds() {
    cd "$BATS_FILE_TMPDIR" || return
    used "$1" discover && used "$1" resolve && used "$1" wait || return 1
    cat "$1/resolve"
    [[ $(cat "$1/resolve") =~ ^mdns\ [0-9]+\ 10.77.0.2$ ]] || return 1
    [ "$(jq -r 'select(.name == "kitchen") | .addresses[0]' "$1/discover")" = 10.77.0.2 ] || return 1
    ! LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8e\x8f\xa8-\xae]' "$1"/discover "$1"/*.err ||
        no "what a stranger said reached the screen as it was"
}

@test "thousands of devices that are not there: the others have their places" {
    finds many
    [ "$(wc -l <"$BATS_FILE_TMPDIR/many/discover")" -gt 500 ]
    [ "$(wc -l <"$BATS_FILE_TMPDIR/many/discover")" -le 1100 ]
}

@test "a device that is another each time" {
    finds fickle
    [ "$(grep -c '"fickle"' "$BATS_FILE_TMPDIR/fickle/discover")" -le 1 ]
}

@test "names and texts that would drive a terminal" { finds evil; }

@test "names that point in circles, and records that are not there" { finds loops; }

@test "9000 bytes of the same long name" { finds pointers; }

@test "lies about a device from another network" { finds flush-off-link; }

@test "goodbyes of a device from another network" { finds goodbye-off-link; }

# Whoever is on the link can lie, and SECURITY.md says so: it ends in time, and
# nobody is chosen without a word.
@test "lies about a device from its own network" {
    cd "$BATS_FILE_TMPDIR"
    used flush discover && used flush resolve
    [[ $(cat flush/resolve) =~ ^failed\ [0-9]+\ 10\ .*both\ answer ]]
}

@test "goodbyes of a device from its own network" {
    cd "$BATS_FILE_TMPDIR"
    used goodbye discover && used goodbye resolve
    [[ $(cat goodbye/resolve) =~ ^mdns\ [0-9]+\ 10.77.0.2$ ]]
}

@test "every behaviour there is, is judged above" {
    for name in $("$BUILD/tests/peer/mdns_flood" list); do
        grep -q "finds $name\|used $name " "$BATS_TEST_FILENAME" || no "nobody judges $name" || return 1
    done
}
