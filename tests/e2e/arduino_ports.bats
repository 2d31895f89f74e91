#!/usr/bin/env bats
# Behind a firewall: one port, or a few, for all that call back.
# shellcheck disable=SC2154

load arduino

setup() {
    arduino_begin
    image=$app8266 flash_with=(--protocol arduino) all=()
}

# add_device ADDRESS [OPTION...]: one more there; adds it to the targets.
add_device() {
    start_sim arduino --bind "$@"
    all+=("$sim_out")
    echo "$1 port=$sim_port" >>targets
}

# all_called FILTER: each has one session, of which this is true.
all_called() {
    for sim_out in "${all[@]}"; do
        expect_last "$1"
        [ "$(n_sessions)" = 1 ]
    done
}

@test "one port for devices at several addresses" {
    for i in 2 3 4 5; do add_device 127.0.0.$i; done
    taken=$(free_port)
    fleet -P "$taken"
    expect_status 0 "4 updated"
    all_called ".host_port == $taken"
}

@test "one port for devices at one address: in turns" {
    for _ in 1 2 3; do add_device 127.0.0.1; done
    taken=$(free_port)
    fleet -P "$taken"
    expect_status 0 "3 updated"
    all_called ".host_port == $taken"
}

@test "one that does not answer does not keep the others from the port" {
    add_device 127.0.0.2
    echo "127.0.0.3 port=$sim_port" >>targets # nobody is there
    add_device 127.0.0.4
    taken=$(free_port)
    fleet -P "$taken"
    expect_status 40 "2 updated, 1 failed"
    all_called ".host_port == $taken"
}

@test "one that calls late is not taken for the next at its address" {
    add_device 127.0.0.1 --fault late-call@6000
    late=$sim_out
    # It calls while the next one is waited for, which calls a second later.
    add_device 127.0.0.1 --fault late-call@3000
    fleet -P "$(free_port)" --connect-timeout 4 --json
    expect_status 40
    [ "$(jq -r 'select(.event == "device_end") | .code' out | tr '\n' ' ')" = "no-callback ok " ]
    expect_stored_once
    [ "$(n_stored "$late")" = 0 ]
}

@test "with another port nobody waits for who may call late" {
    add_device 127.0.0.1 --fault late-call@20000
    add_device 127.0.0.1
    taken=$(free_port)
    fleet -P "$taken-$((taken + 3))" --connect-timeout 1
    expect_status 40 "1 updated, 1 failed"
    expect_stored_once
}
