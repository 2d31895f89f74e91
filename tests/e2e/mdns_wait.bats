#!/usr/bin/env bats
# Waiting for devices that sleep or reboot.

load lab

@test "wait: for a name, until it announces itself" {
    lab --no-mdns '
        (sleep 2; sim esphome --port 3232 --mdns kitchen) &
        t=$(now); espota wait kitchen.local --timeout 60; echo "status $? after $(($(now) - t))"'
    read -r _ status _ ms <<<"$output"
    [ "$status" = 0 ]
    # it is up after 2 s and probes for one
    [ "$ms" -ge 2500 ]
    [ "$ms" -le 20000 ]
}

@test "wait: an absent device is told in time, a signal ends it" {
    # --foreground: else it sends a SIGCONT too, which a leak checker that has
    # just stopped the program would wait behind for ever.
    lab --no-mdns '
        t=$(now); espota wait kitchen --timeout 2; echo "status $? after $(($(now) - t))"
        timeout --foreground --preserve-status -s TERM 1 "$BIN/espota-c" wait kitchen; echo "status $?"'
    [[ ${lines[0]} == "espota-c: kitchen: not on the network within 2 s" ]]
    [[ $output =~ "status 31 after "([0-9]+) ]]
    [ "${BASH_REMATCH[1]}" -ge 2000 ]
    [ "${BASH_REMATCH[1]}" -le 15000 ]
    [[ $output == *"status 143" ]]
}

@test "wait: an address, without touching its update port" {
    lab --no-mdns '
        dev ip link set lab0 down
        (sleep 1.5; dev ip link set lab0 up) &
        t=$(now); espota wait 10.77.0.2 --timeout 60; echo "status $? after $(($(now) - t))"'
    [[ $output == *"status 0 after "* ]]
}

@test "wait: a bare name, and one in .local, that only the hosts file knows" {
    export hosts=$T/hosts
    { cat /etc/hosts; echo "10.77.0.2 pantry cellar.local"; } >"$hosts"
    lab --no-mdns 'mount --bind "$hosts" /etc/hosts || exit 77
        espota wait pantry --timeout 60; echo "status $?"
        espota wait cellar.local --timeout 60; echo "status $?"'
    [ "$status" != 77 ] || skip "no hosts file of its own can be had"
    [ "${lines[0]} ${lines[1]}" = "status 0 status 0" ]
}

@test "--wait-online: a sleeping device is flashed as soon as it is there" {
    lab --no-mdns '
        (sleep 7; sim esphome --port 3232 --mdns kitchen) &
        espota --json -q -i kitchen.local -f "$image" --wait-online 60 --retry 0; echo "status $?"'
    [[ $output == *"status 0" ]]
    [ "$(grep '^{' <<<"$output" | jq -r 'select(.event == "device_end") | .outcome')" = updated ]
    # up after 7 s, probing for one; found, connected and greeted at once
    [ "$(grep '^{' <<<"$output" | jq -r 'select(.event == "hello") | .t_ms')" -le 45000 ]
}

@test "--wait-online: nobody comes" {
    lab --no-mdns '
        t=$(now); espota -q -i 10.77.0.9 --protocol esphome -f "$image" --wait-online 3 --retry 0; echo "status $? after $(($(now) - t))"'
    [[ $output == *"status 11 after "* ]]
    ms=${output##* }
    [ "$ms" -ge 2500 ]
    [ "$ms" -le 25000 ]
}
