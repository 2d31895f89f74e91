#!/usr/bin/env bats
# A factory image, a merged one or a ZIP is not a dead end: the app in it is sent.
# shellcheck disable=SC2154

load helpers

make_zip() { # FILE NAME...: of files that are there
    python3 -c 'import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as z:
    for name in sys.argv[2:]:
        z.write(name)' "$@"
}

can_inflate() { "$ESPOTA" version | grep -q libdeflate || skip 'this build cannot inflate'; }

@test "a factory image: the app is sent, and that is said" {
    start_sim esphome
    "$MKIMAGE" esp32c3 300K 1.2.3 app.bin
    make_factory fw.bin app.bin
    flash fw.bin
    expect_status 3
    flash fw.bin --from-factory
    expect_status 0
    expect_stderr 'of fw.bin only the app is sent, 307200 bytes: partition app0 at 0x10000 (the first app; otadata selects none)'
    expect_stored app.bin
}

@test "for programs: a warning, and the app's own hashes" {
    start_sim esphome
    "$MKIMAGE" esp32c3 300K 1.2.3 app.bin
    make_factory fw.bin app.bin
    flash fw.bin --from-factory --json
    expect_status 0
    expect_event warning .code from-factory
    expect_event image .md5 "$(md5 app.bin)"
    expect_event image .bytes 307200
    expect_event image .file fw.bin
}

@test "of two apps the one that otadata selects" {
    start_sim esphome
    "$MKIMAGE" esp32c3 300K 1.2.3 first.bin
    "$MKIMAGE" esp32c3 300K 1.2.4 second.bin
    make_factory fw.bin first.bin second.bin
    flash fw.bin --from-factory
    expect_status 0
    expect_stored first.bin
    start_sim esphome
    # Sequence number 2, and its CRC.
    printf '\2\0\0\0' | dd of=fw.bin conv=notrunc bs=1 seek=$((0x9000)) status=none
    printf '\164\67\366\125' | dd of=fw.bin conv=notrunc bs=1 seek=$((0x901c)) status=none
    flash fw.bin --from-factory
    expect_status 0
    expect_stderr 'partition app1 at 0x90000 (otadata selects it)'
    expect_stored second.bin
}

@test "a fleet: the file is read once, and said once" {
    start_sims 3 esphome
    "$MKIMAGE" esp32c3 300K 1.2.3 app.bin
    make_factory fw.bin app.bin
    image=fw.bin
    fleet --from-factory --json
    expect_status 0
    expect_outcomes updated=3
    [ "$(grep -c 'only the app is sent' "$T/err")" = 1 ]
}

@test "an ESP8266 image with a filesystem behind it" {
    start_sim esphome --platform esp8266
    "$MKIMAGE" esp8266 300K 1.2.3 app.bin
    { cat app.bin; head -c 100000 /dev/zero | tr '\0' '\377'; echo littlefs; } >fw.bin
    flash fw.bin --compress never
    expect_status 3
    expect_stderr 'or use --from-factory'
    flash fw.bin --compress never --from-factory
    expect_status 0
    expect_stderr 'the first 307200 bytes, where the app says that it ends'
    expect_stored app.bin
}

@test "a ZIP with one app in it, among other things" {
    can_inflate
    start_sim esphome
    mkdir release
    "$MKIMAGE" esp32c3 300K 1.2.3 release/app.bin
    make_factory release/app.factory.bin release/app.bin
    echo 'How to flash it' >release/README.txt
    make_zip fw.zip release/README.txt release/app.bin release/app.factory.bin
    flash fw.zip
    expect_status 3
    expect_stderr 'or use --from-factory'
    flash fw.zip --from-factory
    expect_status 0
    expect_stderr 'of fw.zip only the app is sent, 307200 bytes: file release/app.bin'
    expect_stored release/app.bin
}

@test "a ZIP with several: they are named, and nobody is asked" {
    can_inflate
    "$MKIMAGE" esp32c3 300K 1.2.3 c3.bin
    "$MKIMAGE" esp8266 300K 1.2.3 8266.bin
    make_zip fw.zip c3.bin 8266.bin
    espota -i no-such-device.invalid -f fw.zip --from-factory
    expect_status 3
    expect_stderr 'fw.zip: there are 2 apps in it: c3.bin (ESP32-C3), 8266.bin (ESP8266)'
    expect_stderr 'hint: unpack it, and flash the one for this device'
    echo text >notes.txt
    make_zip fw.zip notes.txt
    espota -i no-such-device.invalid -f fw.zip --from-factory
    expect_status 3
    expect_stderr 'no file in it is an app: notes.txt (a text file)'
}

@test "an app alone is sent as it is; what is neither is refused" {
    start_sim esphome
    "$MKIMAGE" esp32c3 300K 1.2.3 app.bin
    flash app.bin --from-factory
    expect_status 0
    expect_stderr 'app.bin is an ESP32 app alone, and is sent as it is'
    expect_stored app.bin
    echo '<!DOCTYPE html>' >page.bin
    flash page.bin --from-factory
    expect_status 3
    expect_stderr 'page.bin: it is a web page, and holds no app'
    flash app.bin --from-factory --filesystem
    expect_status 2
    flash app.bin --from-factory --type bootloader --yes
    expect_status 2
}

@test "the app is for another chip: no better than before" {
    "$MKIMAGE" esp32c3 300K 1.2.3 app.bin
    make_factory fw.bin app.bin
    espota -i 127.0.0.1 -p 8266 --protocol esphome -f fw.bin --from-factory
    expect_status 3
    expect_stderr 'fw.bin is for ESP32-C3, and port 8266 belongs to ESP8266 devices'
}

@test "from a configuration file" {
    start_sim esphome
    "$MKIMAGE" esp32c3 300K 1.2.3 app.bin
    make_factory fw.bin app.bin
    printf '[defaults]\nfrom-factory = yes\n' >espota.conf
    flash fw.bin --config espota.conf
    expect_status 0
    expect_stored app.bin
}

@test "inspect writes it to a file, whole or not at all" {
    "$MKIMAGE" esp32c3 300K 1.2.3 app.bin
    make_factory fw.bin app.bin
    espota inspect --extract new.bin fw.bin
    expect_status 0
    cmp app.bin new.bin
    head -n 1 "$T/out" | grep -qx 'new.bin: an ESP32 app'
    grep -Eq '^  taken from +fw.bin$' "$T/out"
    grep -Eq '^  where +partition app0 at 0x10000 ' "$T/out"
    grep -Eq '^  can be flashed +yes$' "$T/out"
    espota inspect --json --extract new.bin fw.bin
    expect_status 0
    jq -e '.file == "new.bin" and .taken_from == "fw.bin" and .bytes == 307200 and .ok and (.taken | startswith("partition"))' "$T/out"
    espota inspect -q --extract new.bin app.bin # all of it
    expect_status 0
    cmp app.bin new.bin
    [ ! -s "$T/out" ]

    echo old >new.bin
    printf '\377' | dd of=fw.bin conv=notrunc bs=1 seek=200000 status=none
    espota inspect --extract new.bin fw.bin
    expect_status 3 'fw.bin: the app in it: damaged'
    espota inspect --extract new.bin missing.bin
    expect_status 3
    echo '<!DOCTYPE html>' >page.bin
    espota inspect --extract new.bin page.bin
    expect_status 3 'page.bin: it is a web page, and holds no app'
    [ "$(cat new.bin)" = old ]
    [ -z "$(find . -name '*new.bin*' ! -name new.bin)" ]
}

@test "inspect --extract: one file, and a place to write to" {
    "$MKIMAGE" esp32c3 300K 1.2.3 app.bin
    espota inspect --extract new.bin app.bin app.bin
    expect_status 2
    espota inspect --extract - app.bin
    expect_status 2
    espota inspect --extract no/such/folder.bin app.bin
    expect_status 2
    [ ! -e new.bin ]
}

@test "real images: what is taken out is an app" {
    need_images
    for image in "$IMAGES"/*-factory-*.bin; do
        espota inspect --extract app.bin "$image"
        expect_status 0
        espota inspect app.bin
        expect_status 0
    done
}
