#!/usr/bin/env bats
# What a device announces before and after: verified, rolled back, unchanged.
# shellcheck disable=SC2154

setup_file() {
    load ../support/lab.bash
    lab_begin
    "$BUILD/tools/mkimage" esp32 256K 2.0.0 "$BATS_FILE_TMPDIR/two.bin"
    export two=$BATS_FILE_TMPDIR/two.bin
}

setup() {
    load ../support/lab.bash
    lab_or_skip
}

# Starts the device, waits until it is there, and flashes it; prints what
# device_end says of it.
verify() { # SIM-OPTIONS IMAGE OPTION...
    local sim=$1 image=$2
    shift 2
    # shellcheck disable=SC2016
    lab --no-mdns -- sh -c '
        sim=$1 image=$2; shift 2
        "$NETLAB" exec dev "$BIN/espota-sim" esphome --bind 10.77.0.2 --port 3232 --mdns kitchen \
            --firmware 2026.5 $sim >/dev/null 2>&1 &
        "$BIN/espota-c" wait -q kitchen.local --timeout 60
        "$BIN/espota-c" -q --json -i kitchen.local -f "$image" --retry 0 "$@" 2>"$BATS_TEST_TMPDIR/err" |
            jq -r "select(.event == \"device_end\") | \"\(.code) \(.outcome) \(.old_version) \(.new_version)\""
        cat "$BATS_TEST_TMPDIR/err"' sh "$sim" "$image" "$@"
}

@test "the new version announces itself" {
    run verify "--reboot-ms 800" "$two" --verify version
    echo "$output"
    [ "${lines[0]}" = "ok updated 2026.5.0 2.0.0" ]
}

@test "rolled back: it is back with what it ran before, and that is 32" {
    run verify "--reboot-ms 800 --rollback" "$two" --verify version --verify-timeout 30
    echo "$output"
    [ "${lines[0]}" = "other-version failed 2026.5.0 2026.5.0" ]
    [[ $output == *"it is back and runs 2026.5.0, not 2.0.0"* ]]
}

@test "rolled back after it had come back with the new version: 32, too" {
    "$BUILD/tools/mkimage" esp32 256K 2026.9.1 "$BATS_TEST_TMPDIR/nine.bin"
    run verify "--reboot-ms 300 --rollback-ms 4000" "$BATS_TEST_TMPDIR/nine.bin" --verify version
    echo "$output"
    [ "${lines[0]}" = "other-version failed 2026.5.0 2026.5.0" ]
    # In time it was heard before; a busy machine may have missed that.
    [[ $output == *"was rolled back to 2026.5.0"* || $output == *"it is back and runs 2026.5.0"* ]]
}

@test "back is enough where nothing else is asked" {
    run verify "--reboot-ms 800 --rollback" "$two" --verify back
    echo "$output"
    [ "${lines[0]}" = "ok updated 2026.5.0 2026.5.0" ]
}

@test "--if-changed: a device that says it runs this gets nothing" {
    run verify "" "$two" --if-changed --expect-version 2026.5.0
    echo "$output"
    [ "${lines[0]}" = "ok unchanged 2026.5.0 null" ]
    run verify "" "$two" --if-changed
    [ "${lines[0]}" = "ok updated 2026.5.0 null" ]
}

@test "a verdict that was lost is settled by the version" {
    run verify "--reboot-ms 800 --fault reset@goodbye" "$two" --verify version --verify-timeout 60
    echo "$output"
    [ "${lines[0]}" = "ok updated 2026.5.0 2.0.0" ]
}

@test "by address: whoever announces it" {
    # shellcheck disable=SC2016
    run lab --no-mdns -- sh -c '
        "$NETLAB" exec dev "$BIN/espota-sim" esphome --bind 10.77.0.2 --port 3232 --mdns kitchen \
            --firmware 2026.5 --reboot-ms 800 >/dev/null 2>&1 &
        "$BIN/espota-c" wait -q kitchen.local --timeout 60
        "$BIN/espota-c" -q --json -i 10.77.0.2 -f "$two" --protocol esphome --retry 0 --verify version |
            jq -r "select(.event == \"device_end\") | \"\(.code) \(.old_version) \(.new_version)\""'
    echo "$output"
    [ "${lines[0]}" = "ok 2026.5.0 2.0.0" ]
}

@test "the same version before and after proves nothing, and that is said before" {
    "$BUILD/tools/mkimage" esp32 256K 2026.5.0 "$BATS_TEST_TMPDIR/same.bin"
    run verify "--reboot-ms 800 --rollback" "$BATS_TEST_TMPDIR/same.bin" --verify version --verify-timeout 60
    echo "$output"
    [ "${lines[0]}" = "ok updated 2026.5.0 2026.5.0" ]
    run verify "--reboot-ms 800 --fault reset@end" "$BATS_TEST_TMPDIR/same.bin" --verify version --verify-timeout 60
    echo "$output"
    [[ ${lines[0]} == "unknown unknown 2026.5.0 "* ]]
}

@test "ArduinoOTA by address: it is seen, or that it stayed is told" {
    # shellcheck disable=SC2016
    run lab --no-mdns -- sh -c '
        "$NETLAB" exec dev "$BIN/espota-sim" arduino --profile esp32-md5 --bind 10.77.0.2 --port 3232 \
            --reboot-ms 800 >"$BATS_TEST_TMPDIR/sim" 2>&1 &
        timeout 60 sh -c "until grep -q listening $BATS_TEST_TMPDIR/sim; do sleep 0.05; done"
        "$BIN/espota-c" -q --json -i 10.77.0.2 -f "$two" --protocol arduino --retry 0 --verify back --verify-timeout 40 |
            jq -r "select(.event == \"device_end\") | \"\(.code) \(.outcome)\""
        "$NETLAB" exec dev ip link set lab0 down
        "$BIN/espota-c" -q --json -i 10.77.0.2 -f "$two" --protocol arduino --retry 0 --verify back |
            jq -r "select(.event == \"device_end\") | \"\(.code) \(.bytes_wire)\""'
    echo "$output"
    [ "${lines[0]}" = "ok updated" ]
    [[ $output == *"usage 0" ]]
}

@test "who announces itself without a version has none, which is not an empty one" {
    # shellcheck disable=SC2016
    run lab --no-mdns -- sh -c '
        "$NETLAB" exec dev "$BIN/espota-sim" arduino --profile esp32-md5 --bind 10.77.0.2 --port 3232 --mdns lamp \
            --reboot-ms 800 >/dev/null 2>&1 &
        "$BIN/espota-c" wait -q lamp.local --timeout 60
        "$BIN/espota-c" -q --json -i lamp.local -f "$two" --protocol arduino --retry 0 --verify back |
            jq -c "select(.event == \"device_end\") | [.code, .old_version, .new_version]"'
    echo "$output"
    [[ $output == *'["ok",null,null]' ]]
}
