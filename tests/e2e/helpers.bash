# helpers.bash -- what every story loads: a directory of its own, simulated
# devices that are gone when it ends, and questions that explain a "no".
#
#   load helpers
#
#   @test "..." {
#       start_sim esphome --password hunter2     # sets sim_host, sim_port
#       make_image esp32 256K                    # sets image
#       flash -a hunter2                         # sets status; $T/out, $T/err
#       expect_status 0
#       expect_sim .auth sha256
#       expect_stored "$image"
#   }
#
# Everything listens on ports the system chooses, so that files run at once.
# shellcheck shell=bash

load common

ESPOTA=$BIN/espota-c SIM=$BIN/espota-sim MKIMAGE=$BUILD/tools/mkimage
IMAGES=$ROOT/../shared/images # real ones; a story skips where there are none
export ESPOTA SIM MKIMAGE IMAGES

setup() { story_begin; }
teardown() { story_end; }

story_begin() {
    T=$BATS_TEST_TMPDIR
    # The user's own settings are not part of a story.
    local name
    for name in $(compgen -e ESPOTA_) NO_COLOR CI; do unset "$name"; done
    export HOME=$T XDG_CONFIG_HOME=$T/config TERM=dumb
    cd "$T" || return 1
    children=() n_sims=0
}

story_end() {
    local pid
    tell_why
    for pid in "${children[@]}"; do
        kill "$pid" 2>/dev/null || :
    done
    for pid in "${children[@]}"; do
        wait "$pid" 2>/dev/null || :
    done
}

# Fails the story; tell_why() shows what there is to see.
no() {
    echo "NO: $*"
    return 1
}

# start COMMAND...: in the background, killed when the story ends; sets pid.
start() {
    "$@" 3>&- &
    pid=$!
    children+=("$pid")
}

# ---- simulated devices -------------------------------------------------------

# start_sim PROFILE OPTION...: waits until it listens.  Sets sim_pid, sim_host,
# sim_port (with --count: of the first), sim_out and sim_store.
start_sim() {
    remember_secrets "$@"
    n_sims=$((n_sims + 1))
    sim_out=$T/sim$n_sims.out sim_store=$T/stored$n_sims
    start "$SIM" "$1" --store "$sim_store" "${@:2}" \
        >"$sim_out" 2>"$T/sim$n_sims.err"
    sim_pid=$pid
    eventually sim_is_ready || no "espota-sim $* is not ready" || return 1
    local address
    address=$(sed -n 's/^listening on //p' "$sim_out")
    sim_port=${address##*:} sim_host=${address%:*}
    sim_port=${sim_port%%-*} sim_host=${sim_host#[} sim_host=${sim_host%]}
}

sim_is_ready() {
    grep -q '^listening on ' "$sim_out" || ! kill -0 "$sim_pid" 2>/dev/null
}

# The N-th session's object (default: the first) once it is over.
sim_session() {
    eventually sim_has_session "${1:-1}" ||
        no "no session ${1:-1} at the device" || return 1
    grep '"event":"session"' "$sim_out" | sed -n "${1:-1}p"
}

sim_has_session() { [ "$(grep -c '"event":"session"' "$sim_out")" -ge "$1" ]; }

# sim_field .acks [N]
sim_field() { sim_session "${2:-1}" | jq -r "$1"; }

# expect_sim .auth sha256 [N]
expect_sim() {
    local got
    got=$(sim_field "$1" "${3:-1}") || no "no $1" || return 1
    [ "$got" = "$2" ] || no "the device's $1 is $got, not $2"
}

# Stops the device in the usual way; its summary is in $sim_out then.
stop_sim() {
    kill -TERM "$sim_pid"
    wait "$sim_pid" || no "espota-sim ended with $?"
}

expect_stored() { # FILE
    cmp "$1" "$sim_store" || no "stored is something else than $1"
}

expect_no_violations() { expect_sim .n_violations 0 "${1:-1}"; }

# ---- images ------------------------------------------------------------------

# make_image CHIP SIZE [VERSION]: sets image.
make_image() {
    image=$T/$1-$2.bin
    "$MKIMAGE" "$1" "$2" "${3:-1.0.0}" "$image"
}

need_images() { [ -d "$IMAGES" ] || skip "no real images in $IMAGES"; }

# ---- espota-c ----------------------------------------------------------------

# Never longer than two minutes.  Sets status; leaves $T/out and $T/err.  Whatever
# else a story is about, no secret is printed, and events keep their contract.
espota() {
    status=0
    timeout -k 5 120 "$ESPOTA" "$@" >"$T/out" 2>"$T/err" </dev/null 3>&- ||
        status=$?
    local files
    mapfile -t files < <(files_of "$@")
    remember_secrets "$@"
    expect_no_secret "$T/out" "$T/err" "${files[@]}" && expect_contract
}

# Files it wrote, beside standard output and error.
files_of() { # OPTION...
    local before='' word
    for word; do
        case $before in
        --journal | --junit) echo "$word" ;;
        esac
        case $word in
        --json=* | --journal=* | --junit=*) echo "${word#*=}" ;;
        esac
        before=$word
    done
}

expect_contract() {
    case $(head -n 1 "$T/out") in
    *'"event":"run_start"'*) ;;
    *) return 0 ;;
    esac
    python3 -c 'import jsonschema' 2>/dev/null || return 0
    python3 "$ROOT/tests/support/check_events.py" \
        "$ROOT/docs/espota-events.schema.json" "$T/out" || no "bad events"
}

# flash OPTION...: image to the device started last; one attempt.
flash() {
    espota -i "$sim_host" -p "$sim_port" -f "$image" --protocol esphome \
        --retry 0 "$@"
}

expect_status() {
    [ "$status" = "$1" ] || no "exit status $status, not $1"
}

expect_stderr() { # TEXT
    grep -qF -- "$1" "$T/err" || no "stderr does not say: $1"
}

refuse_stderr() { # TEXT
    ! grep -qF -- "$1" "$T/err" || no "stderr says: $1"
}

# expect_event device_end .code ok: of the last such event in $T/out.
expect_event() {
    local got
    got=$(jq -r "select(.event == \"$1\") | $2" "$T/out" | tail -n 1)
    [ "$got" = "$3" ] || no "$1 has $2 $got, not $3"
}
