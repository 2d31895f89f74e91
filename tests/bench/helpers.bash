# helpers.bash -- for benchmarks: a directory, a simulated device, a stopwatch.
# shellcheck shell=bash
set -euo pipefail

T=$(mktemp -d)
sims=()
bad=0
trap finish EXIT

finish() {
    local status=$? pid
    for pid in "${sims[@]}"; do kill "$pid" 2>/dev/null || :; done
    rm -rf "$T"
    [ $status -ne 0 ] || exit $bad
}

# start_sim PROFILE OPTION...: sets sim_port.
start_sim() {
    "$BIN/espota-sim" "$@" >"$T/sim" 2>&1 &
    sims+=($!)
    for _ in $(seq 200); do
        grep -q '^listening on ' "$T/sim" && break
        sleep 0.05
    done
    # With --count: of the first.
    sim_port=$(sed -n 's/^listening on .*:\([0-9]*\).*/\1/p' "$T/sim")
}

stop_sims() {
    local pid
    for pid in "${sims[@]}"; do
        kill "$pid" 2>/dev/null || :
        wait "$pid" 2>/dev/null || :
    done
    sims=()
}

# flash OPTION...: sets total_ms and cpu_ms (user and system).
flash() {
    local TIMEFORMAT='%U %S'
    { time "$BIN/espota-c" --no-config --json --retry 0 "$@" \
        >"$T/json" 2>"$T/err"; } 2>"$T/cpu" ||
        { cat "$T/err" >&2; return 1; }
    total_ms=$(jq -r 'select(.event == "device_end") | .ms.total' "$T/json")
    cpu_ms=$(awk '{ printf "%.0f", ($1 + $2) * 1000 }' "$T/cpu")
}

# ratio A B: two decimals.
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }

# bound WHAT FIGURE LIMIT: prints both, and remembers if it is too much.
bound() {
    echo "$1: $2 (at most $3)"
    awk -v f="$2" -v l="$3" 'BEGIN { exit f > l }' || bad=1
}
