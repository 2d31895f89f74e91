#!/usr/bin/env bats
# image_forms.bats -- raw or compressed: what stores an image as it comes is
# never sent gzip.

load arduino

setup() {
    arduino_begin
    need_built libdeflate
}

@test "ArduinoOTA: a filesystem goes raw, whatever --compress says" {
    local profile when
    for profile in esp8266 esp32 pico; do
        for when in auto always never; do
            start_sim arduino --profile "$profile"
            flash "$fs" -s --compress "$when"
            expect_status 0 updated
            expect_last '.left_packed == false and .gzip == false and .stored == 131072'
            expect_stored "$fs"
        done
    done
}

@test "ArduinoOTA: a filesystem that is gzip already is unpacked" {
    gzip -9c "$fs" >fs.bin.gz
    start_sim arduino --profile esp8266
    flash fs.bin.gz -s
    expect_status 0 updated
    expect_last '.command == 100 and .left_packed == false'
    expect_stored "$fs"
}

@test "ArduinoOTA: an app goes compressed where one insists, and a .gz as it is" {
    start_sim arduino --profile esp8266
    flash "$app8266" --compress always
    expect_status 0 updated
    expect_last '.gzip and (.left_packed | not) and .stored == 307200'
    stop_sim
    gzip -9c "$app8266" >fw.bin.gz
    start_sim arduino --profile esp8266
    flash fw.bin.gz
    expect_status 0 updated
    expect_last '.gzip and (.left_packed | not)'
    expect_stored "$app8266"
}

@test "ArduinoOTA: an ESP32, which unpacks nothing, gets what is inside" {
    gzip -9c "$app32" >fw.bin.gz
    start_sim arduino --profile esp32
    flash fw.bin.gz # forced: "flash the file inside"
    expect_status 0 updated
    expect_last '.left_packed == false'
    expect_stored "$app32"
}

@test "the simulator counts gzip that is stored for good" {
    { printf '\037\213\010\000damaged, and forced'; head -c 9000 /dev/zero; } >odd.bin
    start_sim arduino --profile esp8266 --once 1
    flash odd.bin -s
    expect_last '.left_packed'
    wait "$sim_pid" || :
    tail -n 1 "$sim_out" | jq -e '.event == "summary" and .violations == 1'
}

@test "a web page: a filesystem goes raw" {
    need_built libcurl
    gzip -9c "$fs" >fs.bin.gz
    for file in "$fs" fs.bin.gz; do
        start_sim web --profile esp8266
        flash "$file" -s --compress always --profile esp8266
        expect_status 0 updated
        expect_last '.violations == 0'
        expect_stored "$fs"
    done
}

@test "ESPHome: a compressed app is unpacked for a device that does not inflate" {
    gzip -9c "$app8266" >fw.bin.gz
    for offers in yes no; do
        start_sim esphome --platform esp8266 --gzip "$offers"
        flash fw.bin.gz
        expect_status 0 updated
        expect_last ".gzip == $([ "$offers" = yes ] && echo true || echo false) and .n_violations == 0"
        expect_stored "$app8266"
    done
}
