#!/usr/bin/env bats
# Partition tables and bootloaders, in the clear and encrypted.

load helpers

KEY=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=

# entry TYPE SUBTYPE OFFSET SIZE LABEL: 32 bytes as the ESP32 has them.
entry() {
    printf '\xaa\x50'"\\x$1\\x$2"
    printf '\x00'"\\x${3:2:2}\\x${3:0:2}"'\x00'
    printf '\x00'"\\x${4:2:2}\\x${4:0:2}"'\x00'
    printf '%-16s' "$5" | tr ' ' '\0'
    printf '\0\0\0\0'
}

# make_table [FILTER]: sets image to a partition table whose entries went
# through FILTER.
make_table() {
    image=$T/partitions.bin
    {
        entry 01 00 0090 0020 otadata
        entry 01 02 0390 0060 nvs
        entry 00 10 0100 1c00 app0
        entry 00 11 1d00 1c00 app1
    } | "${@:-cat}" >entries
    {
        cat entries
        printf '\xeb\xeb'
        printf '\xff%.0s' {1..14}
        printf '%b' "$(md5sum entries | cut -c1-32 | sed 's/../\\x&/g')"
        printf '\xff%.0s' {1..3072}
    } | head -c 3072 >"$image"
}

# A bootloader is an ESP32 image that is loaded where bootloaders are.
need_bootloader() {
    need_images
    image=$IMAGES/esp32c3-bootloader-arduino-sam2695.bin
}

# took TYPE-NUMBER
took() {
    expect_status 0
    expect_sim .outcome updated
    expect_sim .ota_type "$1"
    expect_no_violations
    expect_stored "$image"
}

# untouched STATUS TEXT: nothing was sent to the device, if it was called.
untouched() {
    expect_status "$1"
    expect_stderr "$2"
    stop_sim
    ! grep -q '"received":[1-9]' "$sim_out" || no "bytes were sent"
}

@test "a partition table" {
    make_table
    start_sim esphome --partition-access
    flash --type partition-table --yes
    took 1
}
@test "a partition table, encrypted" {
    make_table
    start_sim esphome --partition-access --key $KEY
    flash --type partition-table --yes --key $KEY
    took 1
    expect_sim .auth noise
}
@test "a partition table, encryption required" {
    make_table
    start_sim esphome --partition-access --key $KEY --require-encryption
    flash --type partition-table --yes --key $KEY
    took 1
}
@test "a real partition table" {
    need_images
    image=$IMAGES/esp32c3-partitions-arduino-sam2695.bin
    start_sim esphome --partition-access
    flash --type partition-table --yes
    took 1
}
@test "a bootloader" {
    need_bootloader
    start_sim esphome --partition-access
    flash --type bootloader --yes
    took 2
}
@test "a bootloader, encrypted" {
    need_bootloader
    start_sim esphome --partition-access --key $KEY --require-encryption
    flash --type bootloader --yes --key $KEY --compress always
    took 2
    expect_sim .auth noise
    expect_sim .gzip false
}

# ---- keys, for every type

# keyed TYPE STATUS SIM-OPTION... -- OPTION...
keyed() {
    local type=$1 wanted=$2 sim=()
    shift 2
    while [ "$1" != -- ]; do sim+=("$1"); shift; done
    shift
    start_sim esphome --partition-access "${sim[@]}"
    flash --type "$type" --yes "$@"
    expect_status "$wanted"
    expect_sim .received 0
}

OTHER=//////////////////////////////////////////8=
@test "a table, wrong key" { make_table; keyed partition-table 20 --key $OTHER -- --key $KEY; }
@test "a table, no key" { make_table; keyed partition-table 24 --key $KEY --require-encryption --; }
@test "a table, not offered" { make_table; keyed partition-table 24 -- --key $KEY; }
@test "a bootloader, wrong key" { need_bootloader; keyed bootloader 20 --key $OTHER -- --key $KEY; }
@test "a bootloader, no key" { need_bootloader; keyed bootloader 24 --key $KEY --require-encryption --; }
@test "a bootloader, not offered" { need_bootloader; keyed bootloader 24 -- --key $KEY; }

# ---- refused before a device is touched

@test "not without --yes" {
    make_table
    start_sim esphome --partition-access
    flash --type partition-table
    untouched 2 "leaves a device that does not start"
    expect_stderr "hint: add --yes"
}
@test "an app is no partition table" {
    make_image esp32 256K
    start_sim esphome --partition-access
    flash --type partition-table --yes
    untouched 3 "not a partition table"
}
@test "a partition table is no bootloader" {
    make_table
    start_sim esphome --partition-access
    flash --type bootloader --yes
    untouched 3 "not a bootloader"
}
@test "a partition table with one app" {
    make_table head -c 96
    start_sim esphome --partition-access
    flash --type partition-table --yes
    untouched 3 "fewer than two app partitions"
}
@test "a partition table that was cut" {
    make_table
    head -c 3000 "$image" >cut.bin
    image=$T/cut.bin
    start_sim esphome --partition-access
    flash --type partition-table --yes
    untouched 3 "cut.bin"
}
@test "a partition table that is damaged" {
    make_table
    printf 'x' | dd of="$image" bs=1 seek=5 conv=notrunc 2>/dev/null
    start_sim esphome --partition-access
    flash --type partition-table --yes
    untouched 3 "damaged"
}
@test "a filesystem: ESPHome has none" {
    make_image esp32 256K
    start_sim esphome
    flash --type filesystem --force
    untouched 2 "carries no filesystem images"
}
@test "a filesystem, only pretending" {
    make_image esp32 256K
    start_sim esphome
    flash --type filesystem --force --dry-run
    untouched 2 "carries no filesystem images"
}
@test "a partition table, only pretending" {
    make_table
    start_sim esphome --partition-access
    flash --type partition-table --yes --dry-run
    expect_status 0
    expect_sessions 0
}
@test "a filesystem, the short way" {
    make_image esp32 256K
    start_sim esphome
    flash -s --force
    untouched 2 "carries no filesystem images"
}

# ---- refused by what the device offers, or by the device

@test "a device that takes apps only" {
    make_table
    start_sim esphome
    flash --type partition-table --yes
    untouched 21 "the device takes app images only"
    expect_stderr "allow_partition_access"
}
@test "a device that takes apps only, encrypted" {
    make_table
    start_sim esphome --key $KEY
    flash --type partition-table --yes --key $KEY
    untouched 21 "the device takes app images only"
}
@test "a device from before there were types" {
    make_table
    start_sim esphome --firmware 2026.1
    flash --type partition-table --yes
    untouched 21 "the device takes app images only"
}
@test "the device rejects the table: harmless" {
    make_table head -c 96
    start_sim esphome --partition-access --key $KEY
    flash --type partition-table --yes --force --key $KEY
    expect_status 21
    expect_stderr "nothing was written (0x8f)"
}
@test "the device rejects the bootloader: harmless" {
    need_bootloader
    start_sim esphome --partition-access --refuse 0x91@prepare
    flash --type bootloader --yes
    expect_status 21
    expect_stderr "nothing was written (0x91)"
}
@test "half written: the table" {
    make_table
    start_sim esphome --partition-access --refuse 0x90@end
    flash --type partition-table --yes --retry 3
    expect_status 22
    expect_stderr "hint: DO NOT POWER-CYCLE THE DEVICE: send the same partition table again"
}
@test "half written: the bootloader" {
    need_bootloader
    start_sim esphome --partition-access --key $KEY --refuse 0x92@end
    flash --type bootloader --yes --retry 3 --key $KEY
    expect_status 22
    expect_stderr "hint: DO NOT POWER-CYCLE THE DEVICE: send the same bootloader again"
}

@test "a type tells the protocol, and nobody is there" {
    make_table
    espota -i 127.0.0.1 -p 1 -f "$image" --retry 0 --type partition-table --yes
    expect_status 11
}
