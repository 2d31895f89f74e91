# What goes wrong on the way to an ArduinoOTA device, and what is said about it.

load arduino

# ---- datagrams ----

# sees FILTER PROFILE FAULT|- CLIENT-OPTION...: the image arrives, and what the
# device has seen of it is that.  A machine that stands still for longer than an
# answer may take makes the client say more: hence "patiently".
sees() {
    local filter=$1 profile=$2 fault=()
    [ "$3" = - ] || fault=(--fault "$3")
    shift 3
    start_sim arduino --profile "$profile" --password x "${fault[@]}" || return 1
    flash "$(app "$profile")" -a x "$@" &&
        expect_status 0 && expect_last "$filter"
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
        start_sim arduino --profile $profile --fault lose-ok
        flash "$(app $profile)"
        expect_status 0
    done
}

@test "a device that is busy for a moment" {
    start_sim arduino --profile esp32-md5 --loop-ms 1200
    flash "$app32"
    expect_status 0
}

# ---- the call ----

@test "a late call is waited for" {
    start_sim arduino --fault late-call@4000
    flash "$app8266"
    expect_status 0
}

@test "no call, ESP32: both causes, and where the device should have called" {
    start_sim arduino --profile esp32 --fault no-call
    ours=$(free_port)
    flash "$app32" --connect-timeout 1 -P "$ours"
    expect_status 13 "did not connect to 127.0.0.1:$ours within 1 s" firewall "an ESP32 does without a word"
}

@test "no call, ESP8266" {
    start_sim arduino --fault no-call
    flash "$app8266" --connect-timeout 1
    expect_status 13 "firewall or NAT"
    refuse_stderr "ESP32"
}

@test "an ESP32 refuses a large image without a word" {
    start_sim arduino --profile esp32 --slot-size 100K
    flash "$app32" --connect-timeout 1
    expect_status 13 "it refused the image"
}

@test "-v prints the port in use, and -P a range of them" {
    start_sim arduino
    flash "$app8266" -v -P 61200-61299
    expect_status 0
    grep -q 'call 127.0.0.1:612[0-9][0-9] by TCP' err
    expect_last '.host_port >= 61200 and .host_port <= 61299'
}

@test "-I: invitation and listener at that address" {
    start_sim arduino
    flash "$app8266" -I 127.0.0.3 -v
    expect_status 0 "call 127.0.0.3:"
    expect_last '.peer | startswith("127.0.0.3:")'
}

@test "-I: not an address of ours" {
    start_sim arduino
    flash "$app8266" -I 192.0.2.9
    expect_status 2 192.0.2.9
}

@test "a foreign host that connects first is turned away, and named" {
    start_sim arduino --fault stranger
    flash "$app8266"
    expect_status 0 "127.0.0.9" "turned away"
    expect_stored "$app8266"
}

# ---- the data ----

@test "replies byte by byte" {
    start_sim arduino --profile esp32 --fault split
    flash "$app32"
    expect_status 0
}

@test "a pause in the middle" {
    start_sim arduino --profile esp32 --fault pause@1500
    flash "$app32"
    expect_status 0
}

@test "a small window and slow flash" {
    start_sim arduino --rcvbuf 4096 --mss 536 --flash-ms-per-kib 2
    flash "$app8266"
    expect_status 0
    expect_stored "$app8266"
}

@test "no device of any core waits a second for data" {
    start_sim arduino --profile esp32 --flash-ms-per-kib 1 --erase-ms 300 --reboot-ms 1
    # A machine that stops for a second makes us silent: not ten times.
    for try in 1 2 3 4 5 6 7 8 9 10; do
        flash "$app32" --retry 20 --retry-delay 0.5
        expect_status 0
        expect_last ".session == $try"
        ! is_last '.silences == 0' || return 0
    done
    expect_last '.silences == 0'
}

@test "a reset in the middle: the next attempt is in lock-step" {
    start_sim arduino --profile esp32 --fault reset --fault-sessions 1
    flash "$app32" --retry 1 --retry-delay 0
    expect_status 0 "trying again"
    # Chunks of 1460 bytes, each read by itself.
    expect_last '.rounds == ((.size + 1459) / 1460 | floor)'
}

@test "--window lockstep" {
    start_sim arduino --profile esp32
    flash "$app32" --window lockstep
    expect_status 0
    expect_last '.rounds == ((.size + 1459) / 1460 | floor)'
}

@test "--window lockstep with a device that never counts" {
    start_sim arduino --profile classic --fault no-counts --slot-size 1M
    head -c 20000 "$app8266" >short.bin
    flash short.bin --window lockstep
    expect_status 0
}

@test "closed in the middle" {
    start_sim arduino --fault close@100000
    flash "$app8266"
    expect_status 14 "closed the connection after"
}

@test "reset in the middle" {
    start_sim arduino --profile pico --fault reset@100000
    flash "$other"
    expect_status 14 "the connection broke after"
}

@test "silence in the middle" {
    start_sim arduino --fault stall@100000
    flash "$app8266" --stall-timeout 5
    expect_status 14 "stopped taking data after"
}

# ---- the end ----

@test "all bytes and no OK is neither success nor failure, nor endless" {
    for fault in bare-fin bare-reset half-ok; do
        for profile in esp8266 esp32; do
            start_sim arduino --profile $profile --fault $fault
            flash "$(app $profile)" --retry 3
            expect_status 30 "not known"
            expect_last '.session == 1'
        done
    done
}

@test "... not even when the device stays silent" {
    start_sim arduino --profile esp32 --fault mute
    flash "$app32" --stall-timeout 5
    expect_status 30 "fell silent after it had every byte"
}

@test "the end as each core has it, with its own pauses" {
    for profile in esp8266 esp32; do
        start_sim arduino --profile $profile --end-ms 1000
        flash "$(app $profile)"
        expect_status 0
        expect_last '.half_closes == 0'
    done
}

@test "ended by a signal: the device is let go, the status tells" {
    start_sim arduino --flash-ms-per-kib 200
    start "$ESPOTA" --protocol arduino -i "$sim_host" -p "$sim_port" -f "$app8266" --force >out 2>err
    wait_for err 'writing flash'
    kill -TERM "$pid"
    status=0
    wait "$pid" || status=$?
    expect_status 143
    expect_last '.outcome == "lost"'
}

@test "a device that restarts takes the next image" {
    start_sim arduino --reboot-ms 200 --once 2
    flash "$app8266"
    expect_status 0
    flash "$app8266" --retry 20 --retry-delay 0.5
    expect_status 0
}

@test "a device that restarts at any step: updated, or unknown where it has it" {
    for step in invitation challenge answer ok call data end verdict; do
        start_sim arduino --password hunter2 --restart $step --reboot-ms 300
        flash "$app8266" -a hunter2 --retry 10 --retry-delay 0.5 -t 2 --connect-timeout 3
        case $step in
        end) expect_status 30 "check which firmware the device runs" ;;
        *) expect_status 0 ;;
        esac
        expect_stored_once
        expect_stored "$app8266"
    done
}
