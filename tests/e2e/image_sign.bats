#!/usr/bin/env bats
# Signatures as the ESP8266 and Pico updaters verify them, checked by openssl.
# shellcheck disable=SC2154

bats_require_minimum_version 1.5.0

load helpers

setup() {
    story_begin
    "$MKIMAGE" esp8266 256K 1.2.3 fw.bin
    openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.pem 2>/dev/null
    openssl pkey -in rsa.pem -pubout -out rsa.pub
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ec.pem 2>/dev/null
    openssl pkey -in ec.pem -pubout -out ec.pub
    chmod 600 ./*.pem
}

# Takes FILE.signed apart into payload and sig.
split() { # FILE
    local size len
    size=$(stat -c %s "$1")
    len=$(tail -c 4 "$1" | od -An -t u4 --endian=little | tr -d ' ')
    head -c $((size - 4 - len)) "$1" >payload
    tail -c $((len + 4)) "$1" | head -c "$len" >sig
}

@test "RSA: payload, PKCS #1 v1.5 with SHA-256, length" {
    espota sign fw.bin --key rsa.pem
    expect_status 0
    [ ! -s "$T/err" ]
    split fw.bin.signed
    cmp payload fw.bin
    [ "$(stat -c %s sig)" = 256 ]
    openssl dgst -sha256 -verify rsa.pub -signature sig payload
}

@test "EC: r and s side by side" {
    espota sign fw.bin --key ec.pem --out out.bin
    expect_status 0
    grep -q '^warning: .*EC' "$T/err"
    split out.bin
    cmp payload fw.bin
    [ "$(stat -c %s sig)" = 64 ]
    # As openssl wants them: SEQUENCE of two INTEGERs.
    hex=$(od -An -v -t x1 sig | tr -d ' \n')
    cat >der.cnf <<END
asn1=SEQUENCE:s
[s]
r=INTEGER:0x${hex:0:64}
s=INTEGER:0x${hex:64:64}
END
    openssl asn1parse -genconf der.cnf -noout -out sig.der
    openssl dgst -sha256 -verify ec.pub -signature sig.der payload
}

@test "--verify: right, another key, other bytes, none" {
    espota sign fw.bin --key rsa.pem
    espota sign fw.bin.signed --verify --pub rsa.pub
    expect_status 0
    grep -q 'the signature of 262144 bytes by this RSA-2048 key is valid' "$T/out"
    openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 2>/dev/null |
        openssl pkey -pubout >other.pub
    espota sign fw.bin.signed --verify --pub other.pub
    expect_status 24
    printf '\377' | dd of=fw.bin.signed bs=1 seek=1000 conv=notrunc status=none
    espota sign fw.bin.signed --verify --pub rsa.pub
    expect_status 24
    head -c 200 /dev/zero >zeros
    espota sign zeros --verify --pub rsa.pub
    expect_status 3
}

@test "what openssl signed is verified too" {
    openssl dgst -sha256 -sign rsa.pem -out sig fw.bin
    cat fw.bin sig >hand.signed
    printf '\0\1\0\0' >>hand.signed
    espota sign hand.signed --verify --pub rsa.pub
    expect_status 0
}

@test "not twice, RSA or EC" {
    espota sign fw.bin --key ec.pem
    espota sign fw.bin.signed --key rsa.pem
    expect_status 3
    grep -q 'signed already' "$T/err"
    [ ! -e fw.bin.signed.signed ]
    espota sign fw.bin --key rsa.pem
    espota sign fw.bin.signed --key rsa.pem
    expect_status 3
}

@test "gzip is signed as it is, and known as signed gzip" {
    gzip -9nk fw.bin
    espota sign fw.bin.gz --key rsa.pem
    expect_status 0
    split fw.bin.gz.signed
    cmp payload fw.bin.gz
    espota inspect --json fw.bin.gz.signed
    expect_status 0
    [ "$(jq -r '[.signed, .gzip, .kind, .signature] | join(" ")' "$T/out")" = \
        'true true esp8266-app RSA-2048' ]
}

@test "an ESP32 verifies something else" {
    "$MKIMAGE" esp32 256K 1.2.3 esp32.bin
    espota sign esp32.bin --key rsa.pem
    expect_status 3
    [ ! -e esp32.bin.signed ]
}

@test "keys that are none" {
    espota sign fw.bin --key missing.pem
    expect_status 4
    espota sign fw.bin --key fw.bin
    expect_status 4
    openssl pkey -in rsa.pem -aes128 -passout pass:secret -out locked.pem
    espota sign fw.bin --key locked.pem </dev/null
    expect_status 4
    grep -q 'passphrase' "$T/err"
    chmod 644 rsa.pem
    espota sign fw.bin --key rsa.pem
    expect_status 0
    grep -q 'warning: others can read rsa.pem' "$T/err"
}

@test "usage" {
    espota sign fw.bin
    expect_status 2
    espota sign fw.bin --verify
    expect_status 2
    espota sign
    expect_status 2
}

@test "the disk is full: 1, and no signed file is left" {
    [ -w /dev/full ] || skip "no /dev/full"
    ln -s /dev/full full # not by its own name: who renames onto it replaces it
    espota sign fw.bin --key rsa.pem --out full
    expect_status 1
    [ -L full ]
    (
        ulimit -f 100 # KiB, less than the image; the signal is not for this
        trap '' XFSZ
        "$BIN/espota-c" sign --no-config fw.bin --key rsa.pem --out cut.bin 3>&-
    ) 2>"$T/err" && no "signed without room"
    [ ! -e cut.bin ]
    [ -z "$(find . -name 'cut.bin*')" ]
}

# A network drive tells of a full disk when the file is synced or closed.
@test "what only fsync() tells: 1, and what was there before stays" {
    command -v strace >/dev/null || skip "no strace"
    strace -o /dev/null -e trace=fsync -e inject=fsync:error=ENOSPC true 2>/dev/null ||
        skip "strace cannot put a failure into a call here"
    local call
    for call in fsync rename; do
        echo before >out.bin
        run -1 strace -f -o calls -e trace=fsync,rename -e inject="$call":error=ENOSPC \
            "$BIN/espota-c" sign --no-config fw.bin --key rsa.pem --out out.bin 3>&-
        [[ $output == *'No space left'* ]] || no "it says: $output"
        [ "$(cat out.bin)" = before ]
        [ "$(find . -name 'out.bin*' | wc -l)" = 1 ]
        run -1 strace -f -o calls -e trace=fsync,rename -e inject="$call":error=EIO \
            "$BIN/espota-c" inspect --json=out.bin fw.bin 3>&-
        [ "$(cat out.bin)" = before ]
        [ "$(find . -name 'out.bin*' | wc -l)" = 1 ]
    done
}
