# The command lines by which today's tools call espota.py, word for word, and
# a device whose protocol nobody names.

bats_require_minimum_version 1.5.0

setup() {
    load arduino.bash
    images
    # As signed builds leave it; not wanted here.
    rm -f "$app8266.signed"
}

teardown() {
    done_with_device
}

# Sets address: for a device at its usual port, beside other runs of this file.
own_address() { address=127.$(($$ / 250 % 250 + 1)).$(($$ % 250 + 1)).32; }

# tool ARG...: as another program would call us.
tool() {
    cd "$BATS_TEST_TMPDIR" || return
    discreetly timeout 180 "$BIN/espota-c" "$@" </dev/null 3>&-
}

@test "ESP8266 core: python's -I, then the script" {
    device --password s3cr3t
    run tool -I /opt/esp8266/tools/espota.py -i 127.0.0.1 -p "$port" --auth=s3cr3t -f "$app8266"
    ended 0 "Uploading.........."
    [[ $output != *'%'* ]]
}

@test "ESP8266 core up to 2.7.4, no password: --auth= is empty" {
    device
    run tool /opt/esp8266/tools/espota.py -i 127.0.0.1 -p "$port" --auth= -f "$app8266"
    ended 0
}

@test "Pico core" {
    device --profile pico --password s3cr3t
    run tool -I /opt/pico/tools/espota.py -i 127.0.0.1 -p "$port" --auth=s3cr3t -f "$other" --force
    ended 0
}

@test "ESP32 core: -r, and a bar" {
    device --profile esp32 --password s3cr3t
    run tool -r -i 127.0.0.1 -p "$port" --auth=s3cr3t -f "$app32"
    ended 0 "100%"
}

@test "ESP32 core, IDE 2 that expands no templates: the usual port" {
    own_address
    device --profile esp32 --bind "$address" --port 3232
    run tool -r -i "$address" -p '{upload.port.properties.port}' \
        --auth='{upload.field.password}' -f "$app32"
    ended 0 '{upload.port.properties.port}'
}

@test "the usual ports by chip: ESP8266 8266" {
    own_address
    device --bind "$address" --port 8266
    run tool -i "$address" -f "$app8266"
    ended 0
}

# That range is neither the system's nor where espota-sim --count takes rows.
@test "PlatformIO espressif8266" {
    device --password s3cr3t
    run tool /pio/espota.py --debug --progress -i 127.0.0.1 --port="$port" --auth=s3cr3t \
        --host_port=61300-61399 -f "$app8266"
    ended 0
    saw '.host_port >= 61300 and .host_port <= 61399'
}

@test "PlatformIO espressif32, file system" {
    device --profile esp32
    run tool /pio/espota.py --debug --progress -i 127.0.0.1 --port "$port" --spiffs -f "$fs"
    ended 0
    saw '.command == 100'
}

@test "PlatformIO raspberrypi: port 2040" {
    own_address
    device --profile pico --bind "$address" --port 2040
    run tool /pio/espota.py --debug --progress -i "$address" -p 2040 -f "$other" --force
    ended 0
}

@test "the LittleFS plugin of IDE 2" {
    device
    run tool espota.py -i 127.0.0.1 -p "$port" -f "$fs" -s
    ended 0
    saw '.command == 100'
    stop_device
    device --profile esp32
    run tool -r -i 127.0.0.1 -p "$port" -f "$fs" -s
    ended 0
}

@test "HomeDing: -d -r, a fixed port" {
    device --password 123
    ours=$(free_port)
    run tool -d -r -i 127.0.0.1 -P "$ours" -p "$port" -a 123 -f "$app8266"
    ended 0
    saw ".host_port == $ours"
}

@test "long options by their beginnings, bundles, the last one wins" {
    device
    run tool -dr --ip 127.0.0.1 --port=1 --port "$port" --prog --file="$app8266"
    ended 0
}

@test "a signed image beside it is sent, and that is said; --no-signed" {
    device
    openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$BATS_TEST_TMPDIR/key.pem" 2>/dev/null
    chmod 600 "$BATS_TEST_TMPDIR/key.pem"
    "$BIN/espota-c" sign "$app8266" --key "$BATS_TEST_TMPDIR/key.pem"
    run tool -i 127.0.0.1 -p "$port" -f "$app8266" --force
    ended 0 "$app8266.signed"
    cmp "$app8266.signed" "$BATS_TEST_TMPDIR/stored"
    stop_device
    device
    run tool -i 127.0.0.1 -p "$port" -f "$app8266" --no-signed
    ended 0
    cmp "$app8266" "$BATS_TEST_TMPDIR/stored"
    rm -f "$app8266.signed"
}

@test "failures exit 1 for scripts that know no other status" {
    device --password s3cr3t
    ESPOTA_EXIT=simple run tool -i 127.0.0.1 -p "$port" -a wrong -f "$app8266"
    ended 1
}

# ---- nobody says what it speaks ----

@test "auto: a port that refuses TCP is ArduinoOTA, at once" {
    device
    run tool -v -i 127.0.0.1 -p "$port" -f "$app8266"
    ended 0 "it speaks arduino"
}

@test "auto: a TCP connection is ESPHome, and is gone on with" {
    "$BIN/espota-sim" esphome --platform esp8266 --report "$BATS_TEST_TMPDIR/seen" \
        >"$BATS_TEST_TMPDIR/device.out" 3>&- &
    pid=$!
    eventually is_up "$BATS_TEST_TMPDIR/device.out"
    port=$(sed -n 's/.*:\([0-9]*\)$/\1/p' "$BATS_TEST_TMPDIR/device.out")
    run tool -v -i 127.0.0.1 -p "$port" -f "$app8266"
    ended 0 "it speaks esphome"
    seen=$BATS_TEST_TMPDIR/seen
    # One connection, not one to look and one to flash.
    saw '.session == 1 and .outcome == "updated"'
}

@test "auto: neither answers" {
    device
    stop_device
    run tool -i 127.0.0.1 -p "$port" -f "$app8266" --retry 0
    ended 11 "nor does it answer ArduinoOTA's invitations"
}

@test "auto: a file system image can only be for ArduinoOTA" {
    device
    run tool -v -i 127.0.0.1 -p "$port" -s -f "$fs"
    ended 0 "it speaks arduino"
}
