#!/usr/bin/env bats
# push.bats -- images into web pages; espota-sim plays them.

load serve

setup() {
    story_begin
    need_built libcurl
    esp_firmware 300003 fw.bin 7
    image=fw.bin flash_with=(--force)
}

teardown() { story_end; }

# push STATUS OPTION...: flashes fw.bin and wants that.
push() {
    flash "${@:2}" && expect_status "$1"
}

# expect_one_body: the image was sent once; looks have none.
expect_one_body() {
    expect_last 'type == "object"'
    [ "$(grep '^{' "$sim_out" | jq -s '[.[] | select(.method == "POST" and .received > 0)] | length')" = 1 ]
}

@test "where nothing listens: the address, the reason, and what to look at" {
    espota -i 127.0.0.1 -p 1 -f fw.bin --protocol web --force --retry 0
    expect_status 11 "127.0.0.1: cannot connect to 127.0.0.1:1: Connection refused" "hint: nothing listens there"
}

@test "every profile takes an image, and it arrives whole" {
    for profile in esphome-idf esphome esp8266 esp32 pico sketch; do
        start_sim web --profile "$profile"
        push 0 --profile "${profile%-idf}"
        expect_last '.outcome == "updated" and .violations == 0 and .received == 300003'
        expect_stored fw.bin
        expect_one_body
    done
}

@test "every profile with a password, in the scheme it asks for" {
    for profile in esphome-idf esphome esp8266 esp32 pico sketch; do
        start_sim web --profile "$profile" --password 'pass:word'
        push 0 --profile "${profile%-idf}" -a 'pass:word'
        expect_last '.outcome == "updated" and .violations == 0'
        expect_stored fw.bin
        expect_one_body
    done
    start_sim web --profile esphome --password x --user me
    push 0 --user me -a x -v
    expect_stderr "login: digest"
    start_sim web --profile esphome-idf --password x
    push 0 -a x -v
    expect_stderr "login: basic"
}

@test "a wrong password is refused before the image is sent" {
    for profile in esphome-idf esphome esp8266 esp32 pico; do
        start_sim web --profile "$profile" --password the-right-one
        push 20 --profile "${profile%-idf}" -a wrong
        [ "$(grep -c '"method":"POST"' "$sim_out")" = 0 ]
        push 4 --profile "${profile%-idf}"
    done
    start_sim web --profile sketch --password the-right-one
    push 20 --profile sketch -a wrong
}

@test "the second of two passwords is tried" {
    start_sim web --profile esp8266 --password the-right-one
    printf 'wrong\n' >one
    printf 'the-right-one\n' >two
    chmod 600 one two
    push 0 --profile esp8266 --auth-file one --auth-file two
    expect_last '.outcome == "updated"'
}

@test "a filesystem goes where it belongs" {
    firmware 65536 fw.bin 9
    for profile in esp8266 pico; do
        start_sim web --profile "$profile"
        push 0 --profile "$profile" -s
        expect_last '.field == "filesystem"'
    done
    start_sim web --profile sketch
    push 0 --profile sketch -s
    expect_last '.path == "/data"'
    start_sim web --profile esphome
    push 2 --profile esphome -s
}

@test "Origin: right by itself, and what it means when it is wrong" {
    start_sim web --profile esp32
    push 0 --profile esp32
    expect_last '.origin == "http://127.0.0.1:'"$sim_port"'"'
    start_sim web --profile esp32
    push 24 --profile esp8266
    expect_stderr "Wrong origin"
}

@test "addresses as http:// and https://" {
    start_sim web --profile esp8266
    espota -i "http://127.0.0.1:$sim_port/update" -f fw.bin --force --retry 0
    expect_status 0
    expect_stored fw.bin
    start_sim web --profile esp8266
    espota -i "http://localhost:$sim_port" -f fw.bin --force --retry 0 -4
    expect_status 0
    for bad in "http://" "http://a:b@c/" "http://h:99999/" "http://[::1/"; do
        espota -i "$bad" -f fw.bin --force
        expect_status 2
    done
    espota -i "http://h/" --protocol esphome -f fw.bin --force
    expect_status 2
    espota -i h --protocol web --profile tasmota -f fw.bin --force
    expect_status 2
}

@test "no updater there" {
    start_sim web --profile esp8266 --fault not-found
    push 25 --profile esp8266
    expect_stderr "there is no updater at this path"
    expect_stderr "hint: "
    start_sim web --profile esphome --fault not-found
    push 25
    start_sim web --profile esp8266
    push 25 --profile esp8266 --path /elsewhere
}

@test "failures are told by the text, whatever the status" {
    start_sim web --profile esphome --fault fail
    push 22
    expect_stderr "Update Failed!"
    start_sim web --profile esp8266 --fault fail
    push 21 --profile esp8266
    expect_stderr "ERROR[4]: Not Enough Space"
    start_sim web --profile esp32 --slot-size 100K
    push 21 --profile esp32
    start_sim web --profile sketch --fault too-large
    push 21 --profile sketch
    expect_stderr "413"
    # Whatever became of it, this one says 200: that is told, and no more.
    start_sim web --profile sketch --fault fail
    push 0 --profile sketch
    expect_stderr "this page does not check them"
    [ ! -s "$sim_store" ]
    printf 'no firmware at all' >fw.bin
    start_sim web --profile esp8266
    push 21 --profile esp8266
}

@test "all bytes taken and no verdict: unknown, and never again by itself" {
    for fault in reset odd; do
        start_sim web --profile esphome --fault "$fault"
        push 30 --retry 3 --retry-delay 0
        expect_stderr "check which firmware the device runs"
        expect_one_body
    done
    start_sim web --profile esphome --fault silent
    push 30 --stall-timeout 1
    # One that restarts at once after its verdict is believed.
    start_sim web --profile esphome --fault rst-after
    push 0
}

@test "lost before the last byte: broken, and tried again" {
    # What only our kernel has, the device does not: of any image.
    for bytes in 300000 3000000; do
        firmware $bytes fw.bin 9
        start_sim web --profile esphome --fault close --slot-size 4M --rcvbuf 8K
        push 14
        start_sim web --profile esphome --fault stall --slot-size 4M --rcvbuf 8K
        push 14 --stall-timeout 1
    done
}

@test "no web server, or one that does not answer" {
    start_sim web --profile esphome --fault not-http
    push 25
    start_sim web --profile esphome --fault mute
    push 12 --connect-timeout 1
    stop_sim
    push 11
}

# While we stand still our kernel goes on to send: hence "patiently".
progresses() {
    start_sim web --profile esphome --flash-ms-per-kib 5 --rcvbuf 4K || return 1
    push 0 --json && expect_stored fw.bin || return 1
    # 400 KB at 5 ms a KiB: at no time is it half done in a fourth of the time.
    jq -se '[.[] | select(.event == "progress")] | length > 4' out &&
        jq -se '([.[] | select(.event == "progress")] | map(select(.pct >= 50)) | .[0].t_ms) > 700' out
}

@test "progress is what the device took" {
    firmware 400000 fw.bin 9
    patiently progresses
}

@test "several devices at once" {
    start_sim web --profile esp8266
    first=$sim_port
    start_sim web --profile esp8266
    espota -i "http://127.0.0.1:$first" -i "http://127.0.0.1:$sim_port" -f fw.bin --force
    expect_status 0
}

@test "a page whose protocol nobody names: the hint does" {
    start_sim web --profile esphome
    espota -i 127.0.0.1 -p "$sim_port" -f fw.bin --force --retry 0 --connect-timeout 2
    expect_status 12
    grep -q '^hint: .*--protocol web' err
}

@test "the password is never shown" {
    start_sim web --profile esphome-idf --password 's3cr3t-word'
    push 0 -a 's3cr3t-word' -vvv
    refuse_stderr s3cr3t-word
    # nor as the hex of its base64, in the bytes of -vvv
    hex=$(printf 'admin:s3cr3t-word' | openssl base64 | tr -d '\n' | od -An -tx1 | tr -d '\n')
    refuse_stderr "${hex:0:30}"
}

@test "a device that restarts at any step: updated, or unknown where it has it" {
    for step in accept head data end verdict; do
        start_sim web --profile esphome --rcvbuf 8K --restart $step --reboot-ms 300
        case $step in
        end) push 30 --retry 2 --retry-delay 0.5 ;;
        *) push 0 --retry 2 --retry-delay 0.5 ;;
        esac
        expect_stored_once
        expect_stored fw.bin
    done
}
