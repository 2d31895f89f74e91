#!/bin/sh
# run.sh -- run the tests and count them.  "make check" calls it.
#
#   run.sh [rules] [unit] [model] [replay] [torture] [e2e]    default: all
#
# Environment: BUILD (objects), BIN (the programs), ONLY (words in the names of
# the stories to run), JOBS.  The last line is "N passed, N failed", and
# ", N skipped" where something could not be run here; each skip says why.
set -u
cd "$(dirname "$0")/.." || exit 1
BUILD=${BUILD:-build} BIN=${BIN:-.} ONLY=${ONLY-} JOBS=${JOBS:-4}
# Absolute, for stories that change the directory.
BIN=$(cd "$BIN" && pwd) BUILD=$(cd "$BUILD" && pwd)
export BIN BUILD
[ $# -gt 0 ] || set -- rules unit model replay torture e2e
# By what is run: make may start two of these at once.
log=$BUILD/check/$(echo "$*" | tr ' ' -)
rm -rf "$log"
mkdir -p "$log"

# Nothing hangs for ever, whatever it waits for.
limit() { # SECONDS COMMAND...
    if command -v timeout >/dev/null; then
        timeout -k 10 "$@"
    else
        shift
        "$@"
    fi
}

note() { # NAME PASSED FAILED SKIPPED
    printf '  %-32s %s passed, %s failed%s\n' "$1" "$2" "$3" "$([ "$4" = 0 ] || echo ", $4 skipped")"
    echo "$2 $3 $4" >>"$log/counts"
}

# What a group that failed has to say, from standard input; and once more at
# the very end, because the middle of a long log is what gets lost.
tell() { # NAME
    tee "$log/why"
    {
        echo "== $1"
        head -n 120 "$log/why"
        [ "$(wc -l <"$log/why")" -le 120 ] || echo "... and more of it above"
    } >>"$log/failed"
}

# What cmocka prints, up to its summary: a test that was begun and has no
# verdict crashed; a program that is unhappy behind its last test leaks.
run_unit() {
    for t in "$BUILD"/tests/unit/test_*; do
        case $t in *.o | *.d | *.gcno | *.gcda) continue ;; esac
        [ -x "$t" ] || continue
        name=$(basename "$t")
        out=$log/$name.out
        limit 300 "$t" >"$out" 2>&1
        status=$?
        # shellcheck disable=SC2046
        set -- $(awk '/test\(s\) run\.$/ { exit }
            /^\[ RUN      \]/ { run++ } /^\[       OK \]/ { ok++ }
            /^\[  SKIPPED \]/ { skip++ }
            END { print ok + 0, run - ok - skip, skip + 0 }' "$out")
        failed=$2
        [ "$status" = 0 ] || [ "$failed" != 0 ] || failed=1
        note "$name" "$1" "$failed" "$3"
        grep '^skip: ' "$out"
        [ "$status" != 124 ] || echo "stopped after 300 s" >>"$out"
        [ "$failed" = 0 ] || grep -v '^\[ RUN\|^\[       OK' "$out" | tell "$name"
    done
}

# Histories of runs, played in virtual time; each of them counts as none.
run_model() {
    if [ ! -x "$BUILD/tests/model/model" ]; then
        echo "skip: model: it is made for Linux and jansson"
        note model 0 0 1
    elif limit 300 "$BUILD/tests/model/model" 10000 >"$log/model.out" 2>&1; then
        note model 1 0 0
    else
        note model 0 1 0
        tell model <"$log/model.out"
    fi
}

run_replay() {
    for r in "$BUILD"/fuzz/fuzz_*_replay; do
        [ -x "$r" ] || continue
        name=$(basename "$r")
        corpus=${name#fuzz_}
        corpus=fuzz/corpus/${corpus%_replay}
        if [ ! -d "$corpus" ]; then
            echo "$corpus is missing" >"$log/$name.out"
            note "$name" 0 1 0
        elif limit 300 find "$corpus" -type f -exec "$r" {} + >"$log/$name.out" 2>&1; then
            note "$name" 1 0 0
            continue
        else
            note "$name" 0 1 0
        fi
        tail -n 40 "$log/$name.out" | tell "$name"
    done
}

rule() { # NAME COMMAND...; status 77: it cannot be asked here
    name=$1
    shift
    limit 900 "$@" >"$log/$name.out" 2>&1
    case $? in
    0) note "$name" 1 0 0 ;;
    77)
        note "$name" 0 0 1
        sed 's/^/skip: /' "$log/$name.out"
        ;;
    *)
        note "$name" 0 1 0
        tell "$name" <"$log/$name.out"
        ;;
    esac
}

run_rules() {
    for target in check-layers check-symbols; do
        rule "$target" make -s "$target" BUILD="$BUILD"
    done
    for script in tests/rules/*.sh; do
        [ -e "$script" ] || continue
        rule "rule_$(basename "$script" .sh)" sh "$script"
    done
}

# The short form; each story of it is a test.
run_torture() {
    out=$log/torture.out
    if [ ! -x "$BUILD/tests/torture/torture" ]; then
        echo "skip: torture: it is made for Linux"
        note torture 0 0 1
        return
    fi
    limit 1800 tests/torture/run.sh --short >"$out" 2>&1
    status=$?
    skipped=$(grep -c '^skip: ' "$out")
    failed=$(grep -c '^story .* FINDS$' "$out")
    passed=$(($(grep -c '^story ' "$out") - failed))
    [ "$status" = 0 ] || [ "$failed" != 0 ] || failed=1
    note torture "$passed" "$failed" "$skipped"
    grep '^skip: ' "$out"
    [ "$failed" = 0 ] || grep -v '^[a-z-]* *[a-z]* *[0-9]* calls' "$out" | tell torture
}

# Stories mostly wait: several files at once, each with its own ports.
run_e2e() {
    [ -d tests/e2e ] || return
    if ! command -v bats >/dev/null; then
        echo "skip: tests/e2e: bats is missing, run \"make setup\""
        note e2e 0 0 1
        return
    fi
    limit=$(command -v timeout) && limit="$limit -k 10 1800"
    # shellcheck disable=SC2086
    find tests/e2e -name '*.bats' | grep -F -e "$(printf '%s\n' $ONLY)" | sort |
        xargs -P "$JOBS" -I{} sh -c 'n=$(basename "$1" .bats)
            $3 bats --tap "$1" >"$2/$n.out" 2>&1 || :
            echo done >"$2/$n.end"' sh {} "$log" "$limit"
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
        [ "$failed" = 0 ] || grep -v '^ok ' "$out" | tell "$name"
    done
}

for group; do
    "run_$group"
done
[ ! -e "$log/failed" ] || { printf '\nWhat failed, once more:\n'; cat "$log/failed"; }
awk '{ p += $1; f += $2; s += $3 }
    END { printf "%d passed, %d failed%s\n", p, f, s ? ", " s " skipped" : ""
          exit f > 0 || p == 0 }' "$log/counts"
