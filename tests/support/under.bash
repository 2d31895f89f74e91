# under.bash -- our programs under another one: an emulator, a memory checker.
#
# Each gets a script of its name in another folder, so that tests need not
# know; run.sh runs and counts them.
# shellcheck shell=bash

passed=0 failed=0 skipped=0

# Fails every allocation of libcrypto in its turn: seconds here, many minutes
# there, and nothing in it depends on the processor.
EXCEPT=test_crypto_library

skip() { # WHY...
    echo "skip: $*"
    skipped=$((skipped + 1))
}

# What "run.sh" says last.
count() { # FILE
    if [[ $(tail -n 1 "$1") =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed(,\ ([0-9]+)\ skipped)?$ ]]; then
        passed=$((passed + BASH_REMATCH[1]))
        failed=$((failed + BASH_REMATCH[2]))
        skipped=$((skipped + ${BASH_REMATCH[4]:-0}))
    else
        failed=$((failed + 1))
    fi
}

# Its sums; the status is for exit.  77: nothing could be run.
sums() {
    printf '\n%d passed, %d failed%s\n' "$passed" "$failed" \
        "$([ "$skipped" = 0 ] || echo ", $skipped skipped")"
    [ "$failed" = 0 ] || return 1
    [ "$passed" != 0 ] || return 77
}

wrap() { # COMMAND PROGRAM NEW: COMMAND is shell words
    mkdir -p "$(dirname "$3")"
    printf '#!/bin/sh\nexec %s "%s" "$@"\n' "$1" "$2" >"$3"
    chmod 755 "$3"
}

# The programs of that name below BUILD that PATTERNs match.
programs() { # BUILD PATTERN...
    local file
    # shellcheck disable=SC2048
    (cd "$1" && printf '%s\n' ${*:2}) | while read -r file; do
        case $file in *.o | *.d | *.gcno | *.gcda) continue ;; esac
        [ ! -x "$1/$file" ] || echo "$file"
    done
}

# Unit tests and replays, JOBS at once: each takes its share of them.
run_under() { # COMMAND BUILD NEW-FOLDER PATTERN...
    local command=$1 build=$2 new=$3 file n=0 share
    shift 3
    rm -rf "$new"
    for file in $(programs "$build" "$@"); do
        if [ "${file##*/}" = "$EXCEPT" ]; then
            skip "$EXCEPT: too much for an emulator"
            continue
        fi
        wrap "$command" "$build/$file" "$new/$((n++ % JOBS))/$file"
    done
    for share in "$new"/*; do
        BUILD=$share BIN=$share tests/run.sh unit replay >"$share.out" 2>&1 &
    done
    wait
    cat "$new"/*.out | grep -vE '^[0-9]+ passed' | sed 's/^skip: /  &/'
    for share in "$new"/*.out; do count "$share"; done
}
