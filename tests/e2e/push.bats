#!/usr/bin/env bats
# push.bats -- images into web pages; espota-sim plays them.

setup() {
    cd "$BATS_TEST_TMPDIR" || exit 1
    "$BIN/espota-c" --version | grep -q 'libcurl' || skip "built without libcurl"
    load serve
    firmware 299999 rest 7
    { printf '\351\001\002\100'; cat rest; } >fw.bin
}

teardown() {
    tell_why
    stop_device
}

# device OPTION...: starts one; sets port and pid.  What it saw is in seen.
device() {
    remember_secrets "$@"
    rm -f seen device.out stored
    "$BIN/espota-sim" web --report seen --store stored "$@" >device.out 3>&- &
    pid=$!
    eventually is_up
    port=$(sed -n 's/.*:\([0-9]*\)$/\1/p' device.out)
    [ -n "$port" ]
}

is_up() { grep -q listening device.out || is_gone "$pid"; }

stop_device() {
    [ -z "${pid-}" ] || kill "$pid" 2>/dev/null || :
    [ -z "${pid-}" ] || wait "$pid" 2>/dev/null || :
    pid=
}

# push EXIT OPTION...: flashes fw.bin and wants that status.
push() {
    local want=$1
    shift
    run discreetly timeout 180 "$BIN/espota-c" --no-config --protocol web -i 127.0.0.1 -p "$port" -f fw.bin --force \
        --retry 0 "$@" </dev/null 3>&-
    [ "$status" = "$want" ] || { echo "status $status"; echo "$output"; return 1; }
}

# saw FILTER: true of the device's latest POST.
saw() {
    eventually has_seen "$1" || { echo "not seen: $1"; return 1; }
}

has_seen() {
    jq -se "[.[] | select(.event == \"session\" and .method == \"POST\")] | last | $1" seen >/dev/null 2>&1
}

# stored_once FILE: by the reports in it, once they are there.
stored_once() {
    eventually has_stored "$1"
    [ "$(n_stored "$1")" = 1 ] || { cat "$1"; return 1; }
}

n_stored() { jq -s 'map(select((.md5_stored // "") != "")) | length' "$1"; }
has_stored() { [ "$(n_stored "$1")" -gt 0 ]; }

once() { # the body went once; looks have none
    eventually has_seen 'type == "object"'
    [ "$(jq -s '[.[] | select(.method == "POST" and .received > 0)] | length' seen)" = 1 ]
}

@test "where nothing listens: the address, the reason, and what to look at" {
    port=1
    push 11
    [[ $output == *"127.0.0.1: cannot connect to 127.0.0.1:1: Connection refused"*"hint: nothing listens there"* ]]
}

@test "every profile takes an image, and it arrives whole" {
    for profile in esphome-idf esphome esp8266 esp32 pico sketch; do
        device --profile "$profile"
        push 0 --profile "${profile%-idf}"
        saw '.outcome == "updated" and .violations == 0 and .received == 300003'
        cmp stored fw.bin
        once
        stop_device
    done
}

@test "every profile with a password, in the scheme it asks for" {
    for profile in esphome-idf esphome esp8266 esp32 pico sketch; do
        device --profile "$profile" --password 'pass:word'
        push 0 --profile "${profile%-idf}" -a 'pass:word'
        saw '.outcome == "updated" and .violations == 0'
        cmp stored fw.bin
        once
        stop_device
    done
    device --profile esphome --password x --user me
    push 0 --user me -a x -v
    [[ $output == *"login: digest"* ]]
    stop_device
    device --profile esphome-idf --password x
    push 0 -a x -v
    [[ $output == *"login: basic"* ]]
}

@test "a wrong password is refused before the image is sent" {
    for profile in esphome-idf esphome esp8266 esp32 pico; do
        device --profile "$profile" --password the-right-one
        push 20 --profile "${profile%-idf}" -a wrong
        [ "$(jq -s '[.[] | select(.method == "POST")] | length' seen)" = 0 ]
        push 4 --profile "${profile%-idf}"
        stop_device
    done
    device --profile sketch --password the-right-one
    push 20 --profile sketch -a wrong
}

@test "the second of two passwords is tried" {
    device --profile esp8266 --password the-right-one
    printf 'wrong\n' >one
    printf 'the-right-one\n' >two
    chmod 600 one two
    push 0 --profile esp8266 --auth-file one --auth-file two
    saw '.outcome == "updated"'
}

@test "a filesystem goes where it belongs" {
    firmware 65536 fw.bin 9
    for profile in esp8266 pico; do
        device --profile "$profile"
        push 0 --profile "$profile" -s
        saw '.field == "filesystem"'
        stop_device
    done
    device --profile sketch
    push 0 --profile sketch -s
    saw '.path == "/data"'
    stop_device
    device --profile esphome
    push 2 --profile esphome -s
}

@test "Origin: right by itself, and what it means when it is wrong" {
    device --profile esp32
    push 0 --profile esp32
    saw '.origin == "http://127.0.0.1:'"$port"'"'
    stop_device
    device --profile esp32
    push 24 --profile esp8266
    [[ $output == *"Wrong origin"* ]]
}

@test "addresses as http:// and https://" {
    device --profile esp8266
    run "$BIN/espota-c" --no-config -i "http://127.0.0.1:$port/update" -f fw.bin --force --retry 0
    [ "$status" = 0 ]
    cmp stored fw.bin
    stop_device
    device --profile esp8266
    run "$BIN/espota-c" --no-config -i "http://localhost:$port" -f fw.bin --force --retry 0 -4
    [ "$status" = 0 ]
    for bad in "http://" "http://a:b@c/" "http://h:99999/" "http://[::1/"; do
        run "$BIN/espota-c" --no-config -i "$bad" -f fw.bin --force
        [ "$status" = 2 ]
    done
    run "$BIN/espota-c" --no-config -i "http://h/" --protocol esphome -f fw.bin --force
    [ "$status" = 2 ]
    run "$BIN/espota-c" --no-config -i h --protocol web --profile tasmota -f fw.bin --force
    [ "$status" = 2 ]
}

@test "no updater there" {
    device --profile esp8266 --fault not-found
    push 25 --profile esp8266
    [[ $output == *"there is no updater at this path"* ]]
    [[ $output == *"hint: "* ]]
    stop_device
    device --profile esphome --fault not-found
    push 25
    stop_device
    device --profile esp8266
    push 25 --profile esp8266 --path /elsewhere
}

@test "failures are told by the text, whatever the status" {
    device --profile esphome --fault fail
    push 22
    [[ $output == *"Update Failed!"* ]]
    stop_device
    device --profile esp8266 --fault fail
    push 21 --profile esp8266
    [[ $output == *"ERROR[4]: Not Enough Space"* ]]
    stop_device
    device --profile esp32 --slot-size 100K
    push 21 --profile esp32
    stop_device
    device --profile sketch --fault too-large
    push 21 --profile sketch
    [[ $output == *"413"* ]]
    stop_device
    # Whatever became of it, this one says 200: that is told, and no more.
    device --profile sketch --fault fail
    push 0 --profile sketch
    [[ $output == *"this page does not check them"* ]]
    [ ! -s stored ]
    stop_device
    printf 'no firmware at all' >fw.bin
    device --profile esp8266
    push 21 --profile esp8266
}

@test "all bytes taken and no verdict: unknown, and never again by itself" {
    for fault in reset odd; do
        device --profile esphome --fault "$fault"
        push 30 --retry 3 --retry-delay 0
        [[ $output == *"check which firmware the device runs"* ]]
        once
        stop_device
    done
    device --profile esphome --fault silent
    push 30 --stall-timeout 1
    stop_device
    # One that restarts at once after its verdict is believed.
    device --profile esphome --fault rst-after
    push 0
}

@test "lost before the last byte: broken, and tried again" {
    # What only our kernel has, the device does not: of any image.
    for bytes in 300000 3000000; do
        firmware $bytes fw.bin 9
        device --profile esphome --fault close --slot-size 4M --rcvbuf 8K
        push 14
        stop_device
        device --profile esphome --fault stall --slot-size 4M --rcvbuf 8K
        push 14 --stall-timeout 1
        stop_device
    done
}

@test "no web server, or one that does not answer" {
    device --profile esphome --fault not-http
    push 25
    stop_device
    device --profile esphome --fault mute
    push 12 --connect-timeout 1
    stop_device
    push 11
}

# While we stand still our kernel goes on to send: hence "patiently".
progresses() {
    stop_device
    device --profile esphome --flash-ms-per-kib 5 --rcvbuf 4K || return 1
    push 0 --json && cmp stored fw.bin || return 1
    grep '^{' <<<"$output" >events
    # 400 KB at 5 ms a KiB: at no time is it half done in a fourth of the time.
    jq -se '[.[] | select(.event == "progress")] | length > 4' events &&
        jq -se '([.[] | select(.event == "progress")] | map(select(.pct >= 50)) | .[0].t_ms) > 700' events
}

@test "progress is what the device took" {
    firmware 400000 fw.bin 9
    patiently progresses
}

@test "several devices at once" {
    device --profile esp8266
    first=$port first_pid=$pid
    pid=
    device --profile esp8266
    run "$BIN/espota-c" --no-config -i "http://127.0.0.1:$first" -i "http://127.0.0.1:$port" -f fw.bin --force
    kill "$first_pid"
    [ "$status" = 0 ]
}

@test "a page whose protocol nobody names: the hint does" {
    device --profile esphome
    run timeout 180 "$BIN/espota-c" --no-config -i 127.0.0.1 -p "$port" -f fw.bin --force --retry 0 --connect-timeout 2
    [ "$status" = 12 ]
    [[ $output == *"hint: "*"--protocol web"* ]]
}

@test "the password is never shown" {
    device --profile esphome-idf --password 's3cr3t-word'
    push 0 -a 's3cr3t-word' -vvv
    [[ $output != *s3cr3t-word* ]]
    # nor as the hex of its base64, in the bytes of -vvv
    hex=$(printf 'admin:s3cr3t-word' | openssl base64 | tr -d '\n' | od -An -tx1 | tr -d '\n')
    [[ $output != *"${hex:0:30}"* ]]
}

@test "a device that restarts at any step: updated, or unknown where it has it" {
    for step in accept head data end verdict; do
        device --profile esphome --rcvbuf 8K --restart $step --reboot-ms 300
        case $step in
        end) push 30 --retry 2 --retry-delay 0.5 ;;
        *) push 0 --retry 2 --retry-delay 0.5 ;;
        esac
        stored_once seen
        cmp stored fw.bin
        stop_device
    done
}
