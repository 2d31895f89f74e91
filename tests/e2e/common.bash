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
