#!/usr/bin/env bats
# Every form an address of a device can have, in a network of our own.

load helpers

setup() {
    story_begin
    ns=espota-$$-$BATS_TEST_NUMBER
    ip netns add "$ns" 2>err || skip "no network namespace: $(cat err)"
    ip -n "$ns" link set lo up || { ip netns del "$ns"; skip "no network namespaces here"; }
    # Both programs run in there.
    for name in SIM ESPOTA; do
        printf '#!/bin/sh\nexec ip netns exec %s %s "$@"\n' "$ns" "${!name}" >"$name"
        chmod +x "$name"
    done
    SIM=$T/SIM ESPOTA=$T/ESPOTA
    make_image esp32 256K
}

teardown() {
    story_end
    ip netns del "$ns" 2>/dev/null || :
}

# A link with two ends and no other host; its link-local address in $local6.
make_link() {
    ip netns exec "$ns" sh -c 'echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad' 2>/dev/null || :
    ip -n "$ns" link add link0 type veth peer name link1
    ip -n "$ns" addr add 192.0.2.7/24 dev link0
    ip -n "$ns" addr add 2001:db8::7/64 dev link0 nodad
    ip -n "$ns" link set link0 up
    ip -n "$ns" link set link1 up
    eventually settled || no "no link-local address"
    local6=$(ip -n "$ns" -6 -o addr show dev link0 scope link | sed 's/.*inet6 \([^/]*\).*/\1/')
}

settled() {
    ip -n "$ns" -6 -o addr show dev link0 scope link | grep fe80 | grep -qv tentative
}

# reaches ADDRESS-OF-THE-DEVICE AS-THE-USER-SAYS-IT
reaches() {
    start_sim esphome --bind "$1"
    espota -i "$2" -p "$sim_port" -f "$image" --protocol esphome --retry 0
    expect_status 0
    expect_stored "$image"
}

@test "IPv4" { make_link && reaches 192.0.2.7 192.0.2.7; }
@test "IPv6" { make_link && reaches 2001:db8::7 2001:db8::7; }
@test "IPv6 in brackets" { make_link && reaches 2001:db8::7 '[2001:db8::7]'; }
@test "link-local IPv6 with its interface" { make_link && reaches "$local6%link0" "$local6%link0"; }
@test "link-local IPv6 with its interface, in brackets" { make_link && reaches "$local6%link0" "[$local6%link0]"; }
@test "a name with two addresses, of which one answers" {
    printf '::1 device.test\n127.0.0.1 device.test\n' >hosts
    cat >ESPOTA <<END
#!/bin/sh
exec ip netns exec $ns unshare -m sh -c 'mount --bind hosts /etc/hosts && exec $BIN/espota-c "\$@"' sh "\$@"
END
    start_sim esphome --bind 127.0.0.1
    espota -i device.test -p "$sim_port" -f "$image" --protocol esphome \
        --retry 0 --resolver system
    expect_status 0
    expect_stored "$image"
}

@test "an interface that is not there" {
    espota -i 'fe80::1%nowhere' -p 3232 -f "$image" --protocol esphome --retry 0
    [ "$status" = 2 ] || [ "$status" = 10 ] || no "exit status $status"
    expect_stderr nowhere
}

@test "an address nobody has" {
    make_link
    espota -i 192.0.2.99 -p 3232 -f "$image" --protocol esphome --retry 0 \
        --connect-timeout 1
    expect_status 11
}

@test "an address there is no way to" {
    espota -i 203.0.113.1 -p 3232 -f "$image" --protocol esphome --retry 0
    expect_status 11
    expect_stderr "203.0.113.1"
}
