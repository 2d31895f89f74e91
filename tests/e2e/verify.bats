#!/usr/bin/env bats
# After the upload: is the device back, and what does it run?  On loopback
# there is no mDNS: what devices announce is in mdns_verify.bats.
# shellcheck disable=SC2154

load helpers

setup() {
    story_begin
    make_image esp32 256K 1.2.3
}

# It counts from when we begin to look, which a machine may make late.
is_back() {
    start_sim esphome --reboot-ms 500 && flash --verify back --json &&
        expect_status 0 && expect_event device_end .phase verify &&
        expect_event device_end .outcome updated || return 1
    # The old firmware had closed its port: nobody took that for being back.
    [ "$(jq -r 'select(.event == "device_end") | .ms.verify' "$T/out")" -ge 500 ]
}

@test "back: the port answers again" { patiently is_back; }

page_is_back() {
    start_sim web --profile esp8266 --reboot-ms 700 &&
        espota -i "http://$sim_host:$sim_port/update" -f "$image" --profile esp8266 --retry 0 \
            --verify back --json &&
        expect_status 0 && expect_event device_end .phase verify &&
        expect_event device_end .verified true
}

@test "back: a web page by its URL" { patiently page_is_back; }

@test "back: what never goes away is told as that" {
    start_sim esphome --reboot-ms 0
    flash --verify back --json
    expect_status 0
    expect_event device_end .outcome updated
    expect_event device_end .verified false
    expect_event device_end .new_version null
    expect_stderr "it was not seen to go away"
    expect_stderr "not verified, 262.1 kB"
}

# Every refusal of TCP is this machine's own: the port of invitations tells.
arduino_is_back() {
    make_image esp32 256K
    start_sim arduino --profile esp32 --reboot-ms 700 &&
        flash --protocol arduino --verify back --json &&
        expect_status 0 && expect_event device_end .verified true || return 1
    [ "$(jq -r 'select(.event == "device_end") | .ms.verify' "$T/out")" -ge 700 ]
}

@test "back: an ArduinoOTA device on this machine" { patiently arduino_is_back; }

@test "back: an ArduinoOTA device without a verdict that is back is still unknown" {
    make_image esp8266 256K
    start_sim arduino --profile esp8266 --fault bare-reset
    flash --protocol arduino --retry 0 --verify back --json
    expect_status 30
    expect_event device_end .phase verify
    expect_event device_end .outcome unknown
}

@test "not back in time is 31" {
    start_sim esphome --once 1 --reboot-ms 60000
    flash --verify back --verify-timeout 4 --json
    expect_status 31
    expect_event device_end .code not-back
    expect_event device_end .outcome unknown
    expect_stderr "did not come back within 4 s"
}

@test "a version that nobody announces settles nothing" {
    start_sim esphome --reboot-ms 200
    flash --verify version --verify-timeout 20 --json
    expect_status 30
    expect_stderr "it is back, but does not say what it runs"
}

@test "a version with nothing to compare it with is a usage error" {
    start_sim esphome
    head -c 300000 /dev/zero | tr '\0' 'x' >"$T/nothing.bin"
    image=$T/nothing.bin
    flash --verify version --force
    expect_status 2
    expect_stderr "the image does not tell its version"
}

is_unsettled() {
    start_sim esphome --fault silent@end &&
        flash --verify back --verify-timeout 5 --stall-timeout $patience &&
        expect_status 30
}

@test "an unknown outcome is settled: back is not enough" { patiently is_unsettled; }

@test "--if-changed sends where nothing is announced" {
    start_sim esphome
    flash --if-changed
    expect_status 0
    expect_sim .outcome updated
}

@test "interrupted while it waits: the device had accepted" {
    start_sim esphome --once 1 --reboot-ms 60000
    start "$ESPOTA" -i "$sim_host" -p "$sim_port" -f "$image" --verify back --json=events
    wait_for events '"phase":"verify"'
    kill -INT "$pid"
    status=0
    wait "$pid" || status=$?
    expect_status 130
    [ "$(jq -r 'select(.event == "device_end") | "\(.code) \(.outcome) \(.exit)"' events)" = "interrupted unknown 30" ]
    grep -q 'interrupted: it took the image, and was not back yet' events
}
