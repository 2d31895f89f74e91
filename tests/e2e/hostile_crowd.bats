#!/usr/bin/env bats
# "serve" among clients that mean harm: while a crowd of each behaviour in
# tests/peer/hostile_crowd.c is at it, an honest device gets its image whole.

load helpers

CROWD=$BUILD/tests/peer/hostile_crowd

setup_file() {
    "$ESPOTA" --version | grep -q libmicrohttpd || return 0
    cd "$BATS_FILE_TMPDIR" || return
    head -c 200000 /dev/urandom >fw.bin
    # Whoever stalls is cut off after a second; who owes a request has 15.
    "$ESPOTA" serve --no-config --port 0 fw.bin --stall-timeout 1 >port 2>said 3>&- &
    echo $! >pid
    eventually test -s port
}

teardown_file() {
    [ ! -s "$BATS_FILE_TMPDIR/pid" ] || kill "$(cat "$BATS_FILE_TMPDIR/pid")" || :
}

setup() {
    story_begin
    [ -s "$BATS_FILE_TMPDIR/pid" ] || skip "built without libmicrohttpd"
    server=$(cat "$BATS_FILE_TMPDIR/pid")
    port=$(cat "$BATS_FILE_TMPDIR/port")
}

# What an honest device does, with the patience of one: again after 20 s.
honest() {
    curl -s -m 20 --retry 4 --retry-all-errors -o got "http://127.0.0.1:$port/fw.bin" ||
        no "an honest device was not served: curl says $?" || return 1
    cmp got "$BATS_FILE_TMPDIR/fw.bin"
}

# Hundredths of a second of processor that the server has used.
used() { awk '{ print $14 + $15 }' "/proc/$server/stat"; }

# Hundredths of a second since the machine was started.
since() { tr -d . </proc/uptime | cut -d ' ' -f 1; }

# Less than half of a second, however long a second is on a busy machine.
is_calm() {
    local began before
    began=$(since) before=$(used)
    sleep 1
    [ $((2 * ($(used) - before))) -lt $((cost * ($(since) - began))) ]
}

# among N BEHAVIOUR
among() {
    local cost=1
    ! [[ $ESPOTA =~ /san/ ]] || cost=10 # sanitizers
    start "$CROWD" "$port" "$2" "$1" 100 >crowd
    eventually grep -q 'all here' crowd || no "the crowd did not come" || return 1
    honest || return 1
    [ -r "/proc/$server/status" ] || return 0
    # Who waits has nothing to do.
    if [[ $1 -le 200 && $2 =~ silent|half|deaf$ ]]; then
        eventually is_calm || no "the server is busy" || return 1
    fi
    [ "$(awk '/VmHWM/ { print $2 }' "/proc/$server/status")" -lt $((cost * 98304)) ] || no "too much memory"
}

@test "they say nothing" { among 200 silent; }
@test "they say half a request" { among 200 half; }
@test "a header that drips" { among 200 drip; }
@test "headers that drip" { among 200 drip-lines; }
@test "headers without end" { among 100 headers; }
@test "a first line without end" { among 100 line; }
@test "bytes that are no request" { among 100 garbage; }
@test "empty lines without end" { among 100 blank; }
@test "they ask and do not read" { among 200 deaf; }
@test "requests without end" { among 50 pipeline; }
@test "requests without end, and they do not read" { among 50 deaf-pipeline; }
@test "ranges that are none" { among 50 ranges; }
@test "a body without end" { among 50 body; }
@test "a body without end where none belongs" { among 50 get-body; }
@test "chunks without end" { among 50 chunks; }
@test "a chunk of more than there is" { among 50 giant-chunk; }
@test "requests inside of bodies" { among 50 smuggle; }
@test "two lengths" { among 50 lengths; }

# More of them than there are places, which are 1000.

@test "more than there are places say nothing" { among 1500 silent; }
@test "more than there are places say half a request" { among 1500 half; }
@test "more than there are places drip" { among 1500 drip; }
@test "more than there are places ask and do not read" { among 1500 deaf; }

@test "every behaviour there is, is met above, and the server is well" {
    "$CROWD" list >names
    while read -r name; do
        grep -qE "among [0-9]+ $name;" "$BATS_TEST_FILENAME" || no "nobody meets $name" || return 1
    done <names
    [ "$(wc -l <names)" -gt 15 ]
    kill -0 "$server"
    ! LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f]' "$BATS_FILE_TMPDIR/said" || no "control characters in the log"
}
