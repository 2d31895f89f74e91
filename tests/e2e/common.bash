# common.bash -- waiting, and telling: what the stories of all files need.
#
# A story never sleeps to let something happen: it waits until it has happened,
# with a limit that only a real fault reaches on the busiest machine.
# shellcheck shell=bash

ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
BIN=${BIN:-$ROOT} BUILD=${BUILD:-$ROOT/build}
export ROOT BIN BUILD

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
    eventually grep -qs "$@" "$file" || { echo "not in $file: $*"; return 1; }
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

# ---- secrets: whatever a story is about, none that it used is printed --------

secrets=()

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

# Runs espota-c, also by "run": what it says is passed on, and searched.
discreetly() { # COMMAND...
    local said=$BATS_TEST_TMPDIR/discreetly rc=0
    "$@" >"$said.out" 2>"$said.err" || rc=$?
    cat "$said.out"
    cat "$said.err" >&2
    remember_secrets "${@:2}"
    expect_no_secret "$said.out" "$said.err" || return 99
    return $rc
}

is_gone() { ! kill -0 "$1" 2>/dev/null; }

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
