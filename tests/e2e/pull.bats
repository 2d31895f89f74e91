#!/usr/bin/env bats
# pull.bats -- simulated devices fetch from "serve", each by its own updater.

setup() {
    load serve
    cd "$BATS_TEST_TMPDIR" || exit 1
    "$BIN/espota-c" --version | grep -q 'libmicrohttpd' || skip "built without libmicrohttpd"
    firmware 299999 rest 7
    { printf '\351\001\002\100'; cat rest; } >fw.bin
}

teardown() {
    tell_why
    stop_serving
}

# pull VARIANT OPTION...: one device asks once, with more patience than devices
# have; what it saw is in saw.
pull() {
    local variant=$1
    shift
    rm -f stored saw
    timeout 180 "$BIN/espota-sim" pull --variant "$variant" --timeout-ms 60000 --report saw --store stored "$@" \
        >/dev/null 3>&-
}

saw() {
    jq -se "[.[] | select(.event == \"session\")] | last | $1" saw >/dev/null || { cat saw; return 1; }
}

@test "every kind of device gets the image, and what it needs around it" {
    serve fw.bin
    for variant in esp8266 esp32 pico esphome; do
        pull "$variant" --url "$url/fw.bin"
        saw '.updated and .violations == 0 and .received == 300003' || return 1
        cmp stored fw.bin
    done
    pull esp32 --url "$url/fw.bin" --mode spiffs
    saw '.updated and .violations == 0'
}

@test "one that runs it, or its version, is told so" {
    image esp8266-app4m-wbec.bin
    serve esp8266-app4m-wbec.bin --fw-version 1.4
    pull esp8266 --url "$url/" --running esp8266-app4m-wbec.bin
    saw '.outcome == "no updates" and .status == 304 and .violations == 0'
    pull esp8266 --url "$url/" --version 1.4
    saw '.status == 304'
    pull esp8266 --url "$url/" --version 1.3
    saw '.updated and .version == "1.4"'
    pull esp8266 --url "$url/" --mode version
    saw '.outcome == "version told" and .version == "1.4" and .violations == 0'
    pull esp8266 --url "$url/" --free-space 100000
    saw '.status == 404 and .received == 0'
    pull esp32 --url "$url/"
    saw '.status == 404'
}

@test "an update entity reads the manifest, and fetches when the version differs" {
    image esp32c3-app-arduino-sam2695.bin
    mkdir www
    mv esp32c3-app-arduino-sam2695.bin www/kitchen.bin
    serve --dir www
    pull esphome-update --url "$url/kitchen.json" --chip ESP32-C3 --version 1
    saw '.updated and .violations == 0'
    cmp stored www/kitchen.bin
    version=$(curl -s "$url/kitchen.json" | jq -r .version)
    pull esphome-update --url "$url/kitchen.json" --chip ESP32-C3 --version "$version"
    saw '.outcome == "no updates"'
    pull esphome-update --url "$url/kitchen.json" --chip ESP32-S3 --version 1
    saw '.outcome == "there is no build for its chip"'
}

@test "user and password" {
    serve fw.bin --user me -a s3cr3t
    pull esp8266 --url "$url/fw.bin"
    saw '.status == 401'
    pull esp8266 --url "$url/fw.bin" --user me --password s3cr3t
    saw '.updated'
    pull esphome --url "$url/fw.bin" --user me --password s3cr3t
    saw '.updated and .violations == 0'
}

@test "a device that tells nothing of itself does not fetch for ever" {
    serve fw.bin
    for i in $(seq 10); do
        pull pico --url "$url/" --mac 28:CD:C1:00:00:01
        saw '.updated' && completed "$i" || return 1
    done
    pull pico --url "$url/" --mac 28:CD:C1:00:00:01
    saw '.status == 304'
    said "took this image 10 times"
    pull pico --url "$url/" --mac 28:CD:C1:00:00:02
    saw '.updated'
}

@test "how often is the user's to say, and another image starts the count anew" {
    serve --dir . --max-repeats 2
    for i in 1 2; do
        pull pico --url "$url/fw.bin" --mac 28:CD:C1:00:00:01
        saw '.updated' && completed "$i" || return 1
    done
    pull pico --url "$url/fw.bin" --mac 28:CD:C1:00:00:01
    saw '.status == 304'
    said "--max-repeats"
    printf '\351another image' >other.bin
    pull pico --url "$url/other.bin" --mac 28:CD:C1:00:00:01
    saw '.updated'
    completed 3
    pull pico --url "$url/fw.bin" --mac 28:CD:C1:00:00:01
    saw '.updated'
}

@test "who asks in the name of a device does not keep it from its update" {
    firmware 5000 old.bin 8
    serve fw.bin --max-repeats 3
    for i in 1 2 3; do
        pull esp32 --url "$url/" --mac 28:CD:C1:00:00:01
        saw '.updated' && completed "$i" || return 1
    done
    pull esp32 --url "$url/" --mac 28:CD:C1:00:00:01
    saw '.status == 304'
    # The device itself, which goes in a circle, three times.
    for i in 1 2 3; do
        pull esp32 --url "$url/" --mac 28:CD:C1:00:00:01 --running old.bin
        saw '.updated' && completed $((3 + i)) || return 1
    done
    pull esp32 --url "$url/" --mac 28:CD:C1:00:00:01 --running old.bin
    saw '.status == 304'
    said "still says it runs what it ran before"
}

@test "... or that there is no limit" {
    serve fw.bin --max-repeats 0
    for i in $(seq 12); do
        pull pico --url "$url/" --mac 28:CD:C1:00:00:01
        saw '.updated' && completed "$i" || return 1
    done
}

@test "a device that restarts at any step asks again" {
    for step in request data end; do
        serve fw.bin
        pull esp8266 --url "$url/fw.bin" --restart $step --reboot-ms 100
        saw '.session == 2 and .updated and .violations == 0'
        cmp stored fw.bin
        [ ! -e stored.part ]
        stop_serving
    done
}

# Its If-Range names what it had: of another file it gets all, if that is there
# before it is back.
finds_another() {
    cp first.bin next && mv next fw.bin
    rm -f saw stored
    "$BIN/espota-sim" pull --variant esp32 --timeout-ms 60000 --report saw --store stored --url "$url/fw.bin" \
        --restart data --resume --reboot-ms "${patience}000" >/dev/null 3>&- &
    local device=$!
    wait_for saw restart
    cp other.bin next && mv next fw.bin
    wait "$device"
    saw '.updated and .status == 200 and .violations == 0' && cmp stored other.bin
}

@test "a device that lost its power in the middle resumes, unless the file is another one" {
    serve fw.bin
    pull esp32 --url "$url/fw.bin" --restart data --resume --reboot-ms 100
    saw '.session == 2 and .updated and .status == 206 and .violations == 0 and .received == 300003'
    cmp stored fw.bin
    said "206 fw.bin"
    firmware 299999 other 8
    { printf '\351\001\002\100'; cat other; } >other.bin
    cp fw.bin first.bin
    patiently finds_another
}

@test "the PHP sample's devices, by a map" {
    firmware 1000 blue.bin 3
    printf '\351' | dd of=blue.bin conv=notrunc 2>/dev/null
    cat >fleet.ini <<INI
[AA:BB:CC:00:00:00]
firmware = fw.bin
version = DOOR-7-g14f53a19
[AA:BB:CC:00:00:01]
firmware = blue.bin
version = TEMP-1.0
INI
    serve --map fleet.ini
    pull esp8266 --url "$url/" --count 3 --version DOOR-7-g14f53a19 --store 'stored%d'
    jq -se 'map(select(.event == "session")) | sort_by(.device) | map(.status) == [304, 200, 404]' saw
    cmp stored1 blue.bin
}

@test "many slow devices at once, each whole" {
    firmware 200000 fw.bin 9
    printf '\351' | dd of=fw.bin conv=notrunc 2>/dev/null
    serve fw.bin --once 100
    timeout 180 "$BIN/espota-sim" pull --variant esp32 --url "$url/" --count 100 --rate 100K --timeout-ms 60000 --report saw \
        >/dev/null 3>&-
    jq -se 'map(select(.event == "session" and .updated)) | length == 100' saw
    wait "$pid"
    pid=
    [ "$(grep -c complete said)" = 100 ]
}
