#!/usr/bin/env bats
# Devices and people in between that do not keep to ESPHome's encryption.

load helpers

KEY=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=

# fault NAME STATUS [TEXT]: what the client makes of it.
fault() {
    make_image esp32 256K
    start_sim esphome --key $KEY --fault "$1"
    flash --key $KEY
    expect_status "$2"
    [ $# -lt 3 ] || expect_stderr "$3"
    sim_session >/dev/null
}

@test "another key than it was told" { fault wrong-key 20 "Handshake MAC failure"; }
@test "features changed on the way" { fault tampered-preamble 20 "Handshake MAC failure"; }
@test "a refusal without a reason" { fault handshake-error 20 "Handshake error"; }
@test "an impostor" { fault impostor 20 "did not prove that it knows the key"; }
@test "an invalid public key" { fault zero-share 25 "invalid public key"; }

@test "a web server behind the greeting" { fault http@key 25 "0x48"; }
@test "garbage instead of the key exchange" { fault garbage@key 25; }

# From here on only the way between can spoil an answer: 14, with other keys.
@test "garbage behind it" { fault garbage@auth 14 "0x5a"; }
@test "garbage in the data" { fault garbage@data 14 "0x5a"; }

@test "a bad frame: auth" { fault bad-frame@auth 14 "changed on its way"; }
@test "a bad frame: prepare" { fault bad-frame@prepare 14 "changed on its way"; }
@test "a bad frame: md5" { fault bad-frame@md5 14 "changed on its way"; }
@test "a bad frame: data" { fault bad-frame@data 14 "changed on its way"; }
@test "a bad frame: receive, when it has every byte" { fault bad-frame@receive 30; }
@test "a bad frame: end, when it has every byte" { fault bad-frame@end 30; }

@test "an oversized frame: auth" { fault oversized-frame@auth 14 "65535 bytes"; }
@test "an oversized frame: prepare" { fault oversized-frame@prepare 14 "65535 bytes"; }
@test "an oversized frame: data" { fault oversized-frame@data 14 "65535 bytes"; }
@test "an oversized frame: end" { fault oversized-frame@end 30; }
@test "an oversized handshake" { fault oversized-frame@key 25 "65535 bytes"; }

# ours WHERE STATUS CODE: a frame of ours is spoilt on its way there; the device
# says CODE, sealed, and closes.
ours() {
    fault "damaged-frame@$1" "$2" "${4-}"
    expect_sim .outcome lost
    expect_sim .code "$3"
    expect_sim '.violations."frame-does-not-open"' 1
}

@test "a frame of ours is damaged: size" { ours prepare 22 0xff "(0xff)"; }
@test "a frame of ours is damaged: md5" { ours md5 22 0xff "(0xff)"; }
@test "a frame of ours is damaged: data" { ours data 14 0xff "lost our data"; }
@test "a frame of ours is damaged: data, at the first byte" { ours data:1 14 0xff "(0xff)"; }
@test "a frame of ours is damaged: data, near the end" { ours data:260000 14 0xff "(0xff)"; }

# again FAULT...: happens once, and the second attempt has other keys.
again() {
    make_image esp32 256K
    start_sim esphome --key $KEY --fault "$1" --fault-sessions 1
    flash --key $KEY --retry 1 --retry-delay 0
    expect_status 0
    expect_sim .outcome updated 2
    expect_sim .auth noise 2
    expect_no_violations 2
    expect_stored "$image"
}

@test "tried again: a frame of ours was damaged" { again damaged-frame@data:100000; }
@test "tried again: a frame of the device was damaged" { again bad-frame@data:100000; }
@test "tried again: so was its head" { again oversized-frame@prepare; }

@test "closed: key" { fault close@key 14 "agreeing on a key"; }
@test "closed: auth" { fault close@auth 14 "agreeing on a key"; }
@test "closed: prepare" { fault close@prepare 14; }
@test "closed: md5" { fault close@md5 14; }
@test "closed: data" { fault close@data 14; }
@test "closed: data, in the middle of a frame" { fault close@data:1500 14; }
@test "closed: receive" { fault close@receive 30; }
@test "closed: end" { fault close@end 30; }
@test "closed: goodbye" { fault close@goodbye 0; }

@test "reset: key" { fault reset@key 14; }
@test "reset: auth" { fault reset@auth 14; }
@test "reset: data" { fault reset@data 14; }
@test "reset: end" { fault reset@end 30; }

# falls_silent STEP STATUS [TEXT]
falls_silent() {
    make_image esp32 256K && start_sim esphome --key $KEY --fault "silent@$1" &&
        flash --key $KEY --connect-timeout $patience --stall-timeout $patience &&
        expect_status "$2" && expect_stderr "${3-}"
}

@test "silent: key" { patiently falls_silent key 14 "agreeing on a key"; }
@test "silent: data" { patiently falls_silent data 14; }
@test "silent: end" { patiently falls_silent end 30; }

# refuse CODE@STEP STATUS: codes come encrypted behind the key exchange.
refuse() {
    make_image esp32 256K
    start_sim esphome --key $KEY --refuse "$1"
    flash --key $KEY --json
    expect_status "$2"
    expect_event device_end .device_error "${1%@*}"
    expect_sim .auth noise
}

@test "refused: no space" { refuse 0x89@prepare 21; }
@test "refused: flash" { refuse 0x83@data 22; }
@test "refused: flash, in the middle of a frame" { refuse 0x83@data:5000 22; }
@test "refused: signature" { refuse 0x8d@end 24; }
@test "refused: checksum" { refuse 0x8b@end 23; }
@test "refused: at the end" { refuse 0x84@end 22; }

# still FAULT: does not keep the upload from going well.
still() {
    make_image esp8266 256K
    start_sim esphome --platform esp8266 --key $KEY --fault "$1"
    flash --key $KEY
    expect_status 0
    expect_no_violations
    expect_stored "$image"
}

@test "one byte at a time" { still split@1; }
@test "answers only when it must" { still coalesce; }
@test "late acknowledgements" { still late-acks@20; }

@test "a lost bit is found" { fault corrupt@data 23; }
# Told at the end, when the device has every byte: then nobody knows.
@test "an acknowledgement that is missing" {
    fault drop-ack@3 30 "0x44"
    expect_stderr "hint: check which firmware the device runs"
}
# Told when it comes, or at the end: by how far we are.
@test "an acknowledgement too many" {
    make_image esp32 256K
    start_sim esphome --key $KEY --fault extra-ack@2
    flash --key $KEY
    [ "$status" = 25 ] || expect_status 30
}

@test "tried again after a connection that broke" {
    make_image esp32 256K
    start_sim esphome --key $KEY --fault close@data --fault-sessions 1
    flash --key $KEY --retry 1 --retry-delay 0
    expect_status 0
    expect_sim .outcome updated 2
    expect_sim .auth noise 2
    expect_stored "$image"
}
