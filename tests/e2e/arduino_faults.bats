# What goes wrong on the way to an ArduinoOTA device, and what is said about it.

bats_require_minimum_version 1.5.0

setup() {
    load arduino.bash
    images
}

teardown() {
    done_with_device
}

# ---- datagrams ----

# sees FILTER PROFILE FAULT|- CLIENT-OPTION...: the image arrives, and what the
# device has seen of it is that.  A machine that stands still for longer than an
# answer may take makes the client say more: hence "patiently".
sees() {
    local filter=$1 profile=$2 fault=()
    [ "$3" = - ] || fault=(--fault "$3")
    shift 3
    stop_device
    device --profile "$profile" --password x "${fault[@]}" || return 1
    run flash "$(app "$profile")" -a x "$@"
    ended 0 && saw "$filter"
}

@test "lost invitations are said again" {
    patiently sees '.invitations == 1' esp8266 lose-invitations@2
}

@test "a lost challenge: the next invitation cancels it, the third is answered" {
    patiently sees '.invitations == 2 and .cancelled == 1 and .answers == 1' esp8266 lose-challenges
}

@test "a lost answer is said again, never an invitation" {
    patiently sees '.invitations == 1 and .answers == 1 and .cancelled == 0' esp32 lose-answers@2
}

@test "a lost OK by UDP: the connection says it" {
    for profile in esp8266 esp32; do
        device --profile $profile --fault lose-ok
        run flash "$(app $profile)"
        ended 0
        stop_device
    done
}

@test "a device that is busy for a moment" {
    device --profile esp32-md5 --loop-ms 1200
    run flash "$app32"
    ended 0
}

# ---- the call ----

@test "a late call is waited for" {
    device --fault late-call@4000
    run flash "$app8266"
    ended 0
}

@test "no call, ESP32: both causes, and where the device should have called" {
    device --profile esp32 --fault no-call
    ours=$(free_port)
    run flash "$app32" --connect-timeout 1 -P "$ours"
    ended 13 "did not connect to 127.0.0.1:$ours within 1 s"
    ended 13 firewall
    ended 13 "an ESP32 does without a word"
}

@test "no call, ESP8266" {
    device --fault no-call
    run flash "$app8266" --connect-timeout 1
    ended 13 "firewall or NAT"
    [[ $output != *"ESP32"* ]]
}

@test "an ESP32 refuses a large image without a word" {
    device --profile esp32 --slot-size 100K
    run flash "$app32" --connect-timeout 1
    ended 13 "it refused the image"
}

@test "-v prints the port in use, and -P a range of them" {
    device
    run flash "$app8266" -v -P 61200-61299
    ended 0
    [[ $output =~ "call 127.0.0.1:612"[0-9][0-9]" by TCP" ]]
    saw '.host_port >= 61200 and .host_port <= 61299'
}

@test "-I: invitation and listener at that address" {
    device
    run flash "$app8266" -I 127.0.0.3 -v
    ended 0 "call 127.0.0.3:"
    saw '.peer | startswith("127.0.0.3:")'
}

@test "-I: not an address of ours" {
    device
    run flash "$app8266" -I 192.0.2.9
    ended 2 192.0.2.9
}

@test "a foreign host that connects first is turned away, and named" {
    device --fault stranger
    run flash "$app8266"
    ended 0 "127.0.0.9"
    [[ $output == *"turned away"* ]]
    cmp "$app8266" "$BATS_TEST_TMPDIR/stored"
}

# ---- the data ----

@test "replies byte by byte" {
    device --profile esp32 --fault split
    run flash "$app32"
    ended 0
}

@test "a pause in the middle" {
    device --profile esp32 --fault pause@1500
    run flash "$app32"
    ended 0
}

@test "a small window and slow flash" {
    device --rcvbuf 4096 --mss 536 --flash-ms-per-kib 2
    run flash "$app8266"
    ended 0
    cmp "$app8266" "$BATS_TEST_TMPDIR/stored"
}

@test "no device of any core waits a second for data" {
    device --profile esp32 --flash-ms-per-kib 1 --erase-ms 300 --reboot-ms 1
    # A machine that stops for a second makes us silent: not ten times.
    for try in 1 2 3 4 5 6 7 8 9 10; do
        run flash "$app32" --retry 20 --retry-delay 0.5
        ended 0
        saw ".session == $try"
        ! has_seen '.silences == 0' || return 0
    done
    saw '.silences == 0'
}

@test "a reset in the middle: the next attempt is in lock-step" {
    device --profile esp32 --fault reset --fault-sessions 1
    run flash "$app32" --retry 1 --retry-delay 0
    ended 0 "trying again"
    # Chunks of 1460 bytes, each read by itself.
    saw '.rounds == ((.size + 1459) / 1460 | floor)'
}

@test "--window lockstep" {
    device --profile esp32
    run flash "$app32" --window lockstep
    ended 0
    saw '.rounds == ((.size + 1459) / 1460 | floor)'
}

@test "--window lockstep with a device that never counts" {
    device --profile classic --fault no-counts --slot-size 1M
    head -c 20000 "$app8266" >"$BATS_TEST_TMPDIR/short.bin"
    run flash "$BATS_TEST_TMPDIR/short.bin" --window lockstep
    ended 0
}

@test "closed in the middle" {
    device --fault close@100000
    run flash "$app8266"
    ended 14 "closed the connection after"
}

@test "reset in the middle" {
    device --profile pico --fault reset@100000
    run flash "$other"
    ended 14 "the connection broke after"
}

@test "silence in the middle" {
    device --fault stall@100000
    run flash "$app8266" --stall-timeout 5
    ended 14 "stopped taking data after"
}

# ---- the end ----

@test "all bytes and no OK is neither success nor failure, nor endless" {
    for fault in bare-fin bare-reset half-ok; do
        for profile in esp8266 esp32; do
            device --profile $profile --fault $fault
            run flash "$(app $profile)" --retry 3
            ended 30 "not known"
            saw '.session == 1'
            stop_device
        done
    done
}

@test "... not even when the device stays silent" {
    device --profile esp32 --fault mute
    run flash "$app32" --stall-timeout 5
    ended 30 "fell silent after it had every byte"
}

@test "the end as each core has it, with its own pauses" {
    for profile in esp8266 esp32; do
        device --profile $profile --end-ms 1000
        run flash "$(app $profile)"
        ended 0
        saw '.half_closes == 0'
        stop_device
    done
}

@test "ended by a signal: the device is let go, the status tells" {
    device --flash-ms-per-kib 200
    "$BIN/espota-c" --no-config --protocol arduino -i 127.0.0.1 -p "$port" -f "$app8266" --force \
        >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- &
    client=$!
    wait_for "$BATS_TEST_TMPDIR/said" 'writing flash'
    kill -TERM "$client"
    status=0
    wait "$client" || status=$?
    [ "$status" = 143 ]
    saw '.outcome == "lost"'
}

@test "a device that restarts takes the next image" {
    device --reboot-ms 200 --once 2
    run flash "$app8266"
    ended 0
    run flash "$app8266" --retry 20 --retry-delay 0.5
    ended 0
}

@test "a device that restarts at any step: updated, or unknown where it has it" {
    for step in invitation challenge answer ok call data end verdict; do
        device --password hunter2 --restart $step --reboot-ms 300
        run flash "$app8266" -a hunter2 --retry 10 --retry-delay 0.5 -t 2 --connect-timeout 3
        case $step in
        end) ended 30 "check which firmware the device runs" ;;
        *) ended 0 ;;
        esac
        stored_once "$seen"
        cmp "$BATS_TEST_TMPDIR/stored" "$app8266"
        stop_device
    done
}
