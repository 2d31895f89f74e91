#!/usr/bin/env bats
# What a device announces before and after: verified, rolled back, unchanged.
# shellcheck disable=SC2154

load lab

setup_file() {
    lab_begin
    "$MKIMAGE" esp32 256K 2.0.0 "$BATS_FILE_TMPDIR/two.bin"
    export two=$BATS_FILE_TMPDIR/two.bin
}

# Starts the device, waits until it is there, and flashes it; prints what
# device_end says of it.
verify() { # SIM-OPTIONS IMAGE OPTION...
    lab --no-mdns '
        sim esphome --port 3232 --mdns kitchen --firmware 2026.5 $1
        image=$2; shift 2
        there kitchen
        espota -q --json -i kitchen.local -f "$image" --retry 0 "$@" 2>"$T/err" |
            jq -r "select(.event == \"device_end\") | \"\(.code) \(.outcome) \(.old_version) \(.new_version)\""
        cat "$T/err"' "$@"
}

@test "the new version announces itself" {
    verify "--reboot-ms 800" "$two" --verify version
    [ "${lines[0]}" = "ok updated 2026.5.0 2.0.0" ]
}

@test "rolled back: it is back with what it ran before, and that is 32" {
    verify "--reboot-ms 800 --rollback" "$two" --verify version --verify-timeout 30
    [ "${lines[0]}" = "other-version failed 2026.5.0 2026.5.0" ]
    [[ $output == *"it is back and runs 2026.5.0, not 2.0.0"* ]]
}

@test "rolled back after it had come back with the new version: 32, too" {
    "$MKIMAGE" esp32 256K 2026.9.1 "$T/nine.bin"
    verify "--reboot-ms 300 --rollback-ms 4000" "$T/nine.bin" --verify version
    [ "${lines[0]}" = "other-version failed 2026.5.0 2026.5.0" ]
    # In time it was heard before; a busy machine may have missed that.
    [[ $output == *"was rolled back to 2026.5.0"* || $output == *"it is back and runs 2026.5.0"* ]]
}

@test "back is enough where nothing else is asked" {
    verify "--reboot-ms 800 --rollback" "$two" --verify back
    [ "${lines[0]}" = "ok updated 2026.5.0 2026.5.0" ]
}

@test "--if-changed: a device that says it runs this gets nothing" {
    verify "" "$two" --if-changed --expect-version 2026.5.0
    [ "${lines[0]}" = "ok unchanged 2026.5.0 null" ]
    verify "" "$two" --if-changed
    [ "${lines[0]}" = "ok updated 2026.5.0 null" ]
}

@test "a verdict that was lost is settled by the version" {
    verify "--reboot-ms 800 --fault reset@goodbye" "$two" --verify version --verify-timeout 60
    [ "${lines[0]}" = "ok updated 2026.5.0 2.0.0" ]
}

@test "by address: whoever announces it" {
    lab --no-mdns '
        sim esphome --port 3232 --mdns kitchen --firmware 2026.5 --reboot-ms 800
        there kitchen
        espota -q --json -i 10.77.0.2 -f "$two" --protocol esphome --retry 0 --verify version |
            jq -r "select(.event == \"device_end\") | \"\(.code) \(.old_version) \(.new_version)\""'
    [ "${lines[0]}" = "ok 2026.5.0 2.0.0" ]
}

@test "the same version before and after proves nothing, and that is said before" {
    "$MKIMAGE" esp32 256K 2026.5.0 "$T/same.bin"
    verify "--reboot-ms 800 --rollback" "$T/same.bin" --verify version --verify-timeout 60
    [ "${lines[0]}" = "ok updated 2026.5.0 2026.5.0" ]
    verify "--reboot-ms 800 --fault reset@end" "$T/same.bin" --verify version --verify-timeout 60
    [[ ${lines[0]} == "unknown unknown 2026.5.0 "* ]]
}

@test "ArduinoOTA by address: it is seen, or that it stayed is told" {
    lab --no-mdns '
        sim arduino --profile esp32-md5 --port 3232 --reboot-ms 800
        listens
        espota -q --json -i 10.77.0.2 -f "$two" --protocol arduino --retry 0 --verify back --verify-timeout 40 |
            jq -r "select(.event == \"device_end\") | \"\(.code) \(.outcome)\""
        dev ip link set lab0 down
        espota -q --json -i 10.77.0.2 -f "$two" --protocol arduino --retry 0 --verify back |
            jq -r "select(.event == \"device_end\") | \"\(.code) \(.bytes_wire)\""'
    [ "${lines[0]}" = "ok updated" ]
    [[ $output == *"usage 0" ]]
}

@test "who announces itself without a version has none, which is not an empty one" {
    lab --no-mdns '
        sim arduino --profile esp32-md5 --port 3232 --mdns lamp --reboot-ms 800
        there lamp
        espota -q --json -i lamp.local -f "$two" --protocol arduino --retry 0 --verify back |
            jq -c "select(.event == \"device_end\") | [.code, .old_version, .new_version]"'
    [[ $output == *'["ok",null,null]' ]]
}
