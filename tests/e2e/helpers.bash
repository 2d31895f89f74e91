# helpers.bash -- the words of all stories.
#
#   load helpers
#
#   @test "..." {
#       start_sim esphome --password hunter2     # sets sim_host, sim_port, ...
#       make_image esp32 256K                    # sets image
#       flash -a hunter2                         # sets status; $T/out, $T/err
#       expect_status 0
#       expect_sim .auth sha256
#       expect_stored "$image"
#   }
#
# Each story has a directory of its own, $T, where it stands, and whatever it
# started ends with it.  Everything listens on ports that the system chooses, so
# that files run at once.  CONTRIBUTING.md ("How a story is written") has the
# words on one page; lab.bash, serve.bash and arduino.bash add a few for what
# they are about.
# shellcheck shell=bash

ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
BIN=${BIN:-$ROOT} BUILD=${BUILD:-$ROOT/build}
ESPOTA=$BIN/espota-c SIM=$BIN/espota-sim MKIMAGE=$BUILD/tools/mkimage
IMAGES=$ROOT/../shared/images # real ones; a story skips where there are none
export ROOT BIN BUILD ESPOTA SIM MKIMAGE IMAGES

setup() { story_begin; }
teardown() { story_end; }

story_begin() {
    T=$BATS_TEST_TMPDIR
    export T
    # The user's own settings are not part of a story.
    local name
    for name in $(compgen -e ESPOTA_) NO_COLOR CI; do unset "$name"; done
    export HOME=$T XDG_CONFIG_HOME=$T/config TERM=dumb
    cd "$T" || return 1
    exec </dev/null
    children=() secrets=() n_sims=0 flash_with=()
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

# need_built LIBRARY: skips where this build has none.
need_built() {
    "$ESPOTA" --version | grep -q "$1" || skip "built without $1"
}

# start COMMAND...: in the background, killed when the story ends; sets pid.
start() {
    "$@" 3>&- &
    pid=$!
    children+=("$pid")
}

is_gone() { ! kill -0 "$1" 2>/dev/null; }

# ---- waiting -----------------------------------------------------------------
#
# A story never sleeps to let something happen: it waits until it has happened,
# with a limit that only a real fault reaches on the busiest machine.

PATIENCE=60 # seconds

# Runs COMMAND until it succeeds.
eventually() { # COMMAND...
    local end=$((SECONDS + PATIENCE))
    until "$@"; do
        ((SECONDS < end)) || return 1
        sleep 0.05
    done
}

# Until there is something in FILE that grep finds, which may not be there yet.
wait_for() { # FILE GREP-ARGUMENT...
    local file=$1
    shift
    eventually grep -qs "$@" "$file" || no "not in $file: $*"
}

# Where it is the real clock that decides, a machine that stands still for seconds
# decides otherwise.  Runs COMMAND with that much $patience in seconds, and with
# more when it failed: what is really broken fails each time.  Like every command
# of a condition it must not rely on "set -e".
patiently() { # COMMAND...
    for patience in 2 4 8 16; do
        "$@" && return
        echo "(not with a patience of $patience s)"
    done
    return 1
}

# ---- simulated devices -------------------------------------------------------

# start_sim PROFILE OPTION...: waits until it listens.  Sets sim_pid, sim_host,
# sim_port (with --count: of the first), sim_protocol, sim_store, and sim_out:
# what it prints, its reports included.
start_sim() {
    remember_secrets "$@"
    n_sims=$((n_sims + 1))
    sim_out=$T/sim$n_sims.out sim_store=$T/stored$n_sims sim_protocol=$1
    # How long a device takes over its goodbye is for few stories to say.
    if [ "$1" = arduino ]; then set -- arduino --end-ms 20 "${@:2}"; fi
    start "$SIM" "$1" --store "$sim_store" "${@:2}" \
        >"$sim_out" 2>"$T/sim$n_sims.err"
    sim_pid=$pid
    eventually sim_is_ready || no "espota-sim $* is not ready" || return 1
    local address
    address=$(sed -n 's/^listening on //p' "$sim_out")
    sim_port=${address##*:} sim_host=${address%:*}
    sim_port=${sim_port%%-*} sim_host=${sim_host#[} sim_host=${sim_host%]}
    [ -n "$sim_port" ] || no "espota-sim $* ended"
}

sim_is_ready() { grep -q '^listening on ' "$sim_out" || is_gone "$sim_pid"; }

# start_sims N PROFILE OPTION...: N that behave alike; adds their lines to the
# list $T/targets.
start_sims() {
    local n=$1 i
    start_sim "$2" --count "$n" "${@:3}" || return 1
    for ((i = 0; i < n; i++)); do
        echo "$sim_host port=$((sim_port + i))" >>"$T/targets"
    done
}

# start_fleet N OPTION...: ESPHome's, which are back at once.
start_fleet() { start_sims "$1" esphome --reboot-ms 0 "${@:2}"; }

# Stops the device in the usual way; its summary is in $sim_out then.
stop_sim() {
    kill -TERM "$sim_pid"
    wait "$sim_pid" || no "espota-sim ended with $?"
}

# The N-th session's object (default: the first) once it is over.
sim_session() {
    eventually sim_has_session "${1:-1}" ||
        no "no session ${1:-1} at the device" || return 1
    grep '"event":"session"' "$sim_out" | sed -n "${1:-1}p"
}

sim_has_session() { [ "$(n_sessions)" -ge "$1" ]; }
# shellcheck disable=SC2120
n_sessions() { grep -c '"event":"session"' "${1-$sim_out}" || :; } # [FILE]

# sim_field .acks [N]
sim_field() { sim_session "${2:-1}" | jq -r "$1"; }

# expect_sim .auth sha256 [N]
expect_sim() {
    local got
    got=$(sim_field "$1" "${3:-1}") || no "no $1" || return 1
    [ "$got" = "$2" ] || no "the device's $1 is $got, not $2"
}

# expect_last FILTER: true of the latest session that is over, by jq; of a web
# page's, of the latest POST.  It may yet come.
expect_last() {
    eventually is_last "$1" || no "the device did not see: $1"
}

is_last() {
    jq -sRe "[split(\"\n\")[] | select(startswith(\"{\")) | fromjson
        | select(.event == \"session\" and (.method // \"POST\") == \"POST\")] | last | $1" \
        "$sim_out" >/dev/null 2>&1
}

# expect_sessions N: the device is stopped for that, and has had so many.
expect_sessions() {
    stop_sim || return 1
    [ "$(n_sessions)" = "$1" ] || no "the device had $(n_sessions) sessions, not $1"
}

expect_stored() { # FILE
    cmp "$1" "$sim_store" || no "stored is something else than $1"
}

# expect_stored_once: by all reports of the device, once there is one.
expect_stored_once() {
    eventually has_stored || no "nothing was stored" || return 1
    [ "$(n_stored)" = 1 ] || no "it was stored $(n_stored) times"
}

# shellcheck disable=SC2120
n_stored() { grep '^{' "${1-$sim_out}" | jq -s 'map(select((.md5_stored // "") != "")) | length'; } # [FILE]
has_stored() { [ "$(n_stored)" -gt 0 ]; }

expect_no_violations() { expect_sim .n_violations 0 "${1:-1}"; }

# ---- images ------------------------------------------------------------------

# make_image CHIP SIZE [VERSION]: sets image.
make_image() {
    image=$T/$1-$2.bin
    "$MKIMAGE" "$1" "$2" "${3:-1.0.0}" "$image"
}

# Bootloader, table and app in one: the pieces a build has.  Behind the table of
# otadata and app0 another app may be named, which lies at 0x90000.
make_factory() { # FILE APP [APP]
    "$MKIMAGE" esp32c3 256K 9 "$T/boot.bin"
    head -c 32768 /dev/zero | tr '\0' '\377' >"$1"
    dd if="$T/boot.bin" of="$1" conv=notrunc bs=1 count=20000 status=none
    # Without MD5: enough of a table.
    printf '\252\120\1\0\0\220\0\0\0\40\0\0otadata\0\0\0\0\0\0\0\0\0\0\0\0\0' >>"$1"
    printf '\252\120\0\20\0\0\1\0\0\0\10\0app0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0' >>"$1"
    [ $# = 2 ] || printf '\252\120\0\21\0\0\11\0\0\0\10\0app1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0' >>"$1"
    head -c $((65536 - $(wc -c <"$1"))) /dev/zero | tr '\0' '\377' >>"$1"
    cat "$2" >>"$1"
    # A bootloader is not an app: its descriptor goes.
    printf '\120\0\0\0' | dd of="$1" conv=notrunc bs=1 seek=32 status=none
    [ $# = 3 ] || return 0
    head -c $((0x90000 - $(wc -c <"$1"))) /dev/zero | tr '\0' '\377' >>"$1"
    cat "$3" >>"$1"
}

need_images() { [ -d "$IMAGES" ] || skip "no real images in $IMAGES"; }

md5() { md5sum <"$1" | cut -d ' ' -f 1; } # FILE

# ---- espota-c ----------------------------------------------------------------

# Never longer than three minutes.  Sets status; leaves $T/out and $T/err.  Whatever
# else a story is about, no secret is printed, and events keep their contract.
espota() { # ARGUMENT...
    status=0
    timeout -k 5 180 "$ESPOTA" "$@" >"$T/out" 2>"$T/err" 3>&- || status=$?
    local files
    mapfile -t files < <(files_of "$@")
    remember_secrets "$@"
    expect_no_secret "$T/out" "$T/err" "${files[@]}" && expect_contract
}

# flash [FILE] OPTION...: that file, or $image, to the device started last; one
# attempt.  What a whole file of stories says each time is in flash_with.
flash() {
    local file=${image-}
    case ${1--} in -*) ;; *) file=$1 && shift ;; esac
    espota -i "$sim_host" -p "$sim_port" -f "$file" --protocol "$sim_protocol" \
        --retry 0 "${flash_with[@]}" "$@"
}

# fleet OPTION...: $image to all of the list $T/targets, in the same way.
fleet() {
    espota fleet "$T/targets" -f "$image" --retry 0 "${flash_with[@]}" "$@"
}

# expect_status STATUS [TEXT...]: of what ran last, and all of that is in what it
# said on standard error.
expect_status() {
    local text
    [ "$status" = "$1" ] || no "exit status $status, not $1" || return 1
    for text in "${@:2}"; do expect_stderr "$text" || return 1; done
}

expect_stderr() { # TEXT
    grep -qF -- "$1" "$T/err" || no "stderr does not say: $1"
}

refuse_stderr() { # TEXT
    ! grep -qF -- "$1" "$T/err" || no "stderr says: $1"
}

# refuse PATTERN FILE...: nothing there that grep finds.
refuse() { ! grep "$@" || no "found: $*"; }

# expect_event device_end .code ok [FILE]: of the last such event.
expect_event() {
    local got
    got=$(jq -r "select(.event == \"$1\") | $2" "${4-$T/out}" | tail -n 1)
    [ "$got" = "$3" ] || no "$1 has $2 $got, not $3"
}

# expect_outcomes failed=1 updated=4: of all devices, by the alphabet.
expect_outcomes() {
    local got
    got=$(jq -r 'select(.event == "device_end") | .outcome' "$T/out" | sort | uniq -c |
        awk '{ printf "%s%s=%s", (NR > 1 ? " " : ""), $2, $1 }')
    [ "$got" = "$*" ] || no "the outcomes are $got, not $*"
}

# Where the first line is an event all of them are as they must be.
expect_contract() {
    case $(head -n 1 "$T/out") in
    *'"event":"run_start"'*) check_events "$T/out" || no "bad events" ;;
    esac
}

valid_events() { check_events "$1" "${2:-1}"; } # FILE [DEVICES]

# By a validator that is not ours.
check_events() { # FILE... [DEVICES]
    python3 -c 'import jsonschema' 2>/dev/null || return 0
    python3 "$ROOT/tests/support/check_events.py" \
        "$ROOT/docs/espota-events.schema.json" "$@"
}

# ---- secrets: whatever a story is about, none that it used is printed --------

# Those of a command line, of espota-c or of espota-sim.
remember_secrets() { # WORD...
    local before='' word
    [ "${1-}" != sign ] || return 0 # its --key is a file
    for word; do
        case $before in
        -a | --auth | --password | --key) secrets+=("$word") ;;
        esac
        case $word in
        --auth=* | --password=* | --key=*) secrets+=("${word#*=}") ;;
        esac
        before=$word
    done
}

# Not "wrong", which is a word like any other, nor "sha256", which espota-sim's
# --auth may be, nor "{...}", which a build system left as it was, nor what is too
# short to be told from other text.
is_searchable() {
    case $1 in
    wrong | sha256 | '{'*) return 1 ;;
    *) [ ${#1} -ge 5 ] ;;
    esac
}

expect_no_secret() { # FILE...
    local secret
    for secret in "${secrets[@]}"; do
        is_searchable "$secret" || continue
        if grep -qsF -e "$secret" "$@"; then
            echo "NO: a secret was printed"
            return 1
        fi
    done
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

# For teardown(): after a failure, what the programs said.
tell_why() {
    local f
    [ -z "${BATS_TEST_COMPLETED-}" ] && [ -z "${BATS_TEST_SKIPPED-}" ] || return 0
    while IFS= read -r f; do
        grep -qI . "$f" || continue
        echo "--- ${f#"$BATS_TEST_TMPDIR/"}, the last of $(wc -l <"$f") lines"
        tail -n 25 "$f" | cut -c 1-500
    done < <(find "$BATS_TEST_TMPDIR" -type f -size -2000k \
        ! -name '*.secret' ! -name '*.bin' ! -name '*.pem' | sort | head -n 16)
}
