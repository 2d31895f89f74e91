#!/usr/bin/env bats
# Every kind of ESPHome device, and what it stores is what was sent.

load helpers

# updates VERSION AUTH REPLY GZIP: an ESP8266, which inflates where it says so.
updates() {
    local password=()
    [ "$2" = none ] || password=(--password hunter2)
    make_image esp8266 256K
    start_sim esphome --platform esp8266 --protocol-version "$1" --auth "$2" \
        --reply "$3" "${password[@]}"
    flash -a hunter2
    expect_status 0
    expect_sim .outcome updated
    expect_sim .protocol_version "$1"
    expect_sim .auth "$2"
    expect_sim .reply "$3"
    expect_sim .gzip "$4"
    expect_no_violations
    expect_stored "$image"
}

@test "version 1, password none, reply 0x40" { updates 1 none 0x40 false; }
@test "version 1, password none, reply 0x46" { updates 1 none 0x46 true; }
@test "version 1, password none, reply 0x48" { updates 1 none 0x48 true; }
@test "version 1, password md5, reply 0x40" { updates 1 md5 0x40 false; }
@test "version 1, password md5, reply 0x46" { updates 1 md5 0x46 true; }
@test "version 1, password md5, reply 0x48" { updates 1 md5 0x48 true; }
@test "version 1, password sha256, reply 0x40" { updates 1 sha256 0x40 false; }
@test "version 1, password sha256, reply 0x46" { updates 1 sha256 0x46 true; }
@test "version 1, password sha256, reply 0x48" { updates 1 sha256 0x48 true; }
@test "version 2, password none, reply 0x40" { updates 2 none 0x40 false; }
@test "version 2, password none, reply 0x46" { updates 2 none 0x46 true; }
@test "version 2, password none, reply 0x48" { updates 2 none 0x48 true; }
@test "version 2, password md5, reply 0x40" { updates 2 md5 0x40 false; }
@test "version 2, password md5, reply 0x46" { updates 2 md5 0x46 true; }
@test "version 2, password md5, reply 0x48" { updates 2 md5 0x48 true; }
@test "version 2, password sha256, reply 0x40" { updates 2 sha256 0x40 false; }
@test "version 2, password sha256, reply 0x46" { updates 2 sha256 0x46 true; }
@test "version 2, password sha256, reply 0x48" { updates 2 sha256 0x48 true; }

# age RELEASE AUTH REPLY: as that firmware is by default.
age() {
    make_image esp32 256K
    start_sim esphome --firmware "$1" --password hunter2
    flash -a hunter2
    expect_status 0
    expect_sim .auth "$2"
    expect_sim .reply "$3"
    expect_sim .round_trips_before_data 5
    expect_no_violations
    expect_stored "$image"
}

@test "an ESP32 with the firmware of 2021.8" { age 2021.8 md5 0x40; }
@test "an ESP32 with the firmware of 2024.1" { age 2024.1 md5 0x40; }
@test "an ESP32 with the firmware of 2025.6" { age 2025.6 md5 0x40; }
@test "an ESP32 with the firmware of 2025.10" { age 2025.10 sha256 0x40; }
@test "an ESP32 with the firmware of 2026.1" { age 2026.1 sha256 0x40; }
@test "an ESP32 with the firmware of 2026.5" { age 2026.5 sha256 0x48; }
@test "an ESP32 with the firmware of 2026.9" { age 2026.9 sha256 0x48; }

@test "an RP2040 and its image" {
    need_images
    image=$IMAGES/rp2040-bin-arduino-knxupdater.bin
    start_sim esphome --platform rp2040
    flash
    expect_status 0
    expect_no_violations
    expect_stored "$image"
}

@test "a BK7231 and its UF2" {
    need_images
    image=$IMAGES/bk7231t-uf2-made-kickstart.uf2
    start_sim esphome --platform bk72xx
    flash
    expect_status 0
    expect_no_violations
    expect_stored "$image"
}

@test "lock-step for an ESP8266, two blocks under way for an ESP32" {
    make_image esp8266 256K
    start_sim esphome --platform esp8266 --gzip no --reply 0x40
    flash
    expect_status 0
    expect_sim .max_ahead 8192
    make_image esp32 256K
    start_sim esphome --flash-ms-per-kib 0.5
    flash
    expect_status 0
    expect_sim .max_ahead 16384
}

@test "--window decides how much is under way" {
    make_image esp32 256K
    start_sim esphome --flash-ms-per-kib 0.5
    flash --window lockstep
    expect_status 0
    expect_sim .max_ahead 8192
}

@test "acknowledged before it is written" {
    make_image esp32 256K
    start_sim esphome --ack received --flash-ms-per-kib 0.5
    flash
    expect_status 0
    expect_no_violations
    expect_stored "$image"
}

@test "a small receive window" {
    make_image esp8266 256K
    start_sim esphome --platform esp8266 --rcvbuf 2144 --flash-ms-per-kib 2
    flash
    expect_status 0
    expect_stored "$image"
}

@test "over IPv6" {
    make_image esp32 256K
    start_sim esphome --bind ::1
    flash
    expect_status 0
    expect_stored "$image"
}

@test "again and again, the second one waits for its turn" {
    make_image esp32 256K
    start_sim esphome --reboot-ms 100
    flash
    expect_status 0
    flash --retry 5 --retry-delay 1
    expect_status 0
    expect_sim .outcome updated 2
}
