#!/bin/sh
# fuzz.sh -- run the fuzz targets for a while, and say what was done.
#
#   fuzz.sh run BUILD SECONDS   each by libFuzzer; "make fuzz" calls it
#   fuzz.sh afl BUILD SECONDS   each by AFL++; "make fuzz-afl"
#   fuzz.sh merge BUILD...      take over into fuzz/corpus/ what reaches more
#   fuzz.sh sum BUILD...        all runs ever made in these folders, added up
#
# Environment: ONLY (a word in the names of the targets), JOBS (at a time).
# New inputs are kept in BUILD/corpus/; what crashes, in BUILD/crashes/; a line
# for each run in BUILD/ledger: target, executions, seconds, edges, finds.
# fuzz/options holds what a target wants of libFuzzer, fuzz/dict/ its words.
set -u
cd "$(dirname "$0")/.." || exit 1

options_of() { # NAME
    awk -v n="$1" '$1 == n { $1 = ""; print }' fuzz/options
}

stat_of() { # WORD LOG
    sed -n "s/^stat::$1: *//p" "$2" | tail -n 1
}

# Each of these runs one target and leaves a line in the ledger.

one_run() { # BUILD SECONDS NAME
    build=$1 seconds=$2 name=$3 log=$1/log/$3
    dict=
    [ ! -f "fuzz/dict/$name" ] || dict=-dict=fuzz/dict/$name
    start=$(date +%s)
    # shellcheck disable=SC2046,SC2086 # options are words
    "$build/fuzz/fuzz_$name" -max_total_time="$seconds" -timeout=10 \
        -rss_limit_mb=1024 -print_final_stats=1 $dict $(options_of "$name") \
        -artifact_prefix="$build/crashes/$name-" \
        "$build/corpus/$name" "fuzz/corpus/$name" >"$log" 2>&1
    status=$?
    runs=$(stat_of number_of_executed_units "$log")
    edges=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
    [ $status = 0 ] || mv "$log" "$log.found.$(date +%s)"
    echo "$name ${runs:-0} $(($(date +%s) - start)) ${edges:-0} $((status != 0))" >>"$build/ledger"
}

one_afl() { # BUILD SECONDS NAME
    build=$1 seconds=$2 name=$3 out=$1/afl/$3
    rm -rf "$out" && mkdir -p "$build/afl"
    # Nothing of the machine is asked for, nor changed: it may be shared.
    AFL_NO_UI=1 AFL_NO_AFFINITY=1 AFL_SKIP_CPUFREQ=1 AFL_FAST_CAL=1 \
        AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 \
        afl-fuzz -t 1000+ -V "$seconds" -i "fuzz/corpus/$name" -o "$out" \
        -- "$build/fuzz/fuzz_$name" >"$build/log/$name" 2>&1
    awk -v name="$name" -F ' *: *' '
        { is[$1] = $2 }
        END { print name, is["execs_done"] + 0, is["run_time"] + 0,
              is["edges_found"] + 0, is["saved_crashes"] + is["saved_hangs"] + 0
              exit is["execs_done"] + 0 == 0 }' "$out/default/fuzzer_stats" >>"$build/ledger" ||
        tail -n 20 "$build/log/$name"
    for file in "$out"/default/crashes/id* "$out"/default/hangs/id*; do
        [ ! -f "$file" ] || cp "$file" "$build/crashes/$name-$(basename "$file")"
    done
    cp "$out"/default/queue/id* "$build/corpus/$name/" 2>/dev/null
}

# By edges, and as few inputs as will do: everybody replays them.
merge() { # NAME BUILD...: the first one's program reads all
    name=$1 program=$2/fuzz/fuzz_$1
    shift
    for build; do
        shift
        [ ! -d "$build/corpus/$name" ] || set -- "$@" "$build/corpus/$name"
    done
    before=$(find "fuzz/corpus/$name" -type f | wc -l)
    # shellcheck disable=SC2046 # options are words
    "$program" -set_cover_merge=1 -use_counters=0 -timeout=10 -max_len=70000 \
        $(options_of "$name") "fuzz/corpus/$name" "$@" >/dev/null 2>&1
    printf '%-26s %5d inputs, %d of them new\n' "$name" \
        "$(find "fuzz/corpus/$name" -type f | wc -l)" \
        "$(($(find "fuzz/corpus/$name" -type f | wc -l) - before))"
}

table() { # LEDGER...: one row for each target, and their sum
    sort "$@" | awk '
        BEGIN { printf "%-26s %12s %8s %9s %6s %5s\n", "target", "executions", "seconds", "a second", "edges", "finds" }
        function row(name, n, s, e, f) {
            printf "%-26s %12d %8d %9d %6s %5d\n", name, n, s, s ? n / s : n, e, f
        }
        $1 != name && name != "" { row(name, n, s, e, f); n = s = e = f = 0 }
        { name = $1; n += $2; s += $3; f += $5; N += $2; S += $3; F += $5
          if ($4 > e) e = $4 }
        END { if (name != "") row(name, n, s, e, f)
              row("all", N, S, "", F); exit F > 0 }'
}

names() {
    for source in fuzz/fuzz_*"${ONLY-}"*.c; do
        name=${source#fuzz/fuzz_}
        echo "${name%.c}"
    done
}

case ${1-} in
one_run | one_afl)
    [ ! -x "$2/fuzz/fuzz_$4" ] || { mkdir -p "$2/corpus/$4" && "$@"; }
    ;;
run | afl)
    build=$2 seconds=$3
    mkdir -p "$build/crashes" "$build/log"
    touch "$build/ledger"
    before=$(wc -l <"$build/ledger")
    names | xargs -P "${JOBS:-1}" -I{} "$0" "one_$1" "$build" "$seconds" {}
    tail -n +$((before + 1)) "$build/ledger" >"$build/last"
    table "$build/last" && exit 0
    echo "Found something: see $build/crashes and $build/log"
    exit 1
    ;;
merge)
    shift
    for name in $(names); do
        merge "$name" "$@"
    done
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
