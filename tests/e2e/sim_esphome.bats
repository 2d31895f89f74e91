#!/usr/bin/env bats
# The simulated ESPHome device, spoken to by hand: what it does to clients that
# are old, slow or wrong.

load helpers

MAGIC='\x6c\x26\xf7\x5c\x45'

dial() { exec {line}<>"/dev/tcp/$sim_host/$sim_port"; }
hang_up() { exec {line}>&-; }
say() { printf '%b' "$1" >&$line; }

# hears HEX: exactly these bytes come next.
hears() {
    local got
    got=$(timeout "$PATIENCE" head -c $((${#1} / 2)) <&$line | od -An -v -tx1 |
        tr -d ' \n')
    [ "$got" = "$1" ] || no "the device said \"$got\", not $1"
}

# sends FEATURES BYTES HEARS [MD5]: an update of four bytes, "test" by its MD5; what the
# device says to BYTES.
sends() {
    dial
    say "$MAGIC$1"
    hears 00024041
    say '\x00\x00\x00\x04'
    hears 42
    say "${4-098f6bcd4621d373cade4e832627b4f6}"
    hears 43
    say "$2"
    hears "$3"
}

# The device closes without a further byte.
hears_the_end() {
    local rest
    rest=$(timeout "$PATIENCE" cat <&$line | od -An -tx1) || no "it does not close"
    [ -z "$rest" ] || no "the device said $rest"
}

# greets SAYS HEARS SIM-OPTION...: of old firmware, which waits for a second only.
greets() { patiently greets_once "$@"; }

greets_once() {
    start_sim esphome "${@:3}" && dial && say "$MAGIC$1" && hears "$2" && hang_up
}

@test "an old client that cannot do SHA-256 is asked by MD5, until 2025.12" {
    greets '\x01' 00024001 --firmware 2025.10 --password x
    greets '\x03' 00024002 --firmware 2025.10 --password x
}

@test "from 2026.1 on it is turned away" {
    start_sim esphome --firmware 2026.1 --password x
    dial
    say "$MAGIC\x01"
    hears 00024082
    hears_the_end
}

@test "a client that cannot do extended gets a plain answer from a new device" {
    start_sim esphome
    dial
    say "$MAGIC\x03"
    hears 00024041
}

@test "gzip is offered to who asked, by an ESP8266 from 2021.11 on" {
    greets '\x01' 00014641 --platform esp8266 --firmware 2021.11
    greets '\x01' 00014041 --platform esp8266 --firmware 2021.10
}

@test "a wrong greeting is refused" {
    start_sim esphome
    dial
    say 'POST / HTTP/1.1\r\n'
    hears 80
    expect_sim .code 0x80
}

@test "a wrong greeting, on the sockets of 2025.9: reset without a word" {
    start_sim esphome --firmware 2025.9
    dial
    say 'POST / HTTP/1.1\r\n'
    ! timeout "$PATIENCE" head -c 1 <&$line 2>/dev/null | grep -q . || no "it said something"
    expect_sim .code null
    hang_up
    start_sim esphome --firmware 2025.9 --platform rp2040
    dial
    say 'POST / HTTP/1.1\r\n'
    hears 80
}

@test "a slow client: old firmware on raw lwIP wants each piece within a second" {
    for platform in esp8266 rp2040; do
        start_sim esphome --firmware 2025.6 --platform $platform
        dial
        say '\x6c\x26'
        hears_the_end
        expect_sim .outcome timeout
        hang_up
    done
}

@test "a slow client: old firmware on BSD sockets waits for ever" {
    start_sim esphome --firmware 2024.10
    dial
    say '\x6c\x26'
    local rc=0
    timeout 1.5 cat <&$line >"$T/early" || rc=$?
    [ $rc = 124 ] || no "it did not wait"
    say '\xf7\x5c\x45\x00'
    hears 00024041
    hang_up
}

@test "an empty password is asked for from 2025.10 on, and accepted" {
    start_sim esphome --firmware 2025.9 --password ''
    dial
    say "$MAGIC\x03"
    hears 00024041
    hang_up
    start_sim esphome --firmware 2026.7 --password ''
    dial
    say "$MAGIC\x03"
    hears 00024002
    local nonce cnonce proof
    nonce=$(timeout "$PATIENCE" head -c 64 <&$line)
    cnonce=$(printf '%064d' 7)
    proof=$(printf '%s%s' "$nonce" "$cnonce" | sha256sum)
    say "$cnonce${proof%% *}"
    hears 41
    hang_up
}

# shouts FIRMWARE HEARS: what is said to a proof in capitals.
shouts() {
    start_sim esphome --firmware "$1" --password x
    dial
    say "$MAGIC\x03"
    hears 00024002
    local nonce cnonce proof
    nonce=$(timeout "$PATIENCE" head -c 64 <&$line)
    cnonce=$(printf '%064d' 7)
    proof=$(printf 'x%s%s' "$nonce" "$cnonce" | sha256sum | tr a-f A-F)
    say "$cnonce${proof%% *}"
    hears "$2"
    hang_up
}

@test "capitals in a proof: refused up to 2025.11, accepted later" {
    shouts 2025.11 82
    shouts 2025.12 41
}

@test "capitals in the MD5: accepted from 2025.12 on" {
    start_sim esphome --platform rp2040
    sends '\x03' test 474445 098F6BCD4621D373CADE4E832627B4F6
    say '\x00'
    hang_up
    expect_sim .outcome updated
}

# The code that nobody hears any more costs the next client no time.
served_at_once() {
    dial
    say "$MAGIC\x07\x00\x00\x10\x00\x00"
    hears 000248004142
    hang_up
    local began=$EPOCHREALTIME ended
    dial
    say "$MAGIC\x03"
    hears 00024041
    ended=$EPOCHREALTIME
    hang_up
    [ $((${ended/./} - ${began/./})) -lt 1500000 ]
}

@test "a client that leaves early: the next one is served at once" {
    start_sim esphome
    served_at_once || served_at_once || served_at_once || no "it took 1.5 s, three times"
}

@test "a slow client: new firmware wants all of the handshake in time" {
    start_sim esphome --handshake-ms 3000 --password x
    dial
    say "$MAGIC\x07"
    hears_the_end_of_handshake=$(timeout "$PATIENCE" cat <&$line | wc -c)
    [ "$hears_the_end_of_handshake" = $((2 + 2 + 65)) ]
    expect_sim .outcome timeout
    expect_sim .step auth
}

@test "silence after the handshake is told, with the code of the age" {
    start_sim esphome --idle-ms 200
    dial
    say "$MAGIC\x07"
    hears 0002480041ff
    hears_the_end
    hang_up
    start_sim esphome --idle-ms 200 --firmware 2026.5
    dial
    say "$MAGIC\x07\x00\x00\x04\x00\x00"
    hears 00024800414200 # it has begun: the code is stale
    hang_up
    start_sim esphome --idle-ms 200 --firmware 2026.8
    dial
    say "$MAGIC\x07\x00\x00\x04\x00\x00"
    hears 000248004142ff # and from then on it is not
}

@test "a type nobody compiled in is refused behind the size" {
    start_sim esphome
    dial
    say "$MAGIC\x07\x01"
    hears 0002480041
    say '\x00\x00\x0c\x00'
    hears 8e
}

@test "violations: the MD5 before 0x42" {
    start_sim esphome --prepare-ms 100
    dial
    say "$MAGIC\x07"
    hears 0002480041
    say '\x00\x00\x00\x00\x10d41d8cd98f00b204e9800998ecf8427e'
    hears 4243
    hang_up
    expect_sim '.violations."bytes-before-prepare-ok"' 1
}

@test "violations: the type is missing" {
    start_sim esphome --idle-ms 200
    dial
    say "$MAGIC\x07\x00\x04\x00\x00"
    hears 0002480041ff
    expect_sim '.violations."type-missing"' 1
}

@test "violations: bits nobody assigned, and Noise without extended" {
    start_sim esphome
    dial
    say "$MAGIC\x1a"
    hears 00024041
    hang_up
    expect_sim '.violations."unassigned-feature-bits"' 1
    expect_sim '.violations."noise-bit-without-extended-bit"' 1
}

@test "violations: bytes beyond the size, and no goodbye" {
    start_sim esphome --platform rp2040 --verify-ms 100
    sends '\x03' testtest 474445
    hang_up
    expect_sim .outcome updated
    expect_sim .md5_stored 098f6bcd4621d373cade4e832627b4f6
    expect_sim '.violations."bytes-beyond-size"' 1
    expect_sim '.violations."final-ack-not-zero"' 1
}

@test "violations: gone without a goodbye" {
    start_sim esphome --platform rp2040
    sends '\x03' test 474445
    hang_up
    expect_sim .outcome updated
    expect_sim '.violations."final-ack-missing"' 1
}

@test "an ESP32 looks at the first byte, an ESP8266 in the end" {
    start_sim esphome
    sends '\x03' test 80
    hang_up
    start_sim esphome --platform esp8266
    sends '\x02' test 474484
    hang_up
}

@test "one client at a time: the second gets no byte until the first is gone" {
    start_sim esphome
    dial
    say "$MAGIC\x03"
    hears 00024041
    local first=$line
    dial
    say "$MAGIC\x03"
    ! timeout 0.3 head -c 1 <&"$line" | grep -q . || no "it answered"
    exec {first}>&-
    hears 00024041
}

@test "the port is closed while it reboots" {
    make_image esp32 256K
    start_sim esphome --reboot-ms 600000
    flash
    expect_status 0
    expect_sim .outcome updated
    eventually refused || no "it is still listening"
    start_sim esphome --reboot-ms 200
    flash
    expect_status 0
    expect_sim .outcome updated
    eventually dial 2>/dev/null || no "it does not come back"
}

refused() { ! (dial) 2>/dev/null; }

@test "one that needs no time for it takes the next image at once" {
    make_image esp32 256K
    start_sim esphome --reboot-ms 0
    for i in 1 2 3; do
        flash
        expect_status 0
    done
    expect_sim .outcome updated 3
}

@test "--count: many devices, one of them is flashed" {
    make_image esp32 256K
    start_sim esphome --count 50 --store "$T/all-%d"
    grep -Eq '^listening on 127.0.0.1:[0-9]+-[0-9]+$' "$sim_out"
    espota -i 127.0.0.1 -p $((sim_port + 49)) -f "$image" --protocol esphome
    expect_status 0
    expect_sim .device 49
    cmp "$image" all-49
}

@test "--once ends it, with a summary" {
    make_image esp32 256K
    start_sim esphome --once 1 --report "$T/report"
    flash
    expect_status 0
    wait "$sim_pid"
    [ "$(jq -r 'select(.event == "summary").updated' report)" = 1 ]
    [ "$(wc -l <"$sim_out")" = 1 ] || no "reports are to go to the file"
}

@test "a signal ends it, with a summary" {
    start_sim esphome
    stop_sim
    tail -n 1 "$sim_out" | jq -e '.event == "summary"' >/dev/null
}

@test "a signal in the middle: what was seen so far is told" {
    start_sim esphome
    dial
    say "$MAGIC\x03"
    hears 00024041
    stop_sim
    expect_sim .outcome stopped
    expect_sim .step auth
    tail -n 1 "$sim_out" | jq -e '.event == "summary" and .sessions == 1' >/dev/null
}

# wrong TEXT ARGUMENT...: exit status 2, and stderr says TEXT.
wrong() {
    local text=$1
    shift
    status=0
    timeout "$PATIENCE" "$SIM" "$@" >out 2>err || status=$?
    expect_status 2
    expect_stderr "$text"
}

@test "mistakes on the command line are named, with the right spelling" {
    wrong 'did you mean "esphome"?' esphone
    wrong 'did you mean --platform?' esphome --platfrom esp32
    wrong 'did you mean "esp8266"?' esphome --platform esp8265
    wrong 'did you mean "silent"?' esphome --fault silnt
    wrong 'did you mean "prepare"?' esphome --fault close@prepar
    wrong 'like 0x85' esphome --refuse 85
    wrong 'like 2025.6' esphome --firmware new
    wrong 'from 1 to 2' esphome --protocol-version 3
    wrong 'milliseconds' esphome --prepare-ms 1s
    wrong 'needs a --password' esphome --auth md5
    wrong 'takes MS' esphome --prepare-ms
    wrong 'an address of this machine' esphome --bind nowhere
    wrong 'do not fit' esphome --port 65000 --count 1000
    wrong 'which device?'
}

@test "--help lists profiles, options, faults and steps" {
    "$SIM" --help | grep -q '^  esphome '
    "$SIM" esphome --help >out
    for word in --firmware --count silent@STEP goodbye; do
        grep -q -- " $word" out || no "$word is not in --help"
    done
}
