#!/usr/bin/env bats
# Names in .local beside an mDNS daemon: a healthy one, a stopped one, none.

load lab

setup_file() {
    lab_begin
    # The code for macOS, against Avahi's library of the same interface.
    if [ -e /usr/include/dns_sd.h ] && [ -z "$lab_missing" ]; then
        make -s -C "$ROOT" BUILD="$BUILD/dnssd" BINDEST="$BUILD/dnssd" \
            WITH_DNSSD=1 WITH_AVAHI=0 "$BUILD/dnssd/espota-c" >"$BATS_FILE_TMPDIR/build" 2>&1 ||
            { cat "$BATS_FILE_TMPDIR/build" >&3; return 1; }
    fi
}

setup() {
    story_begin
    lab_or_skip
    command -v dbus-daemon >/dev/null || skip "dbus-daemon is not installed"
}

@test "avahi: A and AAAA, A alone, a link-local AAAA alone" {
    lab --host-avahi --second esp8266 --host6 esp6 'for n in espdev esp8266 esp6; do soon $n.local --resolver avahi; done'
    [[ ${lines[0]} =~ ^mdns\ [0-9]+\ 10.77.0.2 ]]
    [[ ${lines[1]} =~ ^mdns\ [0-9]+\ 10.77.0.3$ ]]
    [[ ${lines[2]} =~ ^mdns\ [0-9]+\ fe80::4%lab0$ ]]
    for line in "${lines[@]}"; do [ "$(cut -d' ' -f2 <<<"$line")" -le 4500 ]; done
}

@test "avahi: no daemon is said, and what helps" {
    lab 'resolve espdev.local --resolver avahi; espota -i espdev.local -f "$image" --resolver avahi --retry 0'
    [[ ${lines[0]} == "failed "*" 10 avahi-daemon is not running (Daemon not running)" ]]
    [[ $output == *"--resolver=builtin needs neither library nor daemon"* ]]
}

@test "all together, beside a healthy daemon: at once" {
    lab --host-avahi --second esp8266 --host6 esp6 'for n in espdev esp8266 esp6; do soon $n.local; done'
    [ "$(grep -c ^mdns <<<"$output")" = 3 ]
    for line in "${lines[@]}"; do [ "$(cut -d' ' -f2 <<<"$line")" -le 4500 ]; done
}

@test "all together, beside a stopped daemon: at once, and without a thread in the way" {
    lab --host-avahi --second esp8266 --host6 esp6 '
        stopped=$(cat "/run/avahi-daemon/pid"); kill -STOP "$stopped"
        for n in espdev esp8266 esp6; do soon $n.local; done
        resolve espdev.local --resolver avahi
        kill -CONT "$stopped"'
    [ "$(grep -c ^mdns <<<"$output")" = 3 ]
    for line in "${lines[@]:0:3}"; do [ "$(cut -d' ' -f2 <<<"$line")" -le 4500 ]; done
    [[ ${lines[3]} == "failed "*"no reply within 5 s, ignored" ]]
    [ "$(cut -d' ' -f2 <<<"${lines[3]}")" -le 25000 ]
}

@test "dns_sd: A and AAAA, A alone, a link-local AAAA alone, nobody" {
    [ -x "$BUILD/dnssd/espota-c" ] || skip "no dns_sd.h: Avahi's compatibility library is not installed"
    export BIN=$BUILD/dnssd AVAHI_COMPAT_NOWARN=1
    lab --host-avahi --second esp8266 --host6 esp6 'for n in espdev esp8266 esp6 no-such; do resolve $n.local --resolver dnssd; done'
    [[ ${lines[0]} =~ ^mdns\ [0-9]+\ 10.77.0.2 ]]
    [[ ${lines[1]} =~ ^mdns\ [0-9]+\ 10.77.0.3$ ]]
    [[ ${lines[2]} =~ ^mdns\ [0-9]+\ fe80::4%lab0$ ]]
    [[ ${lines[3]} == "failed "* ]]
    [ "$(cut -d' ' -f2 <<<"${lines[3]}")" -le 25000 ]
}

@test "dns_sd: no daemon is said, and what helps" {
    [ -x "$BUILD/dnssd/espota-c" ] || skip "no dns_sd.h: Avahi's compatibility library is not installed"
    export BIN=$BUILD/dnssd AVAHI_COMPAT_NOWARN=1
    lab 'resolve espdev.local --resolver dnssd; resolve espdev.local; espota --version'
    [[ ${lines[0]} == "failed "*" 10 the mDNS service is not running (dns_sd error "* ]]
    [[ ${lines[1]} == "mdns "* ]]
    [[ $output == *dns_sd* ]]
}
