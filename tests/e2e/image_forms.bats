#!/usr/bin/env bats
# image_forms.bats -- raw or compressed: what stores an image as it comes is
# never sent gzip.

bats_require_minimum_version 1.5.0

setup() {
    load arduino.bash
    images
    "$BIN/espota-c" --version | grep -q libdeflate || skip "this build has no gzip"
}

teardown() {
    done_with_device
}

@test "ArduinoOTA: a filesystem goes raw, whatever --compress says" {
    local profile when
    for profile in esp8266 esp32 pico; do
        for when in auto always never; do
            device --profile "$profile"
            run flash "$fs" -s --compress "$when"
            ended 0 updated
            saw '.left_packed == false and .gzip == false and .stored == 131072'
            cmp "$fs" "$BATS_TEST_TMPDIR/stored"
            stop_device
        done
    done
}

@test "ArduinoOTA: a filesystem that is gzip already is unpacked" {
    gzip -9c "$fs" >"$BATS_TEST_TMPDIR/fs.bin.gz"
    device --profile esp8266
    run flash "$BATS_TEST_TMPDIR/fs.bin.gz" -s
    ended 0 updated
    saw '.command == 100 and .left_packed == false'
    cmp "$fs" "$BATS_TEST_TMPDIR/stored"
}

@test "ArduinoOTA: an app goes compressed where one insists, and a .gz as it is" {
    device --profile esp8266
    run flash "$app8266" --compress always
    ended 0 updated
    saw '.gzip and (.left_packed | not) and .stored == 307200'
    stop_device
    gzip -9c "$app8266" >"$BATS_TEST_TMPDIR/fw.bin.gz"
    device --profile esp8266
    run flash "$BATS_TEST_TMPDIR/fw.bin.gz"
    ended 0 updated
    saw '.gzip and (.left_packed | not)'
    cmp "$app8266" "$BATS_TEST_TMPDIR/stored"
}

@test "ArduinoOTA: an ESP32, which unpacks nothing, gets what is inside" {
    gzip -9c "$app32" >"$BATS_TEST_TMPDIR/fw.bin.gz"
    device --profile esp32
    run flash "$BATS_TEST_TMPDIR/fw.bin.gz" # forced: "flash the file inside"
    ended 0 updated
    saw '.left_packed == false'
    cmp "$app32" "$BATS_TEST_TMPDIR/stored"
}

@test "the simulator counts gzip that is stored for good" {
    { printf '\037\213\010\000damaged, and forced'; head -c 9000 /dev/zero; } >"$BATS_TEST_TMPDIR/odd.bin"
    device --profile esp8266 --once 1
    run flash "$BATS_TEST_TMPDIR/odd.bin" -s
    saw '.left_packed'
    wait "$pid"
    pid=
    jq -se 'last | .event == "summary" and .violations == 1' "$seen"
}

@test "a web page: a filesystem goes raw" {
    local saved=$fs
    "$BIN/espota-c" --version | grep -q libcurl || skip "built without libcurl"
    gzip -9c "$fs" >"$BATS_TEST_TMPDIR/fs.bin.gz"
    for file in "$saved" "$BATS_TEST_TMPDIR/fs.bin.gz"; do
        seen=$BATS_TEST_TMPDIR/seen
        rm -f "$seen" "$BATS_TEST_TMPDIR/out"
        "$BIN/espota-sim" web --profile esp8266 --report "$seen" --store "$BATS_TEST_TMPDIR/stored" \
            >"$BATS_TEST_TMPDIR/out" 3>&- &
        pid=$!
        eventually is_up "$BATS_TEST_TMPDIR/out"
        port=$(sed -n 's/.*:\([0-9]*\)$/\1/p' "$BATS_TEST_TMPDIR/out")
        run flash "$file" -s --compress always --protocol web --profile esp8266
        ended 0 updated
        saw '.violations == 0'
        cmp "$saved" "$BATS_TEST_TMPDIR/stored"
        stop_device
    done
}

@test "ESPHome: a compressed app is unpacked for a device that does not inflate" {
    gzip -9c "$app8266" >"$BATS_TEST_TMPDIR/fw.bin.gz"
    for offers in yes no; do
        seen=$BATS_TEST_TMPDIR/seen
        rm -f "$seen" "$BATS_TEST_TMPDIR/out"
        "$BIN/espota-sim" esphome --platform esp8266 --gzip "$offers" --report "$seen" \
            --store "$BATS_TEST_TMPDIR/stored" >"$BATS_TEST_TMPDIR/out" 3>&- &
        pid=$!
        eventually is_up "$BATS_TEST_TMPDIR/out"
        port=$(sed -n 's/.*:\([0-9]*\)$/\1/p' "$BATS_TEST_TMPDIR/out")
        run flash "$BATS_TEST_TMPDIR/fw.bin.gz" --protocol esphome
        ended 0 updated
        saw ".gzip == $([ "$offers" = yes ] && echo true || echo false) and .n_violations == 0"
        cmp "$app8266" "$BATS_TEST_TMPDIR/stored"
        stop_device
    done
}
