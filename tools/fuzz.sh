#!/bin/sh
# fuzz.sh -- run every libFuzzer target for a while, and say what was done.
#
#   fuzz.sh BUILD SECONDS      "make fuzz" calls it; ONLY=word picks targets
#
# New inputs are kept in BUILD/corpus/; what crashes, in BUILD/crashes/.  Only
# what shows something is taken over into fuzz/corpus/, by hand.
set -u
cd "$(dirname "$0")/.." || exit 1
build=$1 seconds=$2 bad=0 total=0
mkdir -p "$build/crashes"
printf '%-24s %12s %9s %8s %7s\n' target executions per-second edges corpus
for fuzzer in "$build"/fuzz/fuzz_*"${ONLY-}"*; do
    case $fuzzer in *.o | *.d | *_replay) continue ;; esac
    [ -x "$fuzzer" ] || continue
    name=$(basename "$fuzzer")
    name=${name#fuzz_}
    mkdir -p "$build/corpus/$name"
    "$fuzzer" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 \
        -print_final_stats=1 -artifact_prefix="$build/crashes/$name-" \
        "$build/corpus/$name" "fuzz/corpus/$name" >"$build/$name.log" 2>&1
    status=$?
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$build/$name.log")
    speed=$(sed -n 's/^stat::average_exec_per_sec: *//p' "$build/$name.log")
    edges=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$build/$name.log" | tail -n 1)
    printf '%-24s %12s %9s %8s %7s\n' "$name" "${runs:-0}" "${speed:-0}" "${edges:-0}" \
        "$(find "$build/corpus/$name" "fuzz/corpus/$name" -type f | wc -l)"
    total=$((total + ${runs:-0}))
    if [ $status != 0 ]; then
        bad=1
        echo "$name: found something:"
        grep -v '^#[0-9]' "$build/$name.log" | tail -n 60
    fi
done
printf '%-24s %12s\n' total "$total"
exit $bad
