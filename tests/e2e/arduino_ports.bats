#!/usr/bin/env bats
# Behind a firewall: one port, or a few, for all that call back.
# shellcheck disable=SC2154

load helpers
load arduino

setup() { images; }

teardown() {
    for pid in ${pids-}; do stop_device; done
}

# a_device ADDRESS [OPTION...]: one more there, its reports in a file of its own;
# adds it to the targets.
a_device() {
    device --bind "$@"
    pids="${pids-} $pid"
    mv "$seen" "$BATS_TEST_TMPDIR/seen.$pid"
    echo "$1 port=$port" >>"$BATS_TEST_TMPDIR/targets"
}

# flash_all OPTION...: with "run".
flash_all() {
    discreetly timeout 120 "$BIN/espota-c" fleet "$BATS_TEST_TMPDIR/targets" --no-config --protocol arduino \
        -f "$app8266" --retry 0 "$@" </dev/null 3>&-
}

# all_called FILTER: each has one session, of which this is true, once it has
# been written down.
all_called() {
    local p
    for p in $pids; do
        eventually was_called "$BATS_TEST_TMPDIR/seen.$p" "$1" || { cat "$BATS_TEST_TMPDIR/seen.$p"; return 1; }
    done
}

was_called() {
    jq -se "[.[] | select(.event == \"session\")] | length == 1 and (.[0] | $2)" "$1" >/dev/null 2>&1
}

@test "one port for devices at several addresses" {
    for i in 2 3 4 5; do a_device 127.0.0.$i; done
    taken=$(free_port)
    run flash_all -P "$taken"
    ended 0 "4 updated"
    all_called ".host_port == $taken"
}

@test "one port for devices at one address: in turns" {
    for _ in 1 2 3; do a_device 127.0.0.1; done
    taken=$(free_port)
    run flash_all -P "$taken"
    ended 0 "3 updated"
    all_called ".host_port == $taken"
}

@test "one that does not answer does not keep the others from the port" {
    a_device 127.0.0.2
    echo "127.0.0.3 port=$port" >>"$BATS_TEST_TMPDIR/targets" # nobody is there
    a_device 127.0.0.4
    taken=$(free_port)
    run flash_all -P "$taken"
    ended 40 "2 updated, 1 failed"
    all_called ".host_port == $taken"
}

# stored_by PID: how many images.
stored_by() { jq -s '[.[] | select((.md5_stored // "") != "")] | length' "$BATS_TEST_TMPDIR/seen.$1"; }

@test "one that calls late is not taken for the next at its address" {
    a_device 127.0.0.1 --fault late-call@6000
    late=$pid
    # It calls while the next one is waited for, which calls a second later.
    a_device 127.0.0.1 --fault late-call@3000
    run flash_all -P "$(free_port)" --connect-timeout 4 --json
    [ "$status" = 40 ] || { echo "$output"; return 1; }
    [ "$(grep '^{' <<<"$output" | jq -r 'select(.event == "device_end") | .code' | tr '\n' ' ')" = "no-callback ok " ]
    eventually test "$(stored_by "$pid")" = 1
    [ "$(stored_by "$late")" = 0 ]
}

@test "with another port nobody waits for who may call late" {
    a_device 127.0.0.1 --fault late-call@20000
    a_device 127.0.0.1
    taken=$(free_port)
    run flash_all -P "$taken-$((taken + 3))" --connect-timeout 1
    ended 40 "1 updated, 1 failed"
    eventually test "$(stored_by "$pid")" = 1
}
