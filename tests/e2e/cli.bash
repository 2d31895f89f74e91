# cli.bash -- what the stories of the command share.
#
# Each runs in a directory of its own, without the user's configuration, and
# ends with a search for its secret in everything it printed.

# In no file but those called *.secret.
# shellcheck disable=SC2034
SECRET='Tr0ub4dor&3 xk'

cli_setup() {
    ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    T=$BATS_TEST_TMPDIR
    cd "$T" || return 1
    for name in $(env | sed -n 's/^\(ESPOTA_[A-Z_]*\)=.*/\1/p'); do
        unset "$name"
    done
    export HOME=$T XDG_CONFIG_HOME=$T/xdg TERM=dumb
    unset CI NO_COLOR
    DEVICES=
    "$BUILD/tools/mkimage" esp32 300K 1.2.3 fw.bin
    (umask 077 && printf '%s\n' "$SECRET" >pw.secret)
}

cli_teardown() {
    for pid in $DEVICES; do
        kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || :
    done
    if grep -rlF --exclude='*.secret' -e "$SECRET" "$T"; then
        echo "the secret was written there"
        return 1
    fi
}

# A simulated device; $PORT is where it listens.  Its report is NAME.report.
start_device() { # NAME [OPTION]...
    local name=$1
    shift
    "$BIN/espota-sim" esphome --port 0 --report "$name.report" "$@" \
        >"$name.log" 2>&1 &
    DEVICES="$DEVICES $!"
    for _ in $(seq 100); do
        PORT=$(sed -n 's/^listening on .*:\([0-9]*\)[-0-9]*$/\1/p' "$name.log")
        [ -z "$PORT" ] || return 0
        sleep 0.05
    done
    cat "$name.log"
    return 1
}

# What the device says of its n-th session.
seen() { # NAME KEY
    for _ in $(seq 40); do # it is written after the last byte
        [ -s "$1.report" ] && break
        sleep 0.05
    done
    jq -r ".$2" <"$1.report" | tail -n 1
}

# Runs the command; $status, and what it printed in out and err.
go() {
    status=0
    "$BIN/espota-c" "$@" >out 2>err || status=$?
}

expect() { # STATUS
    [ "$status" = "$1" ] || {
        echo "status $status, not $1"
        cat out err
        return 1
    }
}

# By a validator that is not ours.
valid_events() { # FILE [DEVICES]
    python3 -c 'import jsonschema' 2>/dev/null ||
        { echo "# python3-jsonschema is missing: not validated" >&3; return 0; }
    python3 "$ROOT/tests/support/check_events.py" \
        "$ROOT/docs/espota-events.schema.json" "$1" "${2:-1}"
}
