#!/usr/bin/env bats
# The wrong file never reaches a device.
# shellcheck disable=SC2154

load helpers

@test "a factory image is refused, and the file beside it named" {
    start_sim esphome
    mkdir build
    "$MKIMAGE" esp32c3 300K 1.2.3 app.bin
    make_factory build/firmware.factory.bin app.bin
    flash build/firmware.factory.bin
    expect_status 3
    grep -q 'firmware.factory.bin is an ESP32 factory image' "$T/err"
    expect_stderr '; or use --from-factory'
    refuse_stderr beside

    cp app.bin build/firmware.ota.bin
    flash build/firmware.factory.bin
    expect_status 3
    grep -q 'beside it lies firmware.ota.bin' "$T/err"
    grep -q '^hint: ' "$T/err"
    [ ! -e "$sim_store" ]
    flash build/firmware.ota.bin
    expect_status 0
}

@test "no device is asked before a wrong image is refused" {
    echo '<html>404</html>' >page.bin
    espota -i no-such-device.invalid -f page.bin --json
    expect_status 3
    refuse '"event":"resolve"' out
    expect_event device_end .code image
}

@test "another chip's build, by the port" {
    "$MKIMAGE" esp8266 300K 1.2.3 fw.bin
    espota -i 127.0.0.1 -p 3232 --protocol esphome -f fw.bin
    expect_status 3
    grep -q 'fw.bin is for ESP8266, and port 3232 belongs to ESP32 devices' "$T/err"
}

@test "damaged: refused; --force warns and sends it" {
    start_sim esphome
    "$MKIMAGE" esp32 300K 1.2.3 fw.bin
    printf '\377' | dd of=fw.bin bs=1 seek=150000 conv=notrunc status=none
    flash fw.bin
    expect_status 3
    expect_stderr 'damaged: '
    flash fw.bin --force
    expect_status 0
    grep -q 'warning.*damaged: ' "$T/err"
}

@test "not recognised needs --force, and then the device decides" {
    start_sim esphome
    head -c 100000 /dev/urandom >strange.bin
    flash strange.bin
    expect_status 3
    expect_stderr 'not recognised as firmware'
    flash strange.bin --force
    expect_status 21
    expect_stderr 'warning: strange.bin is not recognised'
}

@test "larger than ESPHome's usual slot: a warning, no more" {
    "$MKIMAGE" esp32 2048K 1.2.3 big.bin
    espota -i 127.0.0.1 -p 3232 --protocol esphome --dry-run -f big.bin
    expect_status 0
    expect_stderr '4M of flash have room for 1835008'
    "$MKIMAGE" esp32 1024K 1.2.3 fits.bin
    espota -i 127.0.0.1 -p 3232 --protocol esphome --dry-run -f fits.bin
    expect_status 0
    refuse_stderr 'have room'
}
