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
    for words in 2.5 2.4; do
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

@test "an ESP8266 gets the wrong file" {
    device
    run flash "$other"
    ended 21 "first byte is wrong"
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
