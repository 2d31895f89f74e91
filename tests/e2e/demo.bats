#!/usr/bin/env bats
# The demo, and the images it is made of.

load helpers

@test "the demo flashes, and the device says the same MD5" {
    DEMO_DIR=$T/demo timeout 180 "$ROOT/tools/demo.sh" "$MKIMAGE" >out 2>err 3>&- ||
        no "the demo failed"
    grep -q "^device says: updated, 655360 bytes stored, MD5 $(md5sum <demo/firmware.bin | cut -d ' ' -f 1)" out ||
        no "the device says something else"
    cmp demo/firmware.bin demo/stored.bin
    expect_stderr "100% Done..."
    ! grep -rq 'correct horse' out err demo/espota-sim.log || no "the password is shown"
}

@test "the demo with a firmware of one's own, an ESP8266's" {
    make_image esp8266 256K
    DEMO_DIR=$T/demo timeout 180 "$ROOT/tools/demo.sh" "$MKIMAGE" "$image" >out 2>err 3>&- ||
        no "the demo failed"
    grep -q '"gzip":true' demo/espota-sim.log || no "it was not compressed"
    grep -q '^the same, byte for byte' out || no "the demo does not say so"
}

@test "the demo with a firmware that is gzip already: stored is what is in it" {
    make_image esp8266 256K
    gzip -k "$image"
    DEMO_DIR=$T/demo timeout 180 "$ROOT/tools/demo.sh" "$MKIMAGE" "$image.gz" >out 2>err 3>&- ||
        no "the demo failed"
    grep -q "^the file unpacked is: 262144 bytes long,  MD5 $(md5sum <"$image" | cut -d ' ' -f 1)" out ||
        no "another file is told"
    cmp "$image" demo/stored.bin
    grep -q '^the same, byte for byte' out || no "the demo does not say so"
}

# "make setup demo" installs no openssl command.
@test "the demo needs no openssl, and no md5sum where there is one" {
    local tool
    make_image esp32 256K
    for tool in md5sum openssl; do
        printf '#!/bin/sh\nexit 127\n' >$tool
        chmod +x $tool
        PATH=$T:$PATH DEMO_DIR=$T/demo timeout 180 "$ROOT/tools/demo.sh" "$MKIMAGE" "$image" >out 2>err 3>&- ||
            no "the demo failed without $tool"
        rm $tool
    done
}

@test "the demo fails clearly" {
    ! DEMO_DIR=$T/demo timeout 180 "$ROOT/tools/demo.sh" "$MKIMAGE" missing.bin >out 2>err 3>&- ||
        no "it went on"
    expect_stderr "demo: cannot read missing.bin"
    make_image esp32 256K
    printf x | dd of="$image" bs=1 seek=5000 conv=notrunc 2>/dev/null
    ! DEMO_DIR=$T/demo timeout 180 "$ROOT/tools/demo.sh" "$MKIMAGE" "$image" >out 2>err 3>&- ||
        no "it went on"
    expect_stderr "damaged"
    echo '<html>404</html>' >page.bin
    ! DEMO_DIR=$T/demo timeout 180 "$ROOT/tools/demo.sh" "$MKIMAGE" "$T/page.bin" >out 2>err 3>&- ||
        no "it went on"
    expect_stderr "is a web page"
    refuse_stderr "od:"
}

@test "images are valid, compressible, and always the same" {
    local chip
    for chip in esp32 esp32s3 esp32c3 esp8266; do
        make_image $chip 512K 3.2.1
        cp "$image" first.bin
        make_image $chip 512K 3.2.1
        cmp first.bin "$image"
        espota inspect --json "$image"
        expect_status 0
        [ "$(jq -r .ok out)" = true ] || no "$chip is not valid"
        [ "$(jq -r '.chip | ascii_downcase | gsub("-"; "")' out)" = $chip ] || no "not for $chip"
        [ "$(stat -c %s "$image")" = 524288 ] || no "not of 512K"
        [ "$(gzip -9c "$image" | wc -c)" -lt 450000 ] || no "it does not shrink"
        make_image $chip 512K 3.2.2
        ! cmp -s first.bin "$image" || no "every version is the same"
    done
    ! "$MKIMAGE" esp32 100K 1 x.bin 2>err || no "it was made"
    ! "$MKIMAGE" z80 512K 1 x.bin 2>err || no "it was made"
    expect_stderr "usage: mkimage CHIP SIZE VERSION FILE"
}
