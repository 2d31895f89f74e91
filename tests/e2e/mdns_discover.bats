#!/usr/bin/env bats
# Finding devices: discover, and --protocol auto, with simulated devices.

load lab

@test "a table, JSON, a filter and lines for fleet" {
    lab --no-mdns '
        sim arduino --port 8266 --mdns porch --password x
        sim arduino --profile esp32 --port 3300 --mdns attic
        sim esphome --port 3232 --mdns kitchen --key $KEY
        there porch attic kitchen
        espota discover; echo; espota discover --json
        echo; espota discover --filter "board=nothing" 2>&1 | sed "s/^/filtered: /"
        echo; espota discover --filter "board=ESP8266*"; echo; espota discover --as-targets'
    [ "$status" = 0 ]
    grep -qx 'filtered: espota-c: no device matches --filter' <<<"$output"
    table=$(sed '/^$/,$d' <<<"$output")
    [ "$(wc -l <<<"$table")" = 4 ]
    [[ ${lines[0]} == NAME*ADDRESS*PROTOCOL*PORT*WANTS*BOARD*PLATFORM*VERSION*MAC ]]
    grep -q '^attic  *10.77.0.2  *arduino  *3300  *none  *esp32 ' <<<"$table"
    grep -q '^kitchen  *10.77.0.2  *esphome  *3232  *key  *esp32dev  *ESP32  *2026.9.0  *027700000000$' <<<"$table"
    # the quotes of the board's definition are gone
    grep -q '^porch  *10.77.0.2  *arduino  *8266  *password  *ESP8266_WEMOS_D1MINI ' <<<"$table"
    json=$(grep '^{' <<<"$output")
    [ "$(jq -r 'select(.name == "kitchen") | "\(.host) \(.addresses[0]) \(.port) \(.protocol) \(.auth) \(.txt.network)"' <<<"$json")" = \
        "kitchen.local 10.77.0.2 3232 esphome key wifi" ]
    [ "$(grep -c '^porch' <<<"$output")" = 3 ] # table, filtered table, target
    grep -qx 'porch.local protocol=arduino port=8266' <<<"$output"
}

@test "200 devices on one link are all listed, twice in a row" {
    lab --no-mdns '
        sim esphome --mdns node --count 150
        sim esphome --platform esp8266 --mdns old --count 50
        there node-0 node-149 old-0 old-49
        for i in 1 2; do espota discover --json --timeout 10 >"$T/$i"; done'
    for i in 1 2; do
        [ "$(jq -r .name "$T/$i" | sort -u | wc -l)" = 200 ]
        [ "$(jq -r 'select(.addresses == ["10.77.0.2"] and .mac != null) | .name' "$T/$i" | wc -l)" = 200 ]
    done
}

@test "a lossy link: all of 20 are listed" {
    [ -w /dev/net/tun ] || skip "no TAP devices: no link can be shaped"
    lab --no-mdns --delay-ms 20 --loss-pct 10 --seed 5 '
        sim esphome --mdns node --count 20
        there node-0 node-19; espota discover --json --timeout 12'
    [ "$(jq -r .name <<<"$output" | sort -u | wc -l)" = 20 ]
}

@test "safe mode: a name without its service is told as such" {
    lab --no-mdns '
        sim esphome --port 3232 --mdns kitchen --safe-mode
        there kitchen
        espota discover; echo "status $?"; espota discover --json kitchen; espota discover hall; echo "status $?"'
    [[ $output == *"no device announced itself"*"status 0"* ]]
    [ "$(grep '^{' <<<"$output" | jq -r '.host + " " + .addresses[0] + " " + .remark')" = \
        "kitchen.local 10.77.0.2 answers to its name but announces no service: it may be in safe mode" ]
    [[ $output == *"espota-c: hall: no answer to mDNS"*"status 10"* ]]
}

@test "--watch tells who comes, updates and leaves" {
    lab --no-mdns '
        : >"$T/news"; "$BIN/espota-c" discover --watch --json >>"$T/news" & watch=$!
        told() { timeout 60 sh -c "until [ \$(wc -l <\$1) -ge $1 ]; do sleep 0.05; done" sh "$T/news"; };
        sim esphome --port 3232 --mdns kitchen --reboot-ms 2500
        told 1
        espota -q -i kitchen.local -f "$image"
        told 3; kill -INT $watch; wait $watch; echo "status $?"'
    cat "$T/news"
    [[ $output == "status 0" ]]
    [ "$(jq -r .event "$T/news" | tr '\n' ' ')" = "appeared left appeared " ]
}

@test "values that would drive a terminal are escaped" {
    lab --no-mdns '
        sim arduino --mdns "$(printf "a\033[2Jb")"; sim arduino --mdns other
        there other; espota discover'
    [[ $output == *'a\x1b[2Jb'* ]]
    [[ $output != *$'\033'* ]]
}

@test "auto: the records decide, and tell the port" {
    lab --no-mdns '
        sim arduino --profile esp32 --port 3399 --mdns attic
        sim esphome --platform esp8266 --port 8266 --mdns kitchen
        "$MKIMAGE" esp8266 300K 1.0.0 "$image.8266"
        there attic kitchen
        espota -v --json -i attic.local -f "$image"; echo "status $?"
        espota -v --json -i kitchen -f "$image.8266"; echo "status $?"'
    [ "$(grep -c '^status 0' <<<"$output")" = 2 ]
    [[ $output == *"it speaks arduino: it announces _arduino._tcp"* ]]
    [[ $output == *"it speaks esphome: it announces _esphomelib._tcp"* ]]
    [ "$(grep '^{' <<<"$output" | jq -r 'select(.event == "hello") | .protocol + ": " + .decided' | tr '\n' ',')" = \
        "arduino: it announces _arduino._tcp,esphome: it announces _esphomelib._tcp," ]
}

@test "auto: a port of HTTP in a record of ArduinoOTA, and ESPHome without API" {
    lab --no-mdns '
        sim web --profile sketch --port 65280 --mdns shed --password x
        sim esphome --port 3232 --mdns attic --no-api
        sim web --profile esphome-idf --mdns printer
        there shed attic printer
        espota discover --json
        espota -i shed -f "$image" -a x 2>&1; echo "status $?"
        espota --json -q -i shed -p 65280 -f "$image" --protocol web --profile sketch -a x; echo "status $?"
        espota --json -q -i attic -f "$image"; echo "status $?"'
    [ "$(grep '^{' <<<"$output" | jq -r 'select(.name != null) | "\(.name) \(.protocol) \(.port) \(.auth)"' | sort | tr '\n' ',')" = \
        "attic esphome null null,shed web 65280 password," ]
    # A record is no reason to tell a password in the clear; the user is one.
    [[ $output == *"wants the password in the clear"*"hint: "*"--protocol web"* ]]
    [ "$(grep -c '^status 24' <<<"$output")" = 1 ]
    [ "$(grep -c '^status 0' <<<"$output")" = 2 ]
    [ "$(grep '^{' <<<"$output" | jq -r 'select(.event == "hello") | "\(.protocol) \(.auth): \(.decided)"' | tr '\n' ',')" = \
        "web basic: null,esphome none: it announces _http._tcp," ]
    # However fast it went.
    [ "$(grep '^{' <<<"$output" | jq -r 'select(.event == "phase" and .phase == "data") | .dev' | tr '\n' ',')" = "shed,attic," ]
    [ "$(grep '^{' <<<"$output" | jq -r 'select(.event == "progress" and (.pct == 0 or .pct == 100)) | .pct' | tr '\n' ',')" = 0,100,0,100, ]
}

@test "auto: a dry run refuses what the run refuses, and calls nobody" {
    lab --no-mdns '
        sim esphome --platform esp8266 --port 8266 --mdns attic
        sim esphome --port 3232 --mdns porch
        there attic porch
        for dry in --dry-run ""; do
            espota $dry -q -i attic -f "$image" --retry 0; echo "attic $?"
            espota $dry -q -i porch -f "$image" --type filesystem --key $KEY --retry 0; echo "key $?"
        done
        espota --dry-run -q -i porch -f "$image" --retry 0; echo "porch $?"
        espota --dry-run -q -i 10.77.0.2 -f "$image" --retry 0; echo "address $?"
        printf "attic.local\nporch.local\n" | espota fleet - --dry-run -q -f "$image" --canary 1 --rate 1; echo "fleet $?"
        cat "$sim_out"'
    # attic is an ESP8266; porch has no key, which only a real run can know.
    [ "$(grep -c '^attic 3$' <<<"$output")" = 2 ]
    [ "$(grep -c '^porch 0$' <<<"$output")" = 1 ]
    [ "$(grep -c '^address 0$' <<<"$output")" = 1 ]
    [ "$(grep -c '^fleet 41$' <<<"$output")" = 1 ]
    [ "$(grep -c '^key 3$' <<<"$output")" = 2 ] # an app is no filesystem
    [[ $output != *'"event":"session"'* ]]
}

@test "auto: in safe mode the port decides, within three seconds" {
    lab --no-mdns '
        sim esphome --port 3232 --mdns kitchen --safe-mode
        there kitchen; espota --json -q -i kitchen.local -f "$image"'
    [ "$(jq -r 'select(.event == "hello") | .protocol + ": " + .decided' <<<"$output")" = "esphome: port 3232 takes a TCP connection" ]
    [ "$(jq -r 'select(.event == "hello") | .t_ms' <<<"$output")" -le 15000 ]
    [ "$(jq -r 'select(.event == "device_end") | .outcome' <<<"$output")" = updated ]
}

@test "a fleet of those that announce themselves" {
    lab --no-mdns '
        sim esphome --port 3232 --mdns kitchen
        there kitchen
        espota fleet "mdns:platform=ESP82*" -q -f "$image"; echo "status $?"
        espota fleet "mdns:platform" -q -f "$image"; echo "status $?"
        espota fleet "mdns:platform=ESP32,name=kit*" --json -q -f "$image" |
            jq -r "select(.event == \"device_end\") | \"\(.dev) \(.outcome)\""'
    [[ $output == *"the targets name no device"*"status 2"*"a filter is KEY=GLOB"*"status 2"* ]]
    [ "${lines[-1]}" = "kitchen.local updated" ]
}
