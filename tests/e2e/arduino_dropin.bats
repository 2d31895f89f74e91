# The command lines by which today's tools call espota.py, word for word, and
# a device whose protocol nobody names.

load arduino

setup() {
    arduino_begin
    # As signed builds leave it; not wanted here.
    rm -f "$app8266.signed"
}

# Sets address: for a device at its usual port, beside other runs of this file.
own_address() { address=127.$(($$ / 250 % 250 + 1)).$(($$ % 250 + 1)).32; }

@test "ESP8266 core: python's -I, then the script" {
    start_sim arduino --password s3cr3t
    espota -I /opt/esp8266/tools/espota.py -i 127.0.0.1 -p "$sim_port" --auth=s3cr3t -f "$app8266"
    expect_status 0 "Uploading.........."
    refuse_stderr '%'
}

@test "ESP8266 core up to 2.7.4, no password: --auth= is empty" {
    start_sim arduino
    espota /opt/esp8266/tools/espota.py -i 127.0.0.1 -p "$sim_port" --auth= -f "$app8266"
    expect_status 0
}

@test "Pico core" {
    start_sim arduino --profile pico --password s3cr3t
    espota -I /opt/pico/tools/espota.py -i 127.0.0.1 -p "$sim_port" --auth=s3cr3t -f "$other" --force
    expect_status 0
}

@test "ESP32 core: -r, and a bar" {
    start_sim arduino --profile esp32 --password s3cr3t
    espota -r -i 127.0.0.1 -p "$sim_port" --auth=s3cr3t -f "$app32"
    expect_status 0 "100%"
}

@test "ESP32 core, IDE 2 that expands no templates: the usual port" {
    own_address
    start_sim arduino --profile esp32 --bind "$address" --port 3232
    espota -r -i "$address" -p '{upload.port.properties.port}' \
        --auth='{upload.field.password}' -f "$app32"
    expect_status 0 '{upload.port.properties.port}'
}

@test "the usual ports by chip: ESP8266 8266" {
    own_address
    start_sim arduino --bind "$address" --port 8266
    espota -i "$address" -f "$app8266"
    expect_status 0
}

# That range is neither the system's nor where espota-sim --count takes rows.
@test "PlatformIO espressif8266" {
    start_sim arduino --password s3cr3t
    espota /pio/espota.py --debug --progress -i 127.0.0.1 --port="$sim_port" --auth=s3cr3t \
        --host_port=61300-61399 -f "$app8266"
    expect_status 0
    expect_last '.host_port >= 61300 and .host_port <= 61399'
}

@test "PlatformIO espressif32, filesystem" {
    start_sim arduino --profile esp32
    espota /pio/espota.py --debug --progress -i 127.0.0.1 --port "$sim_port" --spiffs -f "$fs"
    expect_status 0
    expect_last '.command == 100'
}

@test "PlatformIO raspberrypi: port 2040" {
    own_address
    start_sim arduino --profile pico --bind "$address" --port 2040
    espota /pio/espota.py --debug --progress -i "$address" -p 2040 -f "$other" --force
    expect_status 0
}

@test "the LittleFS plugin of IDE 2" {
    start_sim arduino
    espota espota.py -i 127.0.0.1 -p "$sim_port" -f "$fs" -s
    expect_status 0
    expect_last '.command == 100'
    start_sim arduino --profile esp32
    espota -r -i 127.0.0.1 -p "$sim_port" -f "$fs" -s
    expect_status 0
}

@test "HomeDing: -d -r, a fixed port" {
    start_sim arduino --password 123
    ours=$(free_port)
    espota -d -r -i 127.0.0.1 -P "$ours" -p "$sim_port" -a 123 -f "$app8266"
    expect_status 0
    expect_last ".host_port == $ours"
}

@test "long options by their beginnings, bundles, the last one wins" {
    start_sim arduino
    espota -dr --ip 127.0.0.1 --port=1 --port "$sim_port" --prog --file="$app8266"
    expect_status 0
}

@test "a signed image beside it is sent, and that is said; --no-signed" {
    start_sim arduino
    openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out key.pem 2>/dev/null
    chmod 600 key.pem
    "$ESPOTA" sign "$app8266" --key key.pem
    espota -i 127.0.0.1 -p "$sim_port" -f "$app8266" --force
    expect_status 0 "$app8266.signed"
    expect_stored "$app8266.signed"
    start_sim arduino
    espota -i 127.0.0.1 -p "$sim_port" -f "$app8266" --no-signed
    expect_status 0
    expect_stored "$app8266"
    rm -f "$app8266.signed"
}

@test "failures exit 1 for scripts that know no other status" {
    start_sim arduino --password s3cr3t
    ESPOTA_EXIT=simple espota -i 127.0.0.1 -p "$sim_port" -a wrong -f "$app8266"
    expect_status 1
}

# ---- nobody says what it speaks ----

@test "auto: a port that refuses TCP is ArduinoOTA, at once" {
    start_sim arduino
    espota -v -i 127.0.0.1 -p "$sim_port" -f "$app8266"
    expect_status 0 "it speaks arduino"
}

@test "auto: a TCP connection is ESPHome, and is gone on with" {
    start_sim esphome --platform esp8266
    espota -v -i 127.0.0.1 -p "$sim_port" -f "$app8266"
    expect_status 0 "it speaks esphome"
    # One connection, not one to look and one to flash.
    expect_last '.session == 1 and .outcome == "updated"'
}

@test "auto: neither answers" {
    start_sim arduino
    stop_sim
    espota -i 127.0.0.1 -p "$sim_port" -f "$app8266" --retry 0
    expect_status 11 "nor does it answer ArduinoOTA's invitations"
}

@test "auto: a filesystem image can only be for ArduinoOTA" {
    start_sim arduino
    espota -v -i 127.0.0.1 -p "$sim_port" -s -f "$fs"
    expect_status 0 "it speaks arduino"
}
