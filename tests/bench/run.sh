#!/bin/sh
# run.sh -- run the benchmarks and print what docs/PERFORMANCE.md reports.
# "make bench" calls it.
#
#   run.sh [WORD]    only those with WORD in their names
#
# Each bench_*.sh prints lines of "what: figure (bound)" and fails if a bound
# is not kept.  Environment: BUILD (objects), BIN (the programs).
set -u
cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build} BIN=${BIN:-.}
BIN=$(cd "$BIN" && pwd) BUILD=$(cd "$BUILD" && pwd)
export BIN BUILD
bad=0
for bench in tests/bench/bench_*"${1-}"*.sh; do
    [ -e "$bench" ] || continue
    echo "$(basename "$bench" .sh):"
    out=$(bash "$bench" 2>&1) || bad=1
    echo "$out" | sed 's/^/  /'
done
exit $bad
