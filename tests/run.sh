#!/bin/sh
# run.sh -- run the tests and count them.  "make check" calls it.
#
#   run.sh [unit] [e2e] [replay] [rules]    default: all
#
# Environment: BUILD (objects), BIN (the programs), ONLY (a word in the names
# of the stories to run), JOBS.  The last line is "N passed, N failed", and
# ", N skipped" where something could not be run here; each skip says why.
set -u
cd "$(dirname "$0")/.." || exit 1
BUILD=${BUILD:-build} BIN=${BIN:-.} ONLY=${ONLY-} JOBS=${JOBS:-4}
# Absolute, for stories that change the directory.
BIN=$(cd "$BIN" && pwd) BUILD=$(cd "$BUILD" && pwd)
export BIN BUILD
log=$BUILD/check
rm -rf "$log"
mkdir -p "$log"
[ $# -gt 0 ] || set -- rules unit replay e2e

# Every group leaves one file a program: TAP, or what cmocka prints.

run_unit() {
    for t in "$BUILD"/tests/unit/test_*; do
        case $t in *.o | *.d | *.gcno | *.gcda) continue ;; esac
        [ -x "$t" ] || continue
        name=$(basename "$t")
        "$t" >"$log/$name.out" 2>&1
        status=$?
        passed=$(sed -n 's/.*\[  PASSED  \] \([0-9]*\) test.*/\1/p' "$log/$name.out" | tail -n 1)
        failed=$(grep -c '^\[  FAILED  \] [^0-9]' "$log/$name.out")
        skipped=$(grep -c '^\[  SKIPPED \] [^0-9]' "$log/$name.out")
        [ "$status" = 0 ] || [ "$failed" != 0 ] || failed=1 # it crashed
        note "$name" "${passed:-0}" "$failed" "$skipped"
        grep '^skip: ' "$log/$name.out"
        [ "$failed" = 0 ] || cat "$log/$name.out"
    done
}

run_replay() {
    for r in "$BUILD"/fuzz/fuzz_*_replay; do
        [ -x "$r" ] || continue
        name=$(basename "$r")
        corpus=fuzz/corpus/${name#fuzz_}
        if find "${corpus%_replay}" -type f -print0 | xargs -0 "$r" >"$log/$name.out" 2>&1; then
            note "$name" 1 0 0
        else
            note "$name" 0 1 0
            tail -n 40 "$log/$name.out"
        fi
    done
}

run_rules() {
    for rule in check-layers check-symbols; do
        if make -s "$rule" BUILD="$BUILD" >"$log/$rule.out" 2>&1; then
            note "$rule" 1 0 0
        else
            note "$rule" 0 1 0
            cat "$log/$rule.out"
        fi
    done
    for rule in tests/rules/*.sh; do
        [ -e "$rule" ] || continue
        name=$(basename "$rule" .sh)
        if sh "$rule" >"$log/$name.out" 2>&1; then
            note "$name" 1 0 0
        else
            note "$name" 0 1 0
            cat "$log/$name.out"
        fi
    done
}

# Stories mostly wait: several files at once, each with its own ports.
run_e2e() {
    find tests/e2e -name "*$ONLY*.bats" | sort |
        xargs -P "$JOBS" -I{} sh -c 'n=$(basename "$1" .bats)
            bats --tap "$1" >"$2/$n.out" 2>&1 || :; echo done >"$2/$n.end"' sh {} "$log"
    for end in "$log"/*.end; do
        [ -e "$end" ] || continue
        name=$(basename "$end" .end)
        out=$log/$name.out
        planned=$(sed -n 's/^1\.\.\([0-9]*\).*/\1/p' "$out" | head -n 1)
        skipped=$(grep -c '^ok .*# skip' "$out")
        passed=$(($(grep -c '^ok ' "$out") - skipped))
        failed=$((${planned:-1} - passed - skipped))
        note "$name" "$passed" "$failed" "$skipped"
        sed -n 's/^ok [0-9]* \(.*\) # skip/skip: \1:/p' "$out"
        [ "$failed" = 0 ] || grep -v '^ok ' "$out"
    done
}

note() { # NAME PASSED FAILED SKIPPED
    printf '  %-32s %s passed, %s failed%s\n' "$1" "$2" "$3" "$([ "$4" = 0 ] || echo ", $4 skipped")"
    echo "$2 $3 $4" >>"$log/counts"
}

for group; do
    "run_$group"
done
awk '{ p += $1; f += $2; s += $3 }
    END { printf "%d passed, %d failed%s\n", p, f, s ? ", " s " skipped" : ""
          exit f > 0 || p == 0 }' "$log/counts"
