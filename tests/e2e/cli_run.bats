#!/usr/bin/env bats
# Flashing, as people and machines see it.
# shellcheck disable=SC2154

load cli

@test "lines where there is no terminal, and nothing on standard output" {
    # In lock-step we hear of every block: no tenth is passed over.
    start_sim esphome --password "$SECRET" --flash-ms-per-kib 8
    espota -i 127.0.0.1 -p "$sim_port" -f fw.bin --auth-file pw.secret --window lockstep
    expect_status 0
    [ ! -s out ]
    refuse "$(printf '[\r\033]')" err
    [ "$(grep -c '127.0.0.1: [0-9]*0 %' err)" = 10 ]
    grep -q '^127.0.0.1: updated, 307.2 kB in ' err
    expect_sim .outcome updated
    expect_sim .md5_stored "$(md5 fw.bin)"
}

@test "-q says nothing, or the error" {
    start_sim esphome --password "$SECRET"
    espota -q -i 127.0.0.1 -p "$sim_port" -f fw.bin --auth-file pw.secret
    expect_status 0
    [ ! -s err ]
    espota -q -i 127.0.0.1 -p "$sim_port" -f fw.bin -a wrong --retry 3 --retry-delay 0.5
    expect_status 20
    [ "$(wc -l <err)" = 2 ]
    grep -q '^espota-c: 127.0.0.1: .*(0x82)$' err
    grep -q '^hint: ' err
}

@test "-r draws the bar of espota.py for those who read a pipe" {
    start_sim esphome --flash-ms-per-kib 2
    espota -r -i 127.0.0.1 -p "$sim_port" -f fw.bin
    expect_status 0
    tr '\r' '\n' <err >lines
    grep -q '^Uploading: \[ \{60\}\] 0% $' lines
    grep -q '^Uploading: \[=\{5,\} \{5,\}\] [1-9][0-9]% $' lines
    grep -q '^Uploading: \[=\{60\}\] 100% Done...$' lines
}

@test "an error has a line of its own, not what is left of the bar's" {
    start_sim esphome --fault close@data:100000
    espota -r -i 127.0.0.1 -p "$sim_port" -f fw.bin --retry 0
    expect_status 14
    grep -q 'Uploading: .*% $' err
    grep -q '^espota-c: 127.0.0.1: ' err
}

@test "events: the whole story of one device" {
    start_sim esphome --password "$SECRET" --flash-ms-per-kib 2
    espota -i 127.0.0.1 -p "$sim_port" -f fw.bin --auth-file pw.secret --json
    expect_status 0
    valid_events out
    [ "$(jq -r 'select(.event == "hello") | .protocol + " " + .auth' out)" = 'esphome sha256' ]
    [ "$(jq -s '[.[] | select(.event == "progress") | .pct] | [min, max]' -c out)" = '[0,100]' ]
    expect_event device_end .outcome updated
    # At most four a second, and the two that always come.
    jq -se '[.[] | select(.event == "progress") | .t_ms] |
        length <= 2 + (.[-1] - .[0]) / 250 + 1' out
}

@test "--json=FILE leaves standard output alone" {
    start_sim esphome
    espota -i 127.0.0.1 -p "$sim_port" -f fw.bin --json=events
    expect_status 0
    [ ! -s out ]
    valid_events events
    espota -i 127.0.0.1 -p "$sim_port" -f fw.bin --json=nowhere/events
    expect_status 2
}

@test "the same host twice is one device" {
    start_sim esphome
    espota -i localhost -i LOCALHOST -p "$sim_port" -f fw.bin --json
    expect_status 0
    expect_stderr 'warning: LOCALHOST is named twice'
    expect_event run_end .counts.updated 1
}

@test "several devices: 0, 40 and 42" {
    start_sim esphome --reboot-ms 0
    good=$sim_port
    start_sim esphome --refuse 0x89
    printf '[device %s]\nip = 127.0.0.1\nport = %s\n' good "$good" bad "$sim_port" other "$sim_port" >.espota.conf
    espota -i good -f fw.bin --json
    expect_status 0
    espota -i good -i bad -f fw.bin --json
    expect_status 40
    valid_events out 2
    grep -q '^espota-c: bad: ' err
    grep -q '^espota-c: 1 updated, 1 [a-z]* in ' err
    espota -i bad -i other -f fw.bin --retry 0 --json
    expect_status 42
    valid_events out 2
}

@test "signals close the socket, and every end is still told" {
    start_sim esphome --flash-ms-per-kib 60 --reboot-ms 0
    for pair in INT:130 TERM:143 HUP:129; do
        rm -f out
        # A shell's background children ignore SIGINT, those of nohup SIGHUP.
        start env --default-signal=INT,HUP \
            "$ESPOTA" -i 127.0.0.1 -p "$sim_port" -f fw.bin --json >out 2>err
        wait_for out '"progress"'
        kill -"${pair%:*}" "$pid"
        status=0
        wait "$pid" || status=$?
        expect_status "${pair#*:}"
        valid_events out
        [ "$(jq -r 'select(.event == "device_end") | .code + " \(.exit)"' out)" = "interrupted ${pair#*:}" ]
        expect_event run_end .exit "${pair#*:}"
    done
}

@test "a reader that goes away does not end the upload" {
    start_sim esphome --flash-ms-per-kib 2 --reboot-ms 0
    "$ESPOTA" -i 127.0.0.1 -p "$sim_port" -f fw.bin --json 2>err | head -n 1 >out
    expect_sim .outcome updated
}

@test "closed standard streams do not end it either" {
    start_sim esphome --reboot-ms 0
    status=0
    "$ESPOTA" -i 127.0.0.1 -p "$sim_port" -f fw.bin --json=events <&- >&- 2>&- || status=$?
    [ $status = 0 ]
    valid_events events
    expect_sim .md5_stored "$(md5 fw.bin)"
    : >out; : >err
    "$ESPOTA" -i 127.0.0.1 -p "$sim_port" -f fw.bin --json >&- 2>err || status=$?
    expect_status 0
}

@test "names are shown whatever they hold" {
    printf '[device Küche]\nip = 127.0.0.1\n' >.espota.conf
    start_sim esphome
    espota -i Küche -p "$sim_port" -f fw.bin --json
    expect_status 0
    grep -q '^Küche: updated' err
    [ "$(jq -r 'select(.event == "device_end") | .dev' out)" = Küche ]
    espota -i "$(printf 'a\033[2Jb')" -f fw.bin --retry 0
    [ "$status" != 0 ]
    refuse "$(printf '\033')" err
}

# sign_image IMAGE: a signed copy of it, as the cores' builds leave it.
sign_image() {
    [ -f key.pem ] || openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out key.pem 2>/dev/null
    chmod 600 key.pem
    "$ESPOTA" sign "$1" --key key.pem --out "$1.signed"
}

@test "FILE.signed is sent instead, and said so" {
    "$MKIMAGE" esp8266 300K 1.2.3 fw8.bin
    sign_image fw8.bin
    start_sim esphome --reboot-ms 0
    espota -i 127.0.0.1 -p "$sim_port" -f fw8.bin --compress never
    expect_status 0
    grep -q 'fw8.bin.signed is sent instead of fw8.bin' err
    expect_sim .md5_stored "$(md5 fw8.bin.signed)"
    espota -i 127.0.0.1 -p "$sim_port" -f fw8.bin --compress never --no-signed
    expect_status 0
    expect_sim .md5_stored "$(md5 fw8.bin)" 2
}

@test "a FILE.signed that carries no signature, or is of an earlier build, is left" {
    "$MKIMAGE" esp8266 300K 1.2.3 fw8.bin
    "$MKIMAGE" esp8266 310K 9.9.9 fw8.bin.signed
    start_sim esphome --reboot-ms 0
    espota -i 127.0.0.1 -p "$sim_port" -f fw8.bin --compress never
    expect_status 0
    grep -q 'warning: fw8.bin.signed is not sent instead of fw8.bin: it carries no signature' err
    expect_sim .md5_stored "$(md5 fw8.bin)"

    sign_image fw8.bin
    touch -d '1 minute ago' fw8.bin.signed
    espota -i 127.0.0.1 -p "$sim_port" -f fw8.bin --compress never
    expect_status 0
    grep -q 'warning: fw8.bin.signed is not sent instead of fw8.bin: it is older' err
    expect_sim .md5_stored "$(md5 fw8.bin)" 2

    touch -d '2026-02-03 04:05:06.75' fw8.bin
    touch -d '2026-02-03 04:05:06.25' fw8.bin.signed
    espota -i 127.0.0.1 -p "$sim_port" -f fw8.bin --compress never --dry-run
    expect_status 0
    grep -q 'fw8.bin: it is older' err
    touch -r fw8.bin fw8.bin.signed # built and signed at once
    espota -i 127.0.0.1 -p "$sim_port" -f fw8.bin --compress never --dry-run
    expect_status 0
    grep -q 'fw8.bin.signed is sent instead of fw8.bin' err
}

@test "a device as it is printed: HOST:PORT, NAME=, [IPv6]:PORT, quotes" {
    start_sim esphome --reboot-ms 0
    espota -i "127.0.0.1:$sim_port" -f fw.bin --json
    expect_status 0
    expect_event device_end .dev "127.0.0.1:$sim_port"
    espota -i "\"front door\"=localhost:$sim_port" -4 -f fw.bin --json
    expect_status 0
    expect_event device_end .dev 'front door'
    start_sim esphome --bind ::1 --reboot-ms 0
    espota -i "porch=[::1]:$sim_port" -f fw.bin
    expect_status 0
    expect_stderr 'porch: updated'
}

@test "a port given twice, and differently, is 2; the same twice is not" {
    start_sim esphome --reboot-ms 0
    espota -i "127.0.0.1:$sim_port" -p 9 -f fw.bin
    expect_status 2
    expect_stderr "127.0.0.1:$sim_port has two ports: -p says 9"
    ESPOTA_HOST=127.0.0.1:$sim_port ESPOTA_PORT=9 espota -f fw.bin
    expect_status 2
    espota -i "http://127.0.0.1:$sim_port/" -p 9 -f fw.bin
    expect_status 2
    expect_sessions 0
    start_sim esphome --reboot-ms 0
    ESPOTA_PORT=9 espota -i "127.0.0.1:$sim_port" -f fw.bin # the stronger source
    expect_status 0
    espota -i "127.0.0.1:$sim_port" -p "$sim_port" -f fw.bin
    expect_status 0
}

@test "what can be no host is 2, at once, with a hint" {
    for host in 'the lamp' 10.1.0.0/16 /dev/ttyACM0 com4 a.local,b.local aa:bb:cc:dd:ee:ff 'kitchen:'; do
        espota -i "$host" -f fw.bin
        expect_status 2
        grep -q '^hint: ' err
        espota wait "$host" --timeout 1
        expect_status 2
    done
}

@test "options without effect are named, in one warning" {
    start_sim esphome --reboot-ms 0
    espota -i 127.0.0.1 -p "$sim_port" -f fw.bin --protocol esphome --path /up -P 4000 --verify-timeout 5 --retry-delay 1
    expect_status 0
    grep -qx 'espota-c: warning: without effect in this run: --host_port, --path, --verify-timeout' err
    espota -i 127.0.0.1 -p "$sim_port" -f fw.bin --path /up # it might be a page
    refuse 'without effect' err
    ESPOTA_HOST_PORT=4000 espota -i 127.0.0.1 -p "$sim_port" -f fw.bin --protocol esphome # it is said for all runs
    expect_status 0
    refuse 'without effect' err
}

@test "each option that can be without effect" {
    touch ca.pem
    printf '127.0.0.1:9\n' >device
    printf 'http://127.0.0.1:9/\n' >page
    espota fleet device -f fw.bin --protocol esphome --dry-run --md5-target --profile sketch --user u --tls-ca ca.pem \
        --expect-version 1 --expect-hash x --retry 0 --retry-delay 2 --hook-timeout 3 --hook-shell --yes --canary 1 --wave-max-fail 1
    expect_status 0
    local option
    for option in md5-target profile user tls-ca expect-version expect-hash retry-delay hook-timeout hook-shell yes wave-max-fail; do
        grep -q -e "without effect in this run:.*--$option\\b" err || no "not told: --$option"
    done
    espota fleet page -f - --force --dry-run --window 4096 --min-auth sha256 --no-signed --host_port 4000 <fw.bin
    expect_status 0
    for option in window min-auth no-signed host_port; do
        grep -q -e "without effect in this run:.*--$option\\b" err || no "not told: --$option"
    done
    espota fleet device -f fw.bin --protocol arduino --dry-run --md5-target --window 4096 --min-auth sha256 --no-signed \
        --verify version --verify-timeout 3 --expect-version 1 --expect-hash x --retry 1 --retry-delay 2 \
        --before true --hook-timeout 3 --hook-shell --waves 1 --wave-max-fail 1
    expect_status 0
    refuse 'without effect' err
}

@test "an image from standard input" {
    start_sim esphome
    espota -i 127.0.0.1 -p "$sim_port" -f - <fw.bin
    expect_status 0
    expect_sim .md5_stored "$(md5 fw.bin)"
}

@test "--dry-run sends nothing" {
    start_sim esphome
    espota -i 127.0.0.1 -p "$sim_port" -f fw.bin --dry-run --json
    expect_status 0
    valid_events out
    expect_event device_end .outcome skipped
    expect_sessions 0
}

@test "--max-time bounds everything" {
    start_sim esphome --fault silent
    before=$(date +%s)
    espota -i 127.0.0.1 -p "$sim_port" -f fw.bin --connect-timeout 60 --max-time 1.5
    [ "$status" != 0 ]
    [ $(($(date +%s) - before)) -le 30 ] # and not 60
}
