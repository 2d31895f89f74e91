#!/usr/bin/env bats
# Each exit status of the manual that one ESPHome device can lead to, its name
# in the events, and whether it is worth trying again.

load helpers

# ends STATUS NAME RETRYABLE OPTION...: with the image, no second attempt.
ends() {
    local expected=$1 name=$2 retryable=$3
    shift 3
    espota -f "$image" --protocol esphome --retry 0 \
        --connect-timeout "${patience-30}" --json "$@" &&
        expect_status "$expected" &&
        expect_event device_end .code "$name" &&
        expect_event device_end .exit "$expected" &&
        expect_event device_end .retryable "$retryable" &&
        expect_event run_end .exit "$expected"
}

# start_esp32 SIM-OPTION...: and an image for it.
start_esp32() {
    make_image esp32 256K
    start_sim esphome "$@"
}

there() { ends "$@" -i "$sim_host" -p "$sim_port"; }

@test "0: accepted" {
    start_esp32
    there 0 ok false
    expect_event device_end .outcome updated
}

@test "2: a bad command line" {
    espota -i 127.0.0.1 -p 70000 -f x.bin
    expect_status 2
    espota --no-such-option
    expect_status 2
}

@test "3: an image that is none, before any packet" {
    start_esp32
    : >empty.bin
    head -c 1000 "$image" >cut.bin
    for file in missing.bin empty.bin cut.bin; do
        espota -i "$sim_host" -p "$sim_port" -f $file --protocol esphome
        expect_status 3
    done
    expect_sessions 0
}

@test "4: a password is wanted" {
    start_esp32 --password hunter2
    there 4 secret false
}

@test "10: no such name" {
    make_image esp32 256K
    ends 10 resolve true -i no-such-device.invalid -p 3232
}

@test "11: nobody there" {
    start_esp32
    stop_sim
    there 11 connect true
}

@test "12: no answer" {
    start_esp32 --fault silent@version
    patiently there 12 no-answer true
}

@test "14: the connection broke" {
    start_esp32 --fault reset@data
    there 14 broken true
}

@test "20: the password is wrong" {
    start_esp32 --password hunter2
    there 20 auth false -a hunter3
    expect_event device_end .device_error 0x82
}

@test "21: refused" {
    start_esp32 --slot-size 128K
    there 21 refused false
    expect_event device_end .outcome refused
    expect_event device_end .device_error 0x89
}

@test "22: the device failed" {
    start_esp32 --refuse 0x83@data
    there 22 device false
}

@test "23: other bytes arrived than were sent" {
    start_esp32 --fault corrupt
    there 23 checksum true
}

@test "24: a rule forbids it, ours" {
    start_esp32 --password hunter2 --auth md5
    there 24 policy false -a hunter2 --min-auth sha256
}

@test "24: a rule forbids it, the device's" {
    start_esp32 --refuse 0x93@end
    there 24 policy false
}

@test "25: no ESPHome device" {
    start_esp32 --fault http
    there 25 protocol false
}

@test "30: all bytes taken, no word of the result" {
    start_esp32 --fault close@end
    there 30 unknown false
    expect_event device_end .outcome unknown
}

@test "130 and 143: a signal, and still every end is told" {
    local signal
    start_esp32 --flash-ms-per-kib 60
    for signal in INT TERM; do
        # A shell's background children ignore SIGINT: give it back.
        start env --default-signal=INT "$ESPOTA" -i "$sim_host" \
            -p "$sim_port" -f "$image" --protocol esphome --json=events \
            2>"$T/err"
        wait_for events '"phase":"data"'
        kill -$signal "$pid"
        status=0
        wait "$pid" || status=$?
        expect_status $((128 + $(kill -l $signal)))
        cp events out
        expect_event device_end .code interrupted
        expect_event run_end .exit "$status"
        rm events
    done
    expect_sim .outcome lost
}
