#!/usr/bin/env bats
# A device that misbehaves, in every way espota-sim knows: the right exit
# status, within the deadline, and the device's own view of it.

load helpers

# meets STATUS SIM-OPTION...: an image of 256 KiB for ESP32.  Where patience is
# to end there is little of it; elsewhere a machine may well be slow.
meets() {
    local patience=15
    case "$*" in
    *silent* | *drip* | *drop-ack* | *prepare-ms*) patiently meets_once "$@" ;;
    *) meets_once "$@" ;;
    esac
}

meets_once() {
    local expected=$1 began
    shift
    make_image esp32 256K && start_sim esphome --password hunter2 "$@" || return 1
    began=$SECONDS
    flash -a hunter2 --connect-timeout $patience --stall-timeout $patience &&
        expect_status "$expected" || return 1
    [ $((SECONDS - began)) -le $((5 + 10 * patience)) ] || no "it took $((SECONDS - began)) s"
}

# at STATUS FAULT@STEP [TEXT]
at() {
    meets "$1" --fault "$2"
    [ -z "${3-}" ] || expect_stderr "$3"
    expect_sim .step "${2#*@}"
    expect_sim .outcome fault
}

# refused STATUS CODE@STEP
refused() {
    meets "$1" --refuse "$2"
    expect_stderr "(${2%@*})"
    expect_sim .outcome refused
    expect_sim .code "${2%@*}"
    expect_sim .step "${2#*@}"
    expect_no_violations
}

@test "close at version" { at 14 close@version; }
@test "close at features" { at 14 close@features; }
@test "close at auth" { at 14 close@auth; }
@test "close at response" { at 14 close@response; }
@test "close at prepare" { at 14 close@prepare; }
@test "close at md5" { at 14 close@md5; }
@test "close at data" { at 14 close@data; }
@test "close at receive" { at 30 close@receive; }
@test "close at end" { at 30 close@end; }

@test "reset at version" { at 14 reset@version; }
@test "reset at features" { at 14 reset@features; }
@test "reset at auth" { at 14 reset@auth; }
@test "reset at response" { at 14 reset@response; }
@test "reset at prepare" { at 14 reset@prepare; }
@test "reset at md5" { at 14 reset@md5; }
@test "reset at data" { at 14 reset@data; }
@test "reset at receive" { at 30 reset@receive; }
@test "reset at end" { at 30 reset@end; }

@test "silent at version" { at 12 silent@version; }
@test "silent at features" { at 14 silent@features; }
@test "silent at auth" { at 14 silent@auth; }
@test "silent at response" { at 14 silent@response; }
@test "silent at prepare" { at 14 silent@prepare; }
@test "silent at md5" { at 14 silent@md5; }
@test "silent at data" { at 14 silent@data; }
@test "silent at receive" { at 30 silent@receive; }
@test "silent at end" { at 30 silent@end; }

@test "it closes at once" { meets 14 --fault close@accept; }
@test "it resets at once" {
    make_image esp32 256K
    start_sim esphome --fault reset@accept
    flash
    # Either the greeting breaks, or the reset was seen while connecting.
    [ "$status" = 14 ] || [ "$status" = 11 ] || no "exit status $status"
}
@test "it never answers" { at 12 silent@version; }

@test "the stale 0x00 of a failed read, at prepare" { at 14 stale-ok@prepare "(0x00)"; }
@test "the stale 0x00 of a failed read, at md5" { at 14 stale-ok@md5 "(0x00)"; }
@test "the stale 0x00 of a failed read, in the data" { at 14 stale-ok@data "(0x00)"; }
@test "the stale 0x00 of a failed read, at receive" { at 14 stale-ok@receive "(0x00)"; }

@test "it answers like a web server" { at 25 http@version; }
@test "it answers garbage" { at 25 garbage@version; }
@test "it answers garbage to the features" { at 25 garbage@features; }
@test "it answers garbage in the data" { at 25 garbage@data; }
@test "it speaks version 3" { meets 25 --fault strange-version; }

@test "error 0x80 at version" { refused 25 0x80@version; }
@test "error 0xff at features" { refused 22 0xff@features; }
@test "error 0xff at auth" { refused 22 0xff@auth; }
@test "error 0x82 at response" { refused 20 0x82@response; }
@test "error 0xff at md5" { refused 22 0xff@md5; }
@test "error 0x83 at data" { refused 22 0x83@data; }
@test "error 0xff at data: it lost the stream" {
    refused 14 0xff@data
    expect_stderr "it lost our data"
}
@test "error 0xff at receive" { refused 22 0xff@receive; }
@test "error 0x84 at end" { refused 22 0x84@end; }

@test "error 0x81 at prepare" { refused 21 0x81@prepare; }
@test "error 0x83 at prepare" { refused 22 0x83@prepare; }
@test "error 0x84 at prepare" { refused 22 0x84@prepare; }
@test "error 0x85 at prepare" { refused 21 0x85@prepare; }
@test "error 0x86 at prepare" { refused 21 0x86@prepare; }
@test "error 0x87 at prepare" { refused 21 0x87@prepare; }
@test "error 0x88 at prepare" { refused 21 0x88@prepare; }
@test "error 0x89 at prepare" { refused 21 0x89@prepare; }
@test "error 0x8a at prepare" { refused 21 0x8a@prepare; }
@test "error 0x8b at prepare" { refused 23 0x8b@prepare; }
@test "error 0x8c at prepare" { refused 21 0x8c@prepare; }
@test "error 0x8d at prepare" { refused 24 0x8d@prepare; }
@test "error 0x8e at prepare" { refused 21 0x8e@prepare; }
@test "error 0x93 at prepare" { refused 24 0x93@prepare; }
@test "error 0x94 at prepare" { refused 24 0x94@prepare; }
@test "error 0xa0 at prepare" { refused 22 0xa0@prepare; }
@test "error 0xff at prepare" { refused 22 0xff@prepare; }

@test "0x85 says what to do" {
    refused 21 0x85@prepare
    expect_stderr "Invalid bootstrapping"
    expect_stderr "hint: press its reset button"
}

@test "an error in the data of version 1" {
    meets 22 --protocol-version 1 --refuse 0x83@data:40960
    expect_stderr "(0x83)"
    expect_sim .received 40960
}

@test "an error behind which the connection is reset" {
    meets 22 --refuse 0x83@data:40960 --fault rst-refusal
    expect_stderr "(0x83)"
}

@test "an error behind which the connection is reset, version 1" {
    meets 22 --protocol-version 1 --refuse 0x83@data:40960 --fault rst-refusal
    expect_stderr "(0x83)"
}

@test "the first byte of the image is refused" {
    need_images
    image=$IMAGES/rp2040-bin-arduino-knxupdater.bin
    start_sim esphome
    flash --force
    expect_status 21
    expect_stderr "its first byte is wrong (0x80)"
}

@test "it stores a bit wrong" {
    meets 23 --fault corrupt@data:65536
    expect_stderr "(0x8b)"
}

@test "it goes in the middle, and is not there for the next attempt" {
    local client
    make_image esp32 256K
    start_sim esphome --flash-ms-per-kib 20
    "$BIN/espota-c" -i "$sim_host" -p "$sim_port" -f "$image" --protocol esphome --retry 1 --retry-delay 1 \
        --json >"$T/out" 2>"$T/err" &
    client=$!
    eventually grep -q '"event":"progress","done":[1-9]' "$T/out"
    kill -KILL "$sim_pid"
    wait "$client" || status=$?
    expect_status 11
    expect_stderr "hint: it answered before"
}

@test "replies byte by byte" {
    meets 0 --fault split
    expect_no_violations
    expect_stored "$image"
}

@test "replies byte by byte, version 1 and MD5" {
    meets 0 --fault split --firmware 2021.8
    expect_no_violations
    expect_stored "$image"
}

@test "replies held back until it must wait" {
    meets 0 --fault coalesce
    expect_no_violations
    expect_stored "$image"
}

@test "late acknowledgements" {
    meets 0 --fault late-acks@30
    expect_no_violations
    expect_stored "$image"
}

@test "a byte a second" {
    meets 14 --fault drip@3000
}

# Told when it comes, or at the end, where nobody knows what became of it: by
# how far we are.
@test "one CHUNK_OK too many" {
    make_image esp32 256K
    start_sim esphome --fault extra-ack@3
    flash
    [ "$status" = 25 ] || expect_status 30
}
@test "one CHUNK_OK too many, at the end" { meets 30 --fault extra-ack@32; }
@test "one CHUNK_OK too few" {
    meets 30 --fault drop-ack@3
    expect_stderr "hint: check which firmware the device runs"
}

@test "one CHUNK_OK too few, in lock-step" {
    lockstep() {
        make_image esp32 256K && start_sim esphome --fault drop-ack@3 &&
            flash --window lockstep --stall-timeout $patience && expect_status 14
    }
    patiently lockstep
}

@test "slow to prepare and slow to verify, within the patience" {
    make_image esp32 256K
    start_sim esphome --prepare-ms 1500 --verify-ms 1500
    flash --stall-timeout 15
    expect_status 0
    expect_stored "$image"
}

@test "slow to prepare, beyond the patience" {
    meets 14 --prepare-ms 60000
}

@test "no goodbye wanted" {
    meets 0 --fault close@goodbye
    expect_stored "$image"
}

@test "it resets instead of a goodbye" {
    meets 0 --fault reset@goodbye
    expect_stored "$image"
}

@test "a second attempt succeeds, and sends another cnonce" {
    make_image esp32 256K
    start_sim esphome --password hunter2 --fault reset@data --fault-sessions 1
    flash -a hunter2 --retry 1 --retry-delay 1
    expect_status 0
    expect_sim .outcome fault 1
    expect_sim .outcome updated 2
    expect_no_violations 2
    expect_stored "$image"
}

@test "a second attempt after a stream that was lost, whatever the age says of it" {
    for said in 2026.7:stale-ok@data:81920 2026.8:; do
        make_image esp32 256K
        if [ -n "${said#*:}" ]; then set -- --fault "${said#*:}"; else set -- --refuse 0xff@data:81920; fi
        start_sim esphome --firmware "${said%%:*}" "$@" --fault-sessions 1
        flash --retry 1 --retry-delay 0
        expect_status 0
        expect_sim .outcome updated 2
        expect_stored "$image"
    done
}

@test "an empty password that nobody gave" {
    for firmware in 2025.6 2025.10 2026.9; do
        make_image esp8266 256K
        start_sim esphome --platform esp8266 --firmware $firmware --password ''
        flash
        expect_status 0
        expect_stored "$image"
    done
    expect_sim .auth sha256
}

@test "an empty password, given" {
    make_image esp32 256K
    start_sim esphome --password ''
    flash -a ''
    expect_status 0
    expect_sim .auth sha256
}

@test "a password that nobody gave is asked for once, and a wrong one is not followed by the empty one" {
    make_image esp32 256K
    start_sim esphome --password hunter2
    flash --retry 3 --retry-delay 0
    expect_status 4
    expect_sessions 1
    start_sim esphome --password ''
    flash -a hunter2
    expect_status 20
    expect_sessions 1
}

@test "no second attempt once every byte was sent" {
    make_image esp32 256K
    start_sim esphome --fault reset@end
    flash --retry 3 --retry-delay 1
    expect_status 30
    expect_sessions 1
}

@test "no second attempt after a refusal" {
    make_image esp32 256K
    start_sim esphome --refuse 0x89
    flash --retry 3 --retry-delay 1
    expect_status 21
    expect_sessions 1
}

first_answer_is_bounded() {
    make_image esp32 256K
    start_sim esphome --fault silent@version
    local before=$SECONDS
    flash -t 1 --json
    [ "$status" = 12 ] && [ $((SECONDS - before)) -le 8 ] &&
        expect_stderr "no answer within 1 s"
}

@test "-t bounds the first answer of a device that listens, too" { patiently first_answer_is_bounded; }

@test "-t does not bound what comes after the first answer" {
    make_image esp32 256K
    start_sim esphome --fault silent@end
    flash -t 1 --stall-timeout 3
    expect_status 30
    stop_sim
    start_sim esphome --fault silent@prepare
    flash -t 1 --stall-timeout 3
    expect_status 14
    expect_stderr "fell silent while erasing flash"
}
