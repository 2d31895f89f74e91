# cli.bash -- what the stories of the command share.
#
# Each ends with a search for its secret in everything that was printed.
# shellcheck shell=bash

load helpers

# In no file but those called *.secret.
# shellcheck disable=SC2034
SECRET='Tr0ub4dor&3 xk'

setup() { cli_setup; }
teardown() { cli_teardown; }

cli_setup() {
    story_begin
    "$MKIMAGE" esp32 300K 1.2.3 fw.bin
    (umask 077 && printf '%s\n' "$SECRET" >pw.secret)
}

cli_teardown() {
    story_end
    if grep -rlF --exclude='*.secret' -e "$SECRET" "$T"; then
        echo "the secret was written there"
        return 1
    fi
}

# A simulated ESPHome device; PORT is where it listens, and what it says is in
# NAME.report.
start_device() { # NAME [OPTION]...
    local name=$1
    shift
    start_sim esphome "$@" || return 1
    ln -sf "$sim_out" "$name.report"
    echo "$sim_pid" >"$name.pid"
    PORT=$sim_port
}

# What the device says of its session of that number, which may yet come.
seen() { # NAME KEY [NUMBER]
    eventually has_sessions "$1.report" "${3:-1}" || return 1
    grep '"event":"session"' "$1.report" | sed -n "${3:-1}p" | jq -r ".$2"
}

has_sessions() { [ "$(grep -c '"event":"session"' "$1")" -ge "$2" ]; }

# The device is stopped for that: then it tells what it has seen.
never_called() { # NAME
    local pid
    pid=$(cat "$1.pid")
    kill -TERM "$pid"
    wait "$pid" || no "espota-sim ended with $?" || return 1
    ! grep -q '"event":"session"' "$1.report"
}

# As espota() of helpers.bash, with standard input and more than one attempt;
# what it printed is in out and err.
go() {
    status=0
    timeout -k 5 120 "$ESPOTA" "$@" >out 2>err 3>&- || status=$?
    expect_contract
}

expect() { # STATUS
    [ "$status" = "$1" ] || no "exit status $status, not $1"
}

# absent PATTERN FILE: bats ignores a "!" that is not on the last line.
absent() {
    ! grep "$@" || no "found: $*"
}

# By a validator that is not ours.
valid_events() { # FILE [DEVICES]
    python3 -c 'import jsonschema' 2>/dev/null ||
        { echo "# python3-jsonschema is missing: not validated" >&3; return 0; }
    python3 "$ROOT/tests/support/check_events.py" \
        "$ROOT/docs/espota-events.schema.json" "$1" "${2:-1}"
}
