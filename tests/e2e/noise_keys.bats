#!/usr/bin/env bats
# Encrypted uploads: a key means encrypted, or not at all.

load helpers

KEY=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=
OTHER=//////////////////////////////////////////8=

# start_keyed CHIP OPTION...: with a password too, which is only for the clear.
start_keyed() {
    make_image "$1" 256K
    start_sim esphome --platform "$1" --password hunter2 "${@:2}"
}

# takes GZIP: the upload went well, encrypted.
takes() {
    expect_status 0
    expect_sim .outcome updated
    expect_sim .auth noise
    expect_sim .gzip "$1"
    expect_no_violations
    expect_stored "$image"
}

# refuses STATUS TEXT: with words for people, and nothing of the image sent.
refuses() {
    expect_status "$1"
    expect_stderr "$2"
    expect_sim .received 0
    refuse_stderr "$KEY"
    refuse_stderr "$OTHER"
}

# ---- the right key

@test "the right key" { start_keyed esp32 --key $KEY; flash --key $KEY; takes false; }
@test "the right key, gzip" { start_keyed esp8266 --key $KEY; flash --key $KEY; takes true; }
@test "the right key where it is required" {
    start_keyed esp32 --key $KEY --require-encryption
    flash --key $KEY
    takes false
}
@test "the right key where it is required, gzip" {
    start_keyed esp8266 --key $KEY --require-encryption
    flash --key $KEY --require-encryption
    takes true
}
@test "key and password: the password is not sent" {
    start_keyed esp32 --key $KEY
    flash --key $KEY -a hunter2
    takes false
}
@test "lock-step, and never gzip" {
    start_keyed esp8266 --key $KEY
    flash --key $KEY --window lockstep --compress never
    takes false
    [ "$(sim_field .max_ahead)" -le 8192 ] || no "more than a block ahead"
}
@test "version 1 has no acknowledgements" {
    start_keyed esp32 --key $KEY --protocol-version 1
    flash --key $KEY
    takes false
    expect_sim .acks 0
}
@test "two blocks under way for an ESP32, acknowledged when received" {
    start_keyed esp32 --key $KEY --ack received
    flash --key $KEY
    takes false
    expect_sim .acks 32
}
@test "round trips: one more than in the clear without a password" {
    make_image esp32 256K
    start_sim esphome --key $KEY
    flash --key $KEY
    takes false
    expect_sim .round_trips_before_data 5
}
@test "--json says that it was encrypted" {
    start_keyed esp32 --key $KEY
    flash --key $KEY --json
    takes false
    expect_event hello .auth noise
    expect_event device_end .code ok
    refuse -F "$KEY" out
}
@test "-vvv shows frames, not the key" {
    start_keyed esp32 --key $KEY
    flash --key $KEY -vvv
    takes false
    refuse_stderr "$KEY"
    refuse_stderr "00 01 02 03 04 05 06 07"
}

# ---- the wrong key

@test "a wrong key" {
    start_keyed esp32 --key $OTHER
    flash --key $KEY
    refuses 20 "Handshake MAC failure"
    expect_stderr "hint: give the key of the firmware the device runs now"
}
@test "a wrong key, gzip" { start_keyed esp8266 --key $OTHER; flash --key $KEY; refuses 20 "refused the encryption key"; }
@test "a wrong key where it is required" {
    start_keyed esp32 --key $OTHER --require-encryption
    flash --key $KEY -a hunter2
    refuses 20 "Handshake MAC failure"
}
@test "a wrong key is no reason to try a second password" {
    start_keyed esp32 --key $OTHER
    printf 'one\n' >a
    printf 'two\n' >b
    chmod 600 a b
    flash --key $KEY --auth-file a --auth-file b
    refuses 20 "Handshake MAC failure"
    expect_sessions 1
}

# ---- no key

@test "no key where one is required" {
    start_keyed esp32 --key $KEY --require-encryption
    flash -a hunter2
    refuses 24 "0x94"
    expect_stderr "--key"
}
@test "no key where one is required, gzip" {
    start_keyed esp8266 --key $KEY --require-encryption
    flash -a hunter2
    refuses 24 "the device takes encrypted uploads only"
}
@test "no key where one is offered: in the clear, with the password, and told so" {
    start_keyed esp32 --key $KEY --fault close@data --fault-sessions 1
    flash -a hunter2 --retry 1 --retry-delay 0
    expect_status 0
    expect_sim .auth sha256 2
    expect_stored "$image"
    expect_stderr "warning: the device offers encryption, and the image goes in the clear"
    [ "$(grep -c "in the clear" "$T/err")" = 1 ] || no "told more than once"
}
@test "no key where one is offered: the events tell it" {
    start_keyed esp32 --key $KEY
    flash -a hunter2 --json
    expect_status 0
    expect_event warning .code cleartext
}
@test "nothing of the clear where there is no other way, nor where it is encrypted" {
    start_keyed esp32
    flash -a hunter2
    expect_status 0
    refuse_stderr "in the clear"
    start_keyed esp32 --key $KEY
    flash --key $KEY
    expect_status 0
    refuse_stderr "in the clear"
}
@test "no key and no password, or a wrong one: the hint offers the key" {
    start_keyed esp32 --key $KEY
    flash
    refuses 4 "wants a password and none was given"
    expect_stderr "--key (usually the api key of its YAML)"
    refuse_stderr "in the clear"
    start_keyed esp32 --key $KEY
    flash -a hunter3
    refuses 20 "(0x82)"
    expect_stderr "--key (usually the api key of its YAML)"
}
@test "a device that is asked for a password only has no key to offer" {
    start_keyed esp32
    flash
    refuses 4 "wants a password and none was given"
    refuse_stderr "--key"
}
@test "a password inside the encryption: answered" {
    start_keyed esp32 --key $KEY --fault challenge
    flash --key $KEY -a hunter2 --json
    expect_status 0
    expect_event hello .auth noise
    expect_sim .auth sha256
    expect_no_violations
    expect_stored "$image"
}
@test "a password inside the encryption: the second of two" {
    start_keyed esp8266 --key $KEY --fault challenge
    printf 'one\n' >a
    printf 'hunter2\n' >b
    chmod 600 a b
    flash --key $KEY --auth-file a --auth-file b
    expect_status 0
    expect_sim .code 0x82
    expect_sim .outcome updated 2
}
@test "a password inside the encryption: none given" {
    start_keyed esp32 --key $KEY --fault challenge
    flash --key $KEY
    refuses 4 "wants a password and none was given"
    refuse_stderr "--key"
}
@test "no key where one is offered, but encryption is required" {
    start_keyed esp32 --key $KEY
    flash -a hunter2 --require-encryption
    refuses 4 "no key was given"
}

# ---- not offered

@test "a key, and the device does not offer" {
    start_keyed esp32
    flash --key $KEY -a hunter2
    refuses 24 "does not offer encryption"
    expect_sim .client_features 15
}
@test "a key, and the device does not offer, gzip" {
    start_keyed esp8266
    flash --key $KEY -a hunter2
    refuses 24 "does not offer encryption"
}
@test "a key, and firmware that knows nothing of it" {
    start_keyed esp8266 --firmware 2025.10
    flash --key $KEY -a hunter2
    refuses 24 "does not offer encryption"
}
@test "encryption required, and the device does not offer" {
    start_keyed esp32
    flash -a hunter2 --require-encryption
    refuses 24 "encryption is required, and the device does not offer it"
    expect_sim .client_features 7
}

# ---- where keys come from

@test "a key from a file" {
    start_keyed esp32 --key $KEY --require-encryption
    printf '%s\r\nand a comment\n' $KEY >key
    chmod 600 key
    flash --key-file key
    takes false
    refuse_stderr "every user can read it"
}
@test "a key from a file that everybody can read" {
    start_keyed esp32 --key $KEY
    echo $KEY >key
    chmod 644 key
    flash --key-file key
    takes false
    expect_stderr "every user can read it"
}
@test "a key from the environment" {
    start_keyed esp32 --key $KEY
    ESPOTA_KEY=$KEY flash
    takes false
}
@test "a key file from the environment" {
    start_keyed esp32 --key $KEY
    echo $KEY >key
    ESPOTA_KEY_FILE=$T/key flash
    takes false
}
@test "the option is stronger than the environment" {
    start_keyed esp32 --key $KEY
    echo $KEY >key
    ESPOTA_KEY=$OTHER flash --key-file key
    takes false
}
@test "a key, and what is required, from a configuration file" {
    start_keyed esp32 --key $KEY --require-encryption
    printf '[defaults]\nkey = %s\nrequire-encryption = yes\n' $KEY >conf
    chmod 600 conf
    flash --config conf
    takes false
}
@test "each device its own key, from a configuration file" {
    start_keyed esp32 --key $KEY --require-encryption
    local port=$sim_port out=$sim_out
    start_sim esphome --key $OTHER --require-encryption
    cat >conf <<-END
	[defaults]
	require-encryption = yes
	retry = 0
	[device kitchen]
	ip = 127.0.0.1
	port = $port
	key = $KEY
	[device garage]
	ip = 127.0.0.1
	port = $sim_port
	key = $OTHER
	END
    chmod 600 conf
    espota -i kitchen -i garage -f "$image" --config conf --protocol esphome
    expect_status 0
    takes false
    sim_out=$out
    takes false
}
@test "what is required, from the environment" {
    start_keyed esp32
    ESPOTA_REQUIRE_ENCRYPTION=yes flash -a hunter2
    refuses 24 "encryption is required"
}
@test "--min-auth from the environment" {
    make_image esp32 256K
    start_sim esphome --password hunter2 --auth md5
    ESPOTA_MIN_AUTH=sha256 flash -a hunter2
    expect_status 24
}

# malformed KEY: refused before the device is touched.
malformed() {
    start_keyed esp32 --key $KEY
    flash --key "$1"
    expect_status 2
    [ -z "$1" ] || refuse_stderr "$1"
    expect_sessions 0
}

@test "malformed: not base64" { malformed "hunter2*hunter2*hunter2*hunter2*hunter2*hun="; }
@test "malformed: 31 bytes" { malformed AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==; }
@test "malformed: 33 bytes" { malformed AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g; }
@test "malformed: empty" { malformed ""; }
@test "malformed: all zero" { malformed AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=; }

@test "a key file that is not there" {
    make_image esp32 256K
    espota -i 127.0.0.1 -p 1 -f "$image" --protocol esphome --retry 0 --key-file "$T/nowhere"
    expect_status 4
    expect_stderr nowhere
}
@test "key and key file contradict each other" {
    make_image esp32 256K
    espota -i 127.0.0.1 -p 1 -f "$image" --protocol esphome --retry 0 --key $KEY --key-file key
    expect_status 2 "--key"
}
@test "ArduinoOTA has no encryption" {
    make_image esp32 256K
    espota -i 127.0.0.1 -p 1 -f "$image" --protocol arduino --retry 0 --key $KEY
    expect_status 24
    expect_stderr "has no encryption"
}

# ---- which protocol?

# Without --protocol: only one of them encrypts, so there is nothing to find
# out, and a closed port is a device that is away.
@test "a key tells the protocol" {
    start_keyed esp32 --key $KEY
    espota -i "$sim_host" -p "$sim_port" -f "$image" --retry 0 --key $KEY
    takes false
}
@test "a key tells the protocol, and nobody is there" {
    make_image esp32 256K
    espota -i 127.0.0.1 -p 1 -f "$image" --retry 0 --key $KEY
    expect_status 11
}
@test "a web page has no encryption of this kind" {
    make_image esp32 256K
    espota -i 127.0.0.1 -p 1 -f "$image" --protocol web --retry 0 --key $KEY
    expect_status 24
    expect_stderr "has no encryption"
}

# ---- who else could see it

@test "the argument vector holds no key" {
    [ -z "${TEST_EMULATED-}" ] || skip "the arguments of $TEST_EMULATED itself stay"
    [ -r /proc/self/cmdline ] || skip "there is no /proc"
    start_keyed esp32 --key $KEY --flash-ms-per-kib 60
    start "$ESPOTA" -i "$sim_host" -p "$sim_port" -f "$image" \
        --protocol esphome --retry 0 --key=$KEY --json=events 2>err
    wait_for events '"phase":"data"'
    tr '\0' '\n' <"/proc/$pid/cmdline" >cmdline
    kill "$pid"
    wait "$pid" || :
    grep -qxF -- "$image" cmdline || no "that was another process"
    ! grep -qF "$KEY" cmdline || no "the key is there"
    expect_sim .auth noise
}
