#!/usr/bin/env bats
# Names in .local where there is no mDNS daemon: on good links and bad ones.

load lab

# at_most MS HOW MILLISECONDS ...: what resolve printed was quick enough.
at_most() {
    [ "$3" -le "$1" ] || { echo "took $3 ms"; return 1; }
}

@test "a live name is found at once, bare or with .local, whatever its case" {
    export SOON=4500
    lab --second esp8266 --host6 esp6 'resolve espdev.local; resolve ESPDEV; resolve espdev.local.; resolve esp8266.local; resolve esp6.local'
    [ "$status" = 0 ]
    [[ ${lines[0]} == "mdns "*" 10.77.0.2"* ]]
    [[ ${lines[1]} == "mdns "*" 10.77.0.2"* ]]
    [[ ${lines[2]} == "mdns "*" 10.77.0.2"* ]]
    [[ ${lines[3]} == "mdns "*" 10.77.0.3" ]]
    [[ ${lines[4]} == "mdns "*" fe80::4%lab0" ]]
    # milliseconds measured; with room for a busy machine, and no time-out
    for line in "${lines[@]}"; do at_most 4500 $line; done
}

@test "-4 and -6 are kept to" {
    lab --ula 'soon espdev.local -4; soon espdev.local -6; resolve 10.77.0.2 -6'
    [[ ${lines[0]} =~ ^mdns\ [0-9]+\ 10.77.0.2$ ]]
    [[ ${lines[1]} =~ ^mdns\ [0-9]+\ fd77::2 ]]
    [[ ${lines[1]} != *10.77* ]]
    [[ ${lines[2]} == failed* ]]
}

@test "at a terminal a name that nobody knows costs one look-up" {
    local typist=$BUILD/tests/peer/typist
    lab --no-mdns '
        for given in "" "--retry 1 --retry-delay 0"; do
            before=$(date +%s%N)
            TERM=xterm timeout -k 5 60 '"$typist"' -- "$ESPOTA" nosuch.local "$image" --no-config $given
            echo "status $? after $((($(date +%s%N) - before) / 1000000)) ms"
        done'
    [ "$(grep -c 'status 10 after' <<<"$output")" = 2 ]
    [[ $(grep -m 1 'status 10 after' <<<"$output") =~ after\ ([0-9]+) ]]
    first=${BASH_REMATCH[1]}
    [[ $(grep 'status 10 after' <<<"$output" | tail -n 1) =~ after\ ([0-9]+) ]]
    # One look-up of 2 s, or, as the option says, two of 5 s.
    [ $((BASH_REMATCH[1] - first)) -gt 5000 ] || no "$first and ${BASH_REMATCH[1]} ms"
}

@test "an unknown name fails at its time, with what to do" {
    lab 'resolve no-such.local; espota -i no-such.local -f "$image" --retry 0'
    read -r how ms exit rest <<<"${lines[0]}"
    [ "$how $exit" = "failed 10" ]
    [ "$ms" -ge 4500 ]
    [ "$ms" -le 25000 ]
    [ "$rest" = "no answer to mDNS within 5 s (asked on lab0)" ]
    [[ $output == *"espota-c: no-such.local: no answer to mDNS within 5 s (asked on lab0)"* ]]
    [[ $output == *"hint: is the device on, and on the same network?"* ]]
}

@test "without an interface it fails at once and says so" {
    lab --no-mdns 'ip link set lab0 down; resolve espdev.local; resolve espdev.local -I lab0'
    [[ ${lines[0]} == "failed "*"cannot ask by mDNS: no network interface is up with multicast" ]]
    [[ ${lines[1]} == "failed "*"cannot ask by mDNS on lab0: no such interface is up" ]]
    at_most 4500 ${lines[0]}
}

@test "a firewall that forbids asking is named" {
    command -v nft >/dev/null || skip "nft is not installed"
    lab --no-mdns 'nft add table inet t; nft "add chain inet t o { type filter hook output priority 0; }"
        nft add rule inet t o udp dport 5353 reject; resolve espdev.local'
    [[ $output == "failed "*"cannot send mDNS queries on lab0: "* ]]
}

@test "behind a firewall that lets in only what comes for port 5353" {
    command -v nft >/dev/null || skip "nft is not installed"
    lab 'nft add table inet t; nft "add chain inet t i { type filter hook input priority 0; policy drop; }"
        nft add rule inet t i udp dport 5353 accept; nft add rule inet t i ip6 nexthdr icmpv6 accept
        soon espdev.local'
    [[ $output == "mdns "*" 10.77.0.2"* ]]
    at_most 4900 $output
}

# Six questions by IPv4 and six by IPv6 go unanswered once in three thousand.
@test "at 30 % loss each way 12 are found, by 13 attempts at most" {
    [ -w /dev/net/tun ] || skip "no TAP devices: no link can be shaped"
    lab --delay-ms 25 --jitter-ms 5 --loss-pct 30 --seed 7 'for i in 1 2 3 4 5 6 7 8 9 10 11 12 13; do resolve espdev.local; done'
    [ "$(grep -c '^mdns [0-9]* .*\(10.77.0.2\|fe80::2%lab0\)' <<<"$output")" -ge 12 ]
}

@test "a link that is cut fails in time, and works when it is back" {
    [ -w /dev/net/tun ] || skip "no TAP devices: no link can be shaped"
    lab --shape '"$NETLAB" link --loss-pct 100; resolve espdev.local; "$NETLAB" link --loss-pct 0; soon espdev.local'
    [[ ${lines[0]} == "failed "* ]]
    at_most 25000 ${lines[0]}
    [[ ${lines[1]} == "mdns "* ]]
}

# Who answers long behind the other cannot be waited for: once of ten will do.
@test "two devices of one name on two links are told apart, not guessed" {
    lab '
        ip link add lab1 type veth peer name far; ip addr add 10.78.0.1/24 dev lab1; ip link set far up; ip link set lab1 up
        peer "$BUILD/tests/peer/mdns_peer" 10.78.0.1 espdev.local plain 10.78.0.2
        for i in 1 2 3 4 5 6 7 8 9 10; do found=$(resolve espdev.local -4); [ "${found#failed}" = "$found" ] || break; done
        echo "$found"; soon espdev.local -I lab1; soon espdev.local -I 10.77.0.1 -4; kill $peer'
    [[ ${lines[0]} == "failed "*" 10.7"?".0.2 (lab"?") and 10.7"?".0.2 (lab"?") both answer" ]]
    [[ ${lines[1]} =~ ^mdns\ [0-9]+\ 10.78.0.2$ ]]
    [[ ${lines[2]} =~ ^mdns\ [0-9]+\ 10.77.0.2$ ]]
}

@test "one device with two addresses is one device" {
    lab --no-mdns 'peer dev "$BUILD/tests/peer/mdns_peer" 10.77.0.2 espdev.local plain 192.0.2.2 10.77.0.2
        soon espdev.local -4; kill $peer'
    [[ $output =~ ^mdns\ [0-9]+\ (10.77.0.2\ 192.0.2.2|192.0.2.2)$ ]]
}

@test "nothing that is malformed, foreign or forged is believed" {
    lab --no-mdns '
        dev ip addr add 192.0.2.9/32 dev lo
        peer dev "$BUILD/tests/peer/mdns_peer" 10.77.0.2 espdev.local hostile 10.77.0.2 192.0.2.9
        for i in 1 2 3; do soon espdev.local -4; done; kill $peer'
    [ "$(grep -c '^mdns [0-9]* 10.77.0.2$' <<<"$output")" = 3 ]
}

@test "sixty names at once need no sixty sockets, nor threads" {
    for i in $(seq 60); do echo "nobody$i.local"; done >"$T/many"
    lab --no-mdns 'ulimit -n 48
        espota fleet "$T/many" --protocol esphome -f "$image" -j 60 --retry 0 --dry-run --json -q 2>/dev/null |
        jq -r "select(.event == \"device_end\") | .code" | sort | uniq -c | tr -s " "'
    [ "$output" = " 60 resolve" ]
}

@test "ArduinoOTA: nobody at the first address, the device at the second" {
    lab --no-mdns '
        peer dev "$BUILD/tests/peer/mdns_peer" 10.77.0.2 two.local plain 10.77.0.9 10.77.0.2
        sim arduino --profile esp32-md5 --port 3232
        listens
        espota -q --json -i two.local -4 -f "$image" --protocol arduino -t 1 --retry 0 |
            jq -r "select(.event == \"device_end\") | \"\(.code) \(.attempts)\""; kill $peer'
    [[ $output == *"ok 1" ]]
}
