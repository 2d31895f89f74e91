# lab_words.sh -- what the scripts of stories in a lab say, on the host's side.
# shellcheck shell=sh

# dev COMMAND...: on the device's side.
dev() { "$NETLAB" exec dev "$@"; }

# sim PROFILE OPTION...: a device at 10.77.0.2, until the lab ends.  What it
# prints is in $sim_out.
n_sims=0
sim() {
    n_sims=$((n_sims + 1)) sim_out=$T/sim$((n_sims)).out profile=$1
    shift
    dev "$BIN/espota-sim" "$profile" --bind 10.77.0.2 "$@" >"$sim_out" 2>&1 &
}

espota() { "$BIN/espota-c" "$@"; }

# there NAME...: waits until each has announced itself.
there() {
    for name; do
        espota wait -q "$name.local" --timeout 60 || echo "no $name"
    done
}

# listens: waits until the last one does, which announces nothing.
listens() { timeout 60 sh -c 'until grep -qs listening "$1"; do sleep 0.05; done' sh "$sim_out"; }

# peer PROGRAM ARGUMENT...: one of tests/peer, in the background: sets peer.
# Waits until it says that it is ready.
# shellcheck disable=SC2034
peer() {
    rm -f "$T/ready"
    "$@" >"$T/ready" &
    peer=$!
    timeout 60 sh -c 'until [ -s "$1" ]; do sleep 0.05; done' sh "$T/ready"
}

# resolve NAME OPTION...: how it is found, in what time, and where; as
# resolve.sh has it.
resolve() { resolve.sh "$@"; }

# soon NAME OPTION...: the same, and it is given three tries to be quick.
soon() { SOON=4500 resolve.sh "$@"; }

now() { date +%s%3N; }
