# One story for each exit status, and for each error text.

bats_require_minimum_version 1.5.0

setup() {
    load arduino.bash
    images
}

teardown() {
    done_with_device
}

# fails PROFILE FAILURE STATUS TEXT...: all of the texts are said.
fails() {
    local profile=$1 failure=$2 expected=$3
    shift 3
    device --profile "$profile" --fail "$failure"
    # A refusal without a word is one that it takes that long to notice.
    run flash "$(app "$profile")" --connect-timeout $([ "$expected" = 13 ] && echo 2 || echo 30)
    for text; do ended "$expected" "$text"; done
    ended "$expected"
    stop_device
}

@test "ESP8266, refused at the beginning" {
    fails esp8266 bootstrap 21 "Invalid bootstrapping: the device must be reset by hand once" \
        "(ERROR[11]: Invalid bootstrapping state, reset ESP8266 before updating)" "hint: press its reset"
    fails esp8266 space 21 "does not fit beside the running firmware" "ERROR[4]: Not Enough Space"
    fails esp8266 size 21 "ERROR[5]: Bad Size Given"
    fails esp8266 flash-config 21 "configured for another flash size"
    fails esp8266 memory 22 "not enough free memory"
    fails esp8266 running 15 "in another update"
    fails esp8266 no-error 15 "in another update"
    fails esp8266 command 21 "type of image"
}

@test "ESP8266, in the data and at the end" {
    fails esp8266 write 22 "could not write its flash" "ERROR[1]: Flash Write Failed"
    fails esp8266 erase@data:4096 22 "could not erase its flash"
    fails esp8266 read 22 "could not read back"
    fails esp8266 md5 23 "other bytes than were sent" "ERROR[7]: MD5 verification failed"
    fails esp8266 new-flash-config 21 "another flash size than the device has"
    fails esp8266 magic 21 "first byte is wrong"
    fails esp8266 signature 24 signature
    fails esp8266 no-data 22 "no data"
    fails esp8266 unknown 22 "ERROR[99]: UNKNOWN"
}

@test "ESP8266, in the words of older cores" {
    for words in 3.1 2.5 2.4; do
        for row in md5:23 magic:21 new-flash-config:21; do
            device --words $words --fail ${row%:*}
            run flash "$app8266"
            ended ${row#*:}
            stop_device
        done
    done
}

@test "Pico" {
    fails pico no-filesystem 21 "no file system to put an update into" "(No Filesystem)"
    fails pico space@data 21 "ERROR[4]: Not Enough Space"
    fails pico md5 23 "ERROR[7]: MD5 Failed"
    fails pico signature 24
    fails pico no-error 15
    fails pico no-error@data 22 "file system is probably full" "hint: delete files"
}

@test "ESP32" {
    fails esp32 activate 21 "for another chip" "(Could Not Activate The Firmware)"
    fails esp32 partition 21 "no partition for this image"
    fails esp32 argument 21
    fails esp32 aborted 22
    fails esp32 md5 23 "(MD5 Check Failed)"
    fails esp32 signature 24
    fails esp32 write 22
    fails esp32 space@data 21 "does not fit into the device's partition"
    fails esp32 space 13 "without a word"
}

@test "a decryption error is usually the wrong file" {
    device --profile esp32
    run flash "$other"
    ended 21 "it is usually the wrong file (Decryption error)"
    stop_device
    device --profile esp32-md5
    run flash "$other"
    ended 21 "first byte is wrong (Wrong Magic Byte)"
}

# strange BYTES: a file that is no image, with these bytes in front.
strange() {
    printf "$1" | cat - "$other" >"$BATS_TEST_TMPDIR/strange"
}

@test "an ESP8266 gets a file that is none: by its third byte" {
    # The updater takes it for a flash mode; what is none comes back as another.
    strange 'ab\002'
    device --words 3.1
    run flash "$BATS_TEST_TMPDIR/strange"
    ended 21 "first byte is wrong (ERROR[10]: Magic byte is not 0xE9)"
    stop_device
    for third in '\004' z '\376'; do
        strange "ab$third"
        device
        run flash "$BATS_TEST_TMPDIR/strange" --retry 3 --retry-delay 0
        ended 21 "was forced on the device and is no image"
        ended 21 "(ERROR[7]: MD5 verification failed: expected: "
        [ "$(grep -c '"event":"session"' "$seen")" = 1 ]
        stop_device
    done
}

@test "a file that is none and fails otherwise is still tried again" {
    strange 'abz'
    device --profile pico --fail md5@end
    run flash "$app32" --retry 1 --retry-delay 0
    ended 23
}

@test "an ESP8266 misses the data of less than a page" {
    head -c 3000 "$app8266" >"$BATS_TEST_TMPDIR/short"
    for words in new 3.1; do
        device --words $words
        run flash "$BATS_TEST_TMPDIR/short"
        ended 22 "(ERROR[13]: No data supplied)"
        stop_device
    done
}

@test "a file system that is larger than its area" {
    cat "$other" "$other" "$other" >"$BATS_TEST_TMPDIR/fs"
    for profile in esp8266 pico; do
        device --profile $profile --fs-size 512K
        run flash "$BATS_TEST_TMPDIR/fs" -s
        ended 21 "larger than the file system area"
        [[ $output != *ompress* && $output != *"beside the running"* ]]
        stop_device
    done
    device --profile esp32 --fail space@data
    run flash "$BATS_TEST_TMPDIR/fs" -s
    ended 21 "larger than the device's file system partition"
}

@test "not even compressed" {
    device --slot-size 1K
    run flash "$app8266" --compress always
    ended 21 "not even the compressed image"
    [[ $output != *"send it compressed"* ]]
}

@test "an ESP8266 writes its flash mode into what it stores" {
    device --flash-mode qout
    run flash "$app8266"
    ended 0
    [ "$(cmp -l "$app8266" "$BATS_TEST_TMPDIR/stored" | awk '{print $1, $3}')" = "3 1" ]
    saw '.md5_received == .md5_announced and .md5_stored != .md5_announced'
    stop_device
    device --flash-mode dout
    run flash "$fs" -s
    ended 0
    cmp "$fs" "$BATS_TEST_TMPDIR/stored"
}

@test "while the host streams, a round is what came meanwhile: one count" {
    # 8 ms a KiB: there is always more when a read has been written.
    device --flash-ms-per-kib 8
    run flash "$app8266" --window 16384
    ended 0
    saw '.rounds < 40'
    stop_device
    device --flash-ms-per-kib 1
    run flash "$app8266" --window lockstep
    ended 0
    saw '.rounds == ((.size + 1459) / 1460 | floor)'
}

@test "2: bad options" {
    device
    run flash "$app8266" -P 70000
    ended 2 70000
    run flash "$app8266" -P 47000-46000
    ended 2
    run flash "$app8266" --type bootloader --yes
    ended 2
}

@test "1: the port is taken" {
    device
    exec 8<>/dev/null
    python3 - "$BATS_TEST_TMPDIR/port" <<'PY' 3>&- &
import socket, sys, time
s = socket.socket()
s.bind(("0.0.0.0", 0))
s.listen()
open(sys.argv[1], "w").write(str(s.getsockname()[1]) + "\n")
time.sleep(600)
PY
    holder=$!
    eventually test -s "$BATS_TEST_TMPDIR/port"
    taken=$(cat "$BATS_TEST_TMPDIR/port")
    run flash "$app8266" -P "$taken"
    kill "$holder"
    ended 1 "cannot listen on TCP port $taken"
}

@test "3: no image" {
    device
    run flash "$BATS_TEST_TMPDIR/absent"
    ended 3
}

@test "10: no such name" {
    run timeout 180 "$BIN/espota-c" --no-config --protocol arduino -i no.such.name.invalid \
        -f "$app8266" --retry 0 --force
    ended 10
}

@test "12: nobody answers" {
    device --fault lose-invitations@100
    run flash "$app8266" -t 1
    ended 12 "did not answer 5 invitations"
}

@test "12: nothing listens there" {
    device
    stop_device
    run flash "$app8266"
    ended 12 "nothing listens on this UDP port"
}

@test "12: asks for a password and then says nothing" {
    device --password x --fault lose-answers@100
    run flash "$app8266" -a x --connect-timeout 3
    ended 12 "did not answer to it"
    ended 12 "up to 2.4"
    stop_device
    device --profile esp32 --password x --fault lose-answers@100
    run flash "$app32" -a x --connect-timeout 3
    ended 12 "is probably blocked"
}

@test "12: an old core that has no room says nothing behind a right password" {
    device --words 2.4 --password x --slot-size 100K
    run flash "$app8266" -a x --connect-timeout 3
    ended 12 "no room for the image"
    stop_device
    device --words 2.4 --slot-size 100K
    run flash "$app8266" --connect-timeout 3
    ended 21 "ERROR[4]"
}

@test "an empty password that nobody gave" {
    for profile in esp8266 pico esp32-md5 esp32; do
        device --profile $profile --password ''
        run flash "$(app $profile)"
        ended 0
        saw '.answers >= 1 and .denied == 0'
        stop_device
    done
}

@test "a password that nobody gave is tried as the empty one, once" {
    device --profile esp32 --password x
    run flash "$app32" --retry 3 --retry-delay 0
    ended 4 "wants a password and none was given"
    run flash "$app32" -a x
    ended 0
    saw '.denied == 1 and .invitations == 2 and .cancelled == 0'
}

@test "23: the image is damaged on its way" {
    for profile in esp8266 esp32 pico; do
        device --profile $profile --fault corrupt
        run flash "$(app $profile)"
        ended 23
        stop_device
    done
}

@test "25: no ArduinoOTA there" {
    device --fault garbage
    run flash "$app8266"
    ended 25 "HTTP/1.1 400 Bad Request"
    stop_device
    device --password x --fault bad-nonce
    run flash "$app8266" -a x
    ended 25 "10 characters"
}

@test "ESPOTA_EXIT=simple" {
    device --fault bare-fin
    ESPOTA_EXIT=simple run flash "$app8266"
    ended 1
}

@test "--json tells the same" {
    device --profile esp32 --password secret
    run --separate-stderr flash "$app32" -a secret --json
    [ "$status" = 0 ]
    jq -se 'map(select(.event == "hello"))[0] | .protocol == "arduino" and .auth == "pbkdf2"' <<<"$output"
    jq -se 'map(select(.event == "device_end")) | length == 1 and .[0].outcome == "updated" and .[0].code == "ok"' <<<"$output"
    [[ $output != *secret* ]]
}

@test "--dry-run sends nothing" {
    device
    run flash "$app8266" --dry-run
    [ "$status" = 0 ]
    stop_device
    jq -se 'map(select(.event == "session")) | length == 0' "$seen"
}
