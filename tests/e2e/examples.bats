#!/usr/bin/env bats
# examples.bats -- the programs of examples/ flash a device, each by its own loop.
load helpers

# example NAME: runs it, with a line on standard input, against a device.
example() {
    [ -x "$BUILD/examples/$1" ] || skip "built without ${1#loop_}"
    start_sim esphome
    make_image esp32 256K
    echo "a line" | timeout 60 "$BUILD/examples/$1" "$sim_host" "$sim_port" "$image" >out
    grep -q "bytes$" out
    grep -qx "$sim_host: updated" out
    expect_stored "$image"
}

@test "the library's own loop" { example loop_run; }

@test "poll(2), which hears something else meanwhile" {
    example loop_poll
    grep -qx "7 bytes on standard input" out
}

@test "libevent" { example loop_libevent; }

@test "libuv" { example loop_libuv; }

@test "a guest lets its host's timers run" {
    local name
    for name in loop_libevent loop_libuv; do
        [ -x "$BUILD/examples/$name" ] || continue
        start_sim esphome --flash-ms-per-kib 2
        make_image esp32 256K
        timeout 60 "$BUILD/examples/$name" "$sim_host" "$sim_port" "$image" >out
        [ "$(grep -c tick out)" -ge 2 ]
    done
    [ -s out ] || skip "built without libevent and libuv"
}

@test "a device that refuses is a failure" {
    local name
    start_sim esphome --password secret-of-it
    make_image esp32 256K
    for name in loop_run loop_poll loop_libevent loop_libuv; do
        [ -x "$BUILD/examples/$name" ] || continue
        status=0
        timeout 60 "$BUILD/examples/$name" "$sim_host" "$sim_port" "$image" >out </dev/null || status=$?
        [ "$status" = 4 ]
        grep -q "$sim_host: .*password" out
    done
}
