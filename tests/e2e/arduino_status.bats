# One story for each exit status, and for each error text.

load arduino

# fails PROFILE FAILURE STATUS TEXT...: all of the texts are said.
fails() {
    local profile=$1 failure=$2 expected=$3
    shift 3
    start_sim arduino --profile "$profile" --fail "$failure"
    # A refusal without a word is one that it takes that long to notice.
    flash "$(app "$profile")" --connect-timeout $([ "$expected" = 13 ] && echo 2 || echo 30)
    expect_status "$expected" "$@"
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
            start_sim arduino --words $words --fail ${row%:*}
            flash "$app8266"
            expect_status ${row#*:}
        done
    done
}

@test "Pico" {
    fails pico no-filesystem 21 "no filesystem to put an update into" "(No Filesystem)"
    fails pico space@data 21 "ERROR[4]: Not Enough Space"
    fails pico md5 23 "ERROR[7]: MD5 Failed"
    fails pico signature 24
    fails pico no-error 15
    fails pico no-error@data 22 "filesystem is probably full" "hint: delete files"
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
    start_sim arduino --profile esp32
    flash "$other"
    expect_status 21 "it is usually the wrong file (Decryption error)"
    start_sim arduino --profile esp32-md5
    flash "$other"
    expect_status 21 "first byte is wrong (Wrong Magic Byte)"
}

# strange BYTES: a file that is no image, with these bytes in front.
strange() {
    printf "$1" | cat - "$other" >strange
}

@test "an ESP8266 gets a file that is none: by its third byte" {
    # The updater takes it for a flash mode; what is none comes back as another.
    strange 'ab\002'
    start_sim arduino --words 3.1
    flash strange
    expect_status 21 "first byte is wrong (ERROR[10]: Magic byte is not 0xE9)"
    stop_sim
    for third in '\004' z '\376'; do
        strange "ab$third"
        start_sim arduino
        flash strange --retry 3 --retry-delay 0
        expect_status 21 "was forced on the device and is not an image" "(ERROR[7]: MD5 verification failed: expected: "
        expect_sessions 1
    done
}

@test "a file that is none and fails otherwise is still tried again" {
    strange 'abz'
    start_sim arduino --profile pico --fail md5@end
    flash "$app32" --retry 1 --retry-delay 0
    expect_status 23
}

@test "an ESP8266 misses the data of less than a page" {
    head -c 3000 "$app8266" >short
    for words in new 3.1; do
        start_sim arduino --words $words
        flash short
        expect_status 22 "(ERROR[13]: No data supplied)"
    done
}

@test "a filesystem that is larger than its area" {
    cat "$other" "$other" "$other" >fs
    for profile in esp8266 pico; do
        start_sim arduino --profile $profile --fs-size 512K
        flash fs -s
        expect_status 21 "larger than the filesystem area"
        refuse_stderr ompress
        refuse_stderr "beside the running"
    done
    start_sim arduino --profile esp32 --fail space@data
    flash fs -s
    expect_status 21 "larger than the device's filesystem partition"
}

@test "not even compressed" {
    start_sim arduino --slot-size 1K
    flash "$app8266" --compress always
    expect_status 21 "not even the compressed image"
    refuse_stderr "send it compressed"
}

@test "an ESP8266 writes its flash mode into what it stores" {
    start_sim arduino --flash-mode qout
    flash "$app8266"
    expect_status 0
    [ "$(cmp -l "$app8266" "$sim_store" | awk '{print $1, $3}')" = "3 1" ]
    expect_last '.md5_received == .md5_announced and .md5_stored != .md5_announced'
    start_sim arduino --flash-mode dout
    flash "$fs" -s
    expect_status 0
    expect_stored "$fs"
}

@test "while the host streams, a round is what came meanwhile: one count" {
    # 8 ms a KiB: there is always more when a read has been written.
    start_sim arduino --flash-ms-per-kib 8
    flash "$app8266" --window 16384
    expect_status 0
    expect_last '.rounds < 40'
    start_sim arduino --flash-ms-per-kib 1
    flash "$app8266" --window lockstep
    expect_status 0
    expect_last '.rounds == ((.size + 1459) / 1460 | floor)'
}

@test "2: bad options" {
    start_sim arduino
    flash "$app8266" -P 70000
    expect_status 2 70000
    flash "$app8266" -P 47000-46000
    expect_status 2
    flash "$app8266" --type bootloader --yes
    expect_status 2
}

@test "1: the port is taken" {
    start_sim arduino
    start python3 -c '
import socket, time
s = socket.socket()
s.bind(("0.0.0.0", 0))
s.listen()
print(s.getsockname()[1], flush=True)
time.sleep(600)' >port
    eventually test -s port
    taken=$(cat port)
    flash "$app8266" -P "$taken"
    expect_status 1 "cannot listen on TCP port $taken"
}

@test "3: no image" {
    start_sim arduino
    flash absent
    expect_status 3
}

@test "10: no such name" {
    espota --protocol arduino -i no.such.name.invalid -f "$app8266" --retry 0 --force
    expect_status 10
}

@test "12: nobody answers" {
    start_sim arduino --fault lose-invitations@100
    flash "$app8266" -t 1
    expect_status 12 "did not answer 5 invitations"
}

@test "12: nothing listens there" {
    start_sim arduino
    stop_sim
    flash "$app8266"
    expect_status 12 "nothing listens on this UDP port"
}

@test "12: asks for a password and then says nothing" {
    start_sim arduino --password x --fault lose-answers@100
    flash "$app8266" -a x --connect-timeout 3
    expect_status 12 "did not reply to it" "up to 2.4"
    start_sim arduino --profile esp32 --password x --fault lose-answers@100
    flash "$app32" -a x --connect-timeout 3
    expect_status 12 "is probably blocked"
}

@test "12: an old core that has no room says nothing behind a right password" {
    start_sim arduino --words 2.4 --password x --slot-size 100K
    flash "$app8266" -a x --connect-timeout 3
    expect_status 12 "no room for the image"
    start_sim arduino --words 2.4 --slot-size 100K
    flash "$app8266" --connect-timeout 3
    expect_status 21 "ERROR[4]"
}

@test "an empty password that nobody gave" {
    for profile in esp8266 pico esp32-md5 esp32; do
        start_sim arduino --profile $profile --password ''
        flash "$(app $profile)"
        expect_status 0
        expect_last '.answers >= 1 and .denied == 0'
    done
}

@test "a password that nobody gave is tried as the empty one, once" {
    start_sim arduino --profile esp32 --password x
    flash "$app32" --retry 3 --retry-delay 0
    expect_status 4 "wants a password and none was given"
    flash "$app32" -a x
    expect_status 0
    expect_last '.denied == 1 and .invitations == 2 and .cancelled == 0'
}

@test "23: the image is damaged on its way" {
    for profile in esp8266 esp32 pico; do
        start_sim arduino --profile $profile --fault corrupt
        flash "$(app $profile)"
        expect_status 23
    done
}

@test "25: no ArduinoOTA there" {
    start_sim arduino --fault garbage
    flash "$app8266"
    expect_status 25 "HTTP/1.1 400 Bad Request"
    start_sim arduino --password x --fault bad-nonce
    flash "$app8266" -a x
    expect_status 25 "10 characters"
}

@test "ESPOTA_EXIT=simple" {
    start_sim arduino --fault bare-fin
    ESPOTA_EXIT=simple flash "$app8266"
    expect_status 1
}

@test "--json tells the same" {
    start_sim arduino --profile esp32 --password secret
    flash "$app32" -a secret --json
    expect_status 0
    expect_event hello .protocol arduino
    expect_event hello .auth pbkdf2
    jq -se 'map(select(.event == "device_end")) | length == 1 and .[0].outcome == "updated" and .[0].code == "ok"' out
    refuse secret out
}

@test "--dry-run sends nothing" {
    start_sim arduino
    flash "$app8266" --dry-run
    expect_status 0
    expect_sessions 0
}
