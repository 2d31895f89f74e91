#!/bin/sh
# fuzz.sh -- run every libFuzzer target for a while, and say what was done.
#
#   fuzz.sh run BUILD SECONDS   "make fuzz" calls it
#   fuzz.sh sum BUILD...        all runs ever made in these folders, added up
#
# Environment: ONLY (a word in the names of the targets), JOBS (at a time).
# New inputs are kept in BUILD/corpus/; what crashes, in BUILD/crashes/; a line
# for each run in BUILD/ledger: target, executions, seconds, edges, finds.
# fuzz/options holds what a target wants of libFuzzer, fuzz/dict/ its words.
# "make fuzz-merge" takes over into fuzz/corpus/ what reaches more.
set -u
cd "$(dirname "$0")/.." || exit 1

stat_of() { # WORD LOG
    sed -n "s/^stat::$1: *//p" "$2" | tail -n 1
}

one() { # BUILD SECONDS FUZZER: runs it and writes its line of the ledger
    build=$1 seconds=$2 name=${3##*/fuzz_}
    log=$build/log/$name
    mkdir -p "$build/corpus/$name"
    set --
    [ ! -f "fuzz/dict/$name" ] || set -- "-dict=fuzz/dict/$name"
    # shellcheck disable=SC2046 # options are words
    set -- "$@" $(awk -v n="$name" '$1 == n { $1 = ""; print }' fuzz/options)
    start=$(date +%s)
    "$build/fuzz/fuzz_$name" -max_total_time="$seconds" -timeout=10 \
        -rss_limit_mb=1024 -print_final_stats=1 "$@" \
        -artifact_prefix="$build/crashes/$name-" \
        "$build/corpus/$name" "fuzz/corpus/$name" >"$log" 2>&1
    status=$?
    runs=$(stat_of number_of_executed_units "$log")
    edges=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
    [ $status = 0 ] || mv "$log" "$log.found.$(date +%s)"
    echo "$name ${runs:-0} $(($(date +%s) - start)) ${edges:-0} $((status != 0))" >>"$build/ledger"
}

table() { # LEDGER...: one row for each target, and their sum
    sort "$@" | awk '
        BEGIN { printf "%-26s %12s %8s %9s %6s %5s\n", "target", "executions", "seconds", "per second", "edges", "finds" }
        function row(name, n, s, e, f) {
            printf "%-26s %12d %8d %9d %6s %5d\n", name, n, s, s ? n / s : n, e, f
        }
        $1 != name && name != "" { row(name, n, s, e, f); n = s = e = f = 0 }
        { name = $1; n += $2; s += $3; f += $5; N += $2; S += $3; F += $5
          if ($4 > e) e = $4 }
        END { if (name != "") row(name, n, s, e, f)
              row("all", N, S, "", F); exit F > 0 }'
}

case ${1-} in
one)
    one "$2" "$3" "$4"
    ;;
run)
    build=$2 seconds=$3
    mkdir -p "$build/crashes" "$build/log"
    before=$(cat "$build/ledger" 2>/dev/null | wc -l)
    for source in fuzz/fuzz_*"${ONLY-}"*.c; do
        [ ! -x "$build/${source%.c}" ] || echo "$build/${source%.c}"
    done | xargs -P "${JOBS:-1}" -I{} "$0" one "$build" "$seconds" {}
    tail -n +$((before + 1)) "$build/ledger" >"$build/last"
    table "$build/last" && exit 0
    echo "Found something: see $build/log/*.found.* and $build/crashes"
    exit 1
    ;;
sum)
    shift
    for build; do
        shift
        set -- "$@" "$build/ledger"
    done
    table "$@"
    ;;
*)
    sed -n 's/^# \{0,1\}//; 2,13p' "$0"
    exit 2
    ;;
esac
