#!/usr/bin/env bats
# A run that is killed at any moment can be repeated: no device is flashed
# twice with the same image, and none is left out.
# shellcheck disable=SC2154

load helpers

DEVICES=200

setup() {
    story_begin
    make_image esp32 256K
    flash_with=(--journal "$T/journal")
}

flashed() { grep "^{" "$sim_out" | jq -r 'select(.event == "session" and .outcome == "updated") | .device'; }
flashed_are() { [ "$(flashed | wc -l)" = "$1" ]; }

@test "a rerun skips what has this very image, and does another image" {
    start_fleet 3
    fleet
    expect_status 0
    fleet --json
    expect_status 0
    [ "$(jq -r 'select(.event == "device_end") | .outcome' "$T/out" | uniq)" = skipped ]
    make_image esp32 300K 2.0.0
    fleet
    expect_status 0
    eventually flashed_are 6
    fleet --force
    eventually flashed_are 9
}

@test "--only failed" {
    start_fleet 2
    echo "127.0.0.1 port=1" >>"$T/targets"
    fleet
    expect_status 40
    fleet --only failed --json
    expect_status 11
    [ "$(jq -r 'select(.event == "run_start") | .devices' "$T/out")" = 1 ]
    sed -i '$d' "$T/targets"
    fleet --only failed --json
    expect_status 0
    [ "$(jq -r 'select(.event == "run_start") | .devices' "$T/out")" = 0 ]
    expect_stderr "no device of the list is left: $T/journal lists none that failed"
}

@test "a journal another run is using, and a file that is none" {
    start_fleet 1 --flash-ms-per-kib 200
    start "$ESPOTA" fleet "$T/targets" -f "$image" --journal "$T/journal" --json=events
    wait_for events '"phase":"data"'
    fleet
    expect_status 2
    expect_stderr "another run is using it"
    echo "[defaults]" >"$T/journal.bad"
    espota fleet "$T/targets" -f "$image" --journal "$T/journal.bad"
    expect_status 2
    [ "$(cat "$T/journal.bad")" = "[defaults]" ]
}

# A record of an earlier run that was killed between the last byte and the verdict.
may_have() { # DEVICE [LINES-BEFORE]
    printf '%s{"v":1,"event":"commit","dev":"%s","sha256":"%s","ts":"2026-01-01T00:00:00Z"}\n' \
        "${2-}" "$1" "$(sha256sum "$image" | cut -d' ' -f1)" >>"$T/journal"
}

ends() { jq -r 'select(.event == "device_end") | "\(.outcome) \(.code) \(.exit)"' "$T/out"; }

@test "one that may have it stays so, whatever goes wrong before it is asked; --force sends" {
    start_fleet 1
    may_have "127.0.0.1:$sim_port"
    # A hook, and a device that cannot be asked: on loopback nobody can.
    fleet --json --before false
    expect_status 30
    [ "$(ends)" = "unknown usage 30" ] || no "$(ends)"
    fleet --json --retry 3 --retry-delay 0.1
    expect_status 30
    [ "$(ends)" = "unknown unknown 30" ] || no "$(ends)"
    fleet --json --only failed
    [ "$(ends)" = "unknown unknown 30" ] || no "$(ends)"
    ! flashed | grep . || no "it was sent blindly"
    fleet --force
    expect_status 0
    eventually flashed_are 1
    fleet --json
    [ "$(ends)" = "skipped ok 0" ] || no "$(ends)"
}

@test "what is forced upon one that may have it, and refused, says nothing of the first time" {
    start_fleet 1 --password hunter22
    may_have "127.0.0.1:$sim_port"
    fleet --json --force -a wrong-one
    expect_status 30
    [ "$(ends)" = "unknown auth 30" ] || no "$(ends)"
    fleet --json -a hunter22
    expect_status 30
    ! flashed | grep . || no "it was sent blindly"
}

@test "Ctrl-C while a lost verdict is asked for: unknown, and not sent again" {
    start_fleet 1 --fault close@end
    start env --default-signal=INT "$ESPOTA" fleet "$T/targets" -f "$image" --protocol esphome --retry 0 \
        --verify back --verify-timeout 60 --journal "$T/journal" --json=events 2>"$T/err"
    wait_for events '"phase":"verify"'
    kill -INT "$pid"
    status=0
    wait "$pid" || status=$?
    expect_status 130
    cp events "$T/out"
    [ "$(ends)" = "unknown interrupted 30" ] || no "$(ends)"
    fleet --json
    expect_status 30
    stop_sim
    [ "$(grep -c '"received":[1-9]' "$sim_out")" = 1 ] || no "it was sent again"
}

@test "Ctrl-C in the middle: the journal has the status that the run has" {
    start_fleet 1 --flash-ms-per-kib 50
    start env --default-signal=INT "$ESPOTA" fleet "$T/targets" -f "$image" --protocol esphome --retry 0 \
        --journal "$T/journal" --json=events 2>"$T/err"
    wait_for events '"phase":"data"'
    kill -INT "$pid"
    status=0
    wait "$pid" || status=$?
    expect_status 130
    [ "$(tail -n 1 "$T/journal" | jq -r '"\(.event) \(.code) \(.exit)"')" = 'end interrupted 130' ] ||
        no "$(tail -n 1 "$T/journal")"
}

@test "a rollback flashes, and so does going forward again" {
    start_fleet 2
    old=$image
    make_image esp32 300K 2.0.0
    new=$image
    for image in "$old" "$new" "$old" "$new"; do
        fleet
        expect_status 0
    done
    eventually flashed_are 8
}

@test "torn and foreign lines are kept, skipped and told once" {
    start_fleet 2
    fleet
    expect_status 0
    printf 'rubbish\n{"v":9,"event":"x","dev":"y","sha256":"z"}\n{"v":1,"event":"comm' >>"$T/journal"
    cp "$T/journal" "$T/was"
    fleet --json
    expect_status 0
    [ "$(ends | sort -u)" = "skipped ok 0" ] || no "$(ends)"
    [ "$(grep -c '3 lines were skipped' "$T/err")" = 1 ]
    make_image esp32 300K 2.0.0
    fleet
    expect_status 0
    head -c "$(stat -c %s "$T/was")" "$T/journal" | cmp - "$T/was"
    fleet --json
    [ "$(ends | sort -u)" = "skipped ok 0" ] || no "$(ends)"
}

@test "a journal without room: no last byte, nobody else, and it can be read afterwards" {
    start_fleet 3
    # Room for the first record of the first device, and a part of the next.
    head -c 7900 /dev/zero | tr '\0' x | sed 's/.*/{"v":1,"event":"note","dev":"d","sha256":"&"}\n/' >"$T/journal"
    (
        trap '' XFSZ
        ulimit -f 8
        fleet -j 1 --json
        echo "$status" >"$T/status"
    )
    [ "$(cat "$T/status")" = 41 ] || no "status $(cat "$T/status")"
    [ "$(ends | cut -d' ' -f1-2 | sort | uniq -c | tr -s ' ')" = " 1 failed internal
 2 skipped stopped" ] || no "$(ends)"
    ! flashed | grep . || no "a last byte was sent"
    fleet
    expect_status 0
    eventually flashed_are 3
}

@test "a rehearsal writes no journal, and creates none" {
    start_fleet 2
    fleet --dry-run
    expect_status 0
    [ ! -e "$T/journal" ]
    fleet --only all
    cp "$T/journal" "$T/was"
    make_image esp32 300K 2.0.0
    fleet --dry-run --before "touch $T/ran"
    cmp "$T/journal" "$T/was"
    [ ! -e "$T/ran" ] || no "a hook ran"
}

@test "SIGKILL at 20 moments: nothing twice, nothing left out" {
    start_fleet "$DEVICES" --flash-ms-per-kib 1
    local i delay=0
    for ((i = 0; i < 20; i++)); do
        start "$ESPOTA" fleet "$T/targets" -f "$image" --retry 0 -j 16 \
            --journal "$T/journal" -q
        # Spread over a run's first 0.4 s, never twice the same.
        delay=$(((delay * 37 + 89) % 400))
        sleep "0.$(printf '%03d' "$delay")"
        kill -KILL "$pid" 2>/dev/null || :
        wait "$pid" 2>/dev/null || :
    done
    status=0
    timeout 300 "$ESPOTA" fleet "$T/targets" -f "$image" --retry 2 --retry-delay 0.2 -j 16 \
        --journal "$T/journal" --json >"$T/out" 2>"$T/err" || status=$?
    stop_sim # it tells what is under way
    # Not one device was flashed twice.
    [ -z "$(flashed | sort | uniq -d)" ] || no "flashed twice: $(flashed | sort | uniq -d | tr '\n' ' ')"
    # Each has the image, or is one that the run calls unknown.
    local unknown
    unknown=$(jq -r 'select(.event == "device_end" and .outcome == "unknown") | .dev' "$T/out" | wc -l)
    [ $(($(flashed | wc -l) + unknown)) -ge "$DEVICES" ] ||
        no "$(flashed | wc -l) flashed and $unknown unknown of $DEVICES"
    [ "$(jq -r 'select(.event == "device_end") | .outcome' "$T/out" | grep -vcE '^(updated|skipped|unknown)$')" = 0 ]
    if [ "$unknown" = 0 ]; then expect_status 0; else expect_status 40; fi
}
