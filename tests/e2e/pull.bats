#!/usr/bin/env bats
# pull.bats -- simulated devices fetch from "serve", each by its own updater.

load serve

setup() {
    serve_begin
    esp_firmware 300003 fw.bin 7
}

@test "every kind of device gets the image, and what it needs around it" {
    start_server fw.bin
    for variant in esp8266 esp32 pico esphome; do
        fetch "$variant" --url "$url/fw.bin"
        expect_last '.updated and .violations == 0 and .received == 300003' || return 1
        expect_stored fw.bin
    done
    fetch esp32 --url "$url/fw.bin" --mode spiffs
    expect_last '.updated and .violations == 0'
}

@test "one that runs it, or its version, is told so" {
    real_image esp8266-app4m-wbec.bin
    start_server esp8266-app4m-wbec.bin --fw-version 1.4
    fetch esp8266 --url "$url/" --running esp8266-app4m-wbec.bin
    expect_last '.outcome == "no updates" and .status == 304 and .violations == 0'
    fetch esp8266 --url "$url/" --version 1.4
    expect_last '.status == 304'
    fetch esp8266 --url "$url/" --version 1.3
    expect_last '.updated and .version == "1.4"'
    fetch esp8266 --url "$url/" --mode version
    expect_last '.outcome == "version told" and .version == "1.4" and .violations == 0'
    fetch esp8266 --url "$url/" --free-space 100000
    expect_last '.status == 404 and .received == 0'
    fetch esp32 --url "$url/"
    expect_last '.status == 404'
}

@test "an update entity reads the manifest, and fetches when the version differs" {
    real_image esp32c3-app-arduino-sam2695.bin
    mkdir www
    mv esp32c3-app-arduino-sam2695.bin www/kitchen.bin
    start_server --dir www
    fetch esphome-update --url "$url/kitchen.json" --chip ESP32-C3 --version 1
    expect_last '.updated and .violations == 0'
    expect_stored www/kitchen.bin
    version=$(curl -s "$url/kitchen.json" | jq -r .version)
    fetch esphome-update --url "$url/kitchen.json" --chip ESP32-C3 --version "$version"
    expect_last '.outcome == "no updates"'
    fetch esphome-update --url "$url/kitchen.json" --chip ESP32-S3 --version 1
    expect_last '.outcome == "there is no build for its chip"'
}

@test "user and password" {
    start_server fw.bin --user me -a s3cr3t
    fetch esp8266 --url "$url/fw.bin"
    expect_last '.status == 401'
    fetch esp8266 --url "$url/fw.bin" --user me --password s3cr3t
    expect_last '.updated'
    fetch esphome --url "$url/fw.bin" --user me --password s3cr3t
    expect_last '.updated and .violations == 0'
}

@test "a device that tells nothing of itself does not fetch for ever" {
    start_server fw.bin
    for i in $(seq 10); do
        fetch pico --url "$url/" --mac 28:CD:C1:00:00:01
        expect_last '.updated' && expect_complete "$i" || return 1
    done
    fetch pico --url "$url/" --mac 28:CD:C1:00:00:01
    expect_last '.status == 304'
    expect_said "took this image 10 times"
    fetch pico --url "$url/" --mac 28:CD:C1:00:00:02
    expect_last '.updated'
}

@test "how often is the user's to say, and another image starts the count anew" {
    start_server --dir . --max-repeats 2
    for i in 1 2; do
        fetch pico --url "$url/fw.bin" --mac 28:CD:C1:00:00:01
        expect_last '.updated' && expect_complete "$i" || return 1
    done
    fetch pico --url "$url/fw.bin" --mac 28:CD:C1:00:00:01
    expect_last '.status == 304'
    expect_said "--max-repeats"
    printf '\351another image' >other.bin
    fetch pico --url "$url/other.bin" --mac 28:CD:C1:00:00:01
    expect_last '.updated'
    expect_complete 3
    fetch pico --url "$url/fw.bin" --mac 28:CD:C1:00:00:01
    expect_last '.updated'
}

@test "who asks in the name of a device does not keep it from its update" {
    firmware 5000 old.bin 8
    start_server fw.bin --max-repeats 3
    for i in 1 2 3; do
        fetch esp32 --url "$url/" --mac 28:CD:C1:00:00:01
        expect_last '.updated' && expect_complete "$i" || return 1
    done
    fetch esp32 --url "$url/" --mac 28:CD:C1:00:00:01
    expect_last '.status == 304'
    # The device itself, which goes in a circle, three times.
    for i in 1 2 3; do
        fetch esp32 --url "$url/" --mac 28:CD:C1:00:00:01 --running old.bin
        expect_last '.updated' && expect_complete $((3 + i)) || return 1
    done
    fetch esp32 --url "$url/" --mac 28:CD:C1:00:00:01 --running old.bin
    expect_last '.status == 304'
    expect_said "still says it runs what it ran before"
}

@test "... or that there is no limit" {
    start_server fw.bin --max-repeats 0
    for i in $(seq 12); do
        fetch pico --url "$url/" --mac 28:CD:C1:00:00:01
        expect_last '.updated' && expect_complete "$i" || return 1
    done
}

@test "a device that restarts at any step asks again" {
    for step in request data end; do
        start_server fw.bin
        fetch esp8266 --url "$url/fw.bin" --restart $step --reboot-ms 100
        expect_last '.session == 2 and .updated and .violations == 0'
        expect_stored fw.bin
        [ ! -e "$sim_store.part" ]
        stop_server
    done
}

# Its If-Range names what it had: of another file it gets all, if that is there
# before it is back.
finds_another() {
    cp first.bin next && mv next fw.bin
    rm -f "$sim_store" "$sim_out"
    start fetch esp32 --url "$url/fw.bin" --restart data --resume --reboot-ms "${patience}000"
    wait_for "$sim_out" restart
    cp other.bin next && mv next fw.bin
    wait "$pid"
    expect_last '.updated and .status == 200 and .violations == 0' && expect_stored other.bin
}

@test "a device that lost its power in the middle resumes, unless the file is another one" {
    start_server fw.bin
    fetch esp32 --url "$url/fw.bin" --restart data --resume --reboot-ms 100
    expect_last '.session == 2 and .updated and .status == 206 and .violations == 0 and .received == 300003'
    expect_stored fw.bin
    expect_said "206 fw.bin"
    esp_firmware 300003 other.bin 8
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
    start_server --map fleet.ini
    fetch esp8266 --url "$url/" --count 3 --version DOOR-7-g14f53a19 --store "$T/stored%d"
    grep '^{' "$sim_out" | jq -se 'map(select(.event == "session")) | sort_by(.device) | map(.status) == [304, 200, 404]'
    cmp stored1 blue.bin
}

@test "many slow devices at once, each whole" {
    firmware 200000 fw.bin 9
    printf '\351' | dd of=fw.bin conv=notrunc 2>/dev/null
    start_server fw.bin --once 100
    fetch esp32 --url "$url/" --count 100 --rate 100K --store "$T/stored%d"
    grep '^{' "$sim_out" | jq -se 'map(select(.event == "session" and .updated)) | length == 100'
    wait "$server_pid"
    [ "$(grep -c complete serve.err)" = 100 ]
}
