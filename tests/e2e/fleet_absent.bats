#!/usr/bin/env bats
# --offline skip: who is not there costs one approach, whoever has the places.
# shellcheck disable=SC2154

load helpers

setup() {
    story_begin
    make_image esp32 256K
}

# silent N: N ports where datagrams are taken and nobody answers, and nobody
# listens for connections; one a line in $T/ports.
silent() {
    start python3 -c '
import socket, sys, time
held = []
while len(held) < int(sys.argv[1]):
    u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    u.bind(("127.0.0.1", 0))
    held.append(u)
print("\n".join(str(u.getsockname()[1]) for u in held), flush=True)
print("all", flush=True)
time.sleep(600)' "$1" >"$T/ports"
    wait_for "$T/ports" all
    sed -i '/all/d' "$T/ports"
}

ms() { jq -r 'select(.event == "run_end") | .ms' "$T/out"; }

@test "who does not answer an invitation is asked once, for --connect-timeout" {
    silent 1
    espota fleet -i 127.0.0.1 -p "$(cat ports)" --protocol arduino -f "$image" --offline skip --connect-timeout 1 --retry-delay 0 --json
    expect_status 0
    expect_outcomes skipped=1
    [ "$(ms)" -lt 4000 ]
    [ "$(jq -r 'select(.event == "retry")' "$T/out")" = "" ]
    [ "$(jq -r 'select(.event == "device_end") | "\(.code) \(.not_begun) \(.attempts)"' "$T/out")" = "no-answer false 1" ]
    # Five seconds if nobody says otherwise.
    espota fleet -i 127.0.0.1 -p "$(cat ports)" --protocol arduino -f "$image" --offline skip --json
    expect_status 0
    [ "$(ms)" -ge 4900 ] && [ "$(ms)" -lt 12000 ]
    # Without it a device that is not there has failed, as ever.
    espota fleet -i 127.0.0.1 -p "$(cat ports)" --protocol arduino -f "$image" -t 1 --retry 0 --json
    expect_status 12
}

@test "forty of them cost little more than one such time, with four places" {
    silent 40
    head -n 20 ports | sed 's/^/127.0.0.1 port=/' >targets
    start_sims 3 arduino
    tail -n 20 ports | sed 's/^/127.0.0.1 port=/' >>targets
    espota fleet targets --protocol arduino -f "$image" --force --offline skip --connect-timeout 6 -j 4 --retry 0 --json
    expect_status 0
    expect_outcomes skipped=40 updated=3
    [ "$(ms)" -lt 40000 ] # with their places all the time they took 60 s
}

@test "who is there waits for a place" {
    start_sims 6 esphome --reboot-ms 0 --flash-ms-per-kib 2
    for p in 1 2 3 4; do echo "127.0.0.1 port=$p" >>targets; done
    espota fleet targets --protocol esphome -f "$image" --offline skip -j 2 --retry 0 --json
    expect_status 0
    expect_outcomes skipped=4 updated=6
    jq -s -e '[.[] | select(.event == "phase" and .phase == "prepare" or .event == "device_end" and .ok)
        | if .event == "phase" then 1 else -1 end]
        | [foreach .[] as $x (0; . + $x)] | max < 6' "$T/out"
    eventually all_stored
}

all_stored() { [ "$(grep -c '"outcome":"updated"' "$sim_out")" = 6 ]; }

@test "who is only looked for was not begun, when a signal comes" {
    start_sim esphome --count 1 --flash-ms-per-kib 60
    silent 3
    { echo "127.0.0.1 port=$sim_port protocol=esphome"; sed 's/^/127.0.0.1 protocol=arduino port=/' ports; } >targets
    start "$ESPOTA" fleet targets -f "$image" --force --offline skip --connect-timeout 60 -j 1 --retry 0 --json=events
    wait_for events '"phase":"data"'
    kill -INT "$pid"
    status=0
    wait "$pid" || status=$?
    expect_status 130
    [ "$(jq -r 'select(.event == "run_end") | .counts | "\(.failed) \(.skipped) \(.not_begun)"' events)" = "1 3 3" ]
}

@test "canaries are looked for one by one: nobody behind them is called" {
    for p in 1 2; do echo "127.0.0.1 port=$p"; done >targets
    start_sims 5 esphome --refuse 0x84@end
    espota fleet targets --protocol esphome -f "$image" --offline skip --canary 1 -j 1 --retry 0 --json
    expect_status 41
    expect_outcomes failed=1 skipped=6
    expect_sessions 1
}
