#!/usr/bin/env bats
# What is said of a file, to people and to programs.
# shellcheck disable=SC2154

load helpers

field() { # NAME: of the first object on standard output
    head -n 1 "$T/out" | jq -r "$1"
}

@test "a sheet for people" {
    "$MKIMAGE" esp32c3 300K 1.2.3 fw.bin
    espota inspect fw.bin
    expect_status 0
    [ ! -s "$T/err" ]
    head -n 1 "$T/out" | grep -qx 'fw.bin: an ESP32 app'
    grep -Eq '^  chip +ESP32-C3$' "$T/out"
    grep -Eq '^  size +307200 bytes$' "$T/out"
    grep -Eq "^  sha256 +$(sha256sum <fw.bin | cut -d ' ' -f 1)\$" "$T/out"
    grep -Eq '^  fw version +1\.2\.3$' "$T/out"
    grep -Eq '^  can be flashed +yes$' "$T/out"
}

@test "an object for programs" {
    "$MKIMAGE" esp8266 300K 1.2.3 fw.bin
    espota inspect --json fw.bin
    expect_status 0
    [ "$(wc -l <"$T/out")" = 1 ]
    [ "$(field .file)" = fw.bin ]
    [ "$(field .bytes)" = 307200 ]
    [ "$(field .md5)" = "$(md5 fw.bin)" ]
    [ "$(field .sha256)" = "$(sha256sum <fw.bin | cut -d ' ' -f 1)" ]
    [ "$(field .kind)" = esp8266-app ]
    [ "$(field .chip)" = ESP8266 ]
    [ "$(field .ok)" = true ]
    [ "$(field '.problems | length')" = 0 ]
    [ "$(field '.segments | type')" = number ]
}

@test "cut short: what is wrong first, and where" {
    "$MKIMAGE" esp8266 300K 1.2.3 whole.bin
    head -c 200000 whole.bin >cut.bin
    espota inspect cut.bin
    expect_status 3
    grep -q '^  error at byte 41[0-9]* (0x10[0-9a-f]*): cut short: ' "$T/out"
    grep -Eq '^  can be flashed +no$' "$T/out"
    espota inspect --json cut.bin
    expect_status 3
    [ "$(field .ok)" = false ]
    [ "$(field '.problems[0].severity')" = error ]
    [ "$(field '.problems[0].offset | type')" = number ]
}

@test "a byte that fell over" {
    "$MKIMAGE" esp32 300K 1.2.3 fw.bin
    printf '\377' | dd of=fw.bin bs=1 seek=150000 conv=notrunc status=none
    espota inspect fw.bin
    expect_status 3
    grep -q 'error at byte .*: damaged: ' "$T/out"
}

@test "several files: one object each, also for those that cannot be read" {
    "$MKIMAGE" esp32 300K 1.2.3 good.bin
    echo '<!DOCTYPE html><title>404</title>' >page.bin
    espota inspect --json good.bin page.bin missing.bin
    expect_status 3
    [ "$(wc -l <"$T/out")" = 3 ]
    [ "$(jq -r .ok "$T/out" | tr '\n' ' ')" = 'true false false ' ]
    [ "$(jq -r .kind "$T/out" | tr '\n' ' ')" = 'esp32-app html null ' ]
    grep -q 'cannot read missing.bin' "$T/err"
    espota inspect good.bin good.bin
    expect_status 0
    [ "$(grep -c '^$' "$T/out")" = 1 ]
    espota inspect missing.bin good.bin missing.bin # nothing between sheets that are not there
    expect_status 3
    [ "$(grep -c '^$' "$T/out")" = 0 ]
}

@test "standard input, gzip, JSON in a file, and silence" {
    "$MKIMAGE" esp8266 300K 1.2.3 fw.bin
    espota inspect - <fw.bin
    grep -q '^-: an ESP8266 firmware$' "$T/out"
    gzip -9 -k fw.bin
    espota inspect --json=list.json fw.bin.gz
    expect_status 0
    grep -q 'packed by gzip' "$T/out"
    [ "$(jq -r .gzip list.json)" = true ]
    [ "$(jq -r .inner_bytes list.json)" = 307200 ]
    espota inspect -q fw.bin
    [ ! -s "$T/out" ]
    head -c 1000 fw.bin >cut.bin
    espota inspect -q cut.bin
    expect_status 3
    [ ! -s "$T/out" ]
    grep -q '^espota-c: cut.bin: error at byte ' "$T/err"
}

@test "gzip of what no device unpacks" {
    "$MKIMAGE" esp32 300K 1.2.3 fw.bin
    gzip -k fw.bin
    espota inspect fw.bin.gz
    expect_status 3
    grep -q 'the device does not unpack' "$T/out"
}

@test "without a file" {
    espota inspect
    expect_status 2
}

@test "real images" {
    need_images
    espota inspect --json "$IMAGES"/esp32-factory-esphome2026-ps1.bin
    expect_status 3
    [ "$(field .kind)" = esp32-factory ]
    [ "$(field .project)" = presence-1 ]
    espota inspect "$IMAGES"/*-app*.bin "$IMAGES"/rp2*.bin
    expect_status 3 # one of them is encrypted
    [ "$(grep -c 'can be flashed *no' "$T/out")" = 1 ]
}
