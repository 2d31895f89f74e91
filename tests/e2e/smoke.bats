#!/usr/bin/env bats
# Each protocol once, and each way to a name: what a build of the programs must
# do at the least, on whatever it runs.

load lab
load serve

setup() { story_begin; }
teardown() { story_end; }

took() { # AUTH
    expect_status 0
    expect_sim .auth "$1"
    expect_stored "$image"
}

@test "ESPHome, a password in SHA-256, by the name localhost" {
    make_image esp8266 256K
    start_sim esphome --platform esp8266 --auth sha256 --password hunter2
    sim_host=localhost
    flash -4 -a hunter2
    took sha256
}

@test "ESPHome, encrypted by Noise" {
    make_image esp32 256K
    start_sim esphome --key $KEY
    flash --key $KEY
    took noise
}

@test "ArduinoOTA, a password in MD5" {
    make_image esp8266 256K
    start_sim arduino --profile esp8266 --password hunter2
    flash -a hunter2
    expect_status 0 updated
    expect_stored "$image"
}

@test "ArduinoOTA, a password in PBKDF2" {
    make_image esp32 256K
    start_sim arduino --profile esp32 --password hunter2
    flash -a hunter2 --min-auth sha256
    expect_status 0 updated
    expect_stored "$image"
}

@test "a web page, with a login" {
    need_built libcurl
    make_image esp32 256K
    start_sim web --profile esphome --password hunter2
    flash --profile esphome -a hunter2
    expect_status 0 updated
    expect_stored "$image"
}

@test "served over HTTP" {
    need_built libmicrohttpd
    make_image esp32 256K
    start_server "$image" --bind 127.0.0.1
    curl -s -f -o got "$url/${image##*/}"
    cmp got "$image"
}

@test "an ESPHome device by its name in .local" {
    lab_or_skip
    lab --no-mdns 'sim esphome --platform esp32 --port 3232 --mdns kitchen --store "$T/stored"
        there kitchen
        espota -i kitchen.local -f "$image" --retry 0'
    [ "$status" = 0 ]
    cmp "$T/stored" "$image"
}
