#!/usr/bin/env bash
# run.sh -- every protocol on every bad network.  "make nets" calls it.
#
#   run.sh [PROTOCOL CONDITION]...    those cells; default: all there are
#
# Writes one row for each cell (see cell.sh) into OUT/results.tsv, and prints a
# table of them.  The last line is "N passed, N failed".  Most of it is waiting:
# JOBS cells (32) at once, each in network namespaces of its own.
# Environment: BUILD, BIN, OUT ($BUILD/nets), JOBS, ONLY (a pattern of grep -E,
# for "PROTOCOL CONDITION"), LIMIT (as cell.sh).
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/nets/protocols.bash
. "$here/protocols.bash"
# shellcheck source=tests/nets/conditions.bash
. "$here/conditions.bash"
BUILD=$(cd "${BUILD:-build}" && pwd) BIN=$(cd "${BIN:-.}" && pwd)
OUT=${OUT:-$BUILD/nets} JOBS=${JOBS:-32}
export BUILD BIN
mkdir -p "$OUT/rows" && OUT=$(cd "$OUT" && pwd) || exit 1
rm -f "$OUT"/rows/*

all_cells() {
    local name protocol step
    for name in $(condition_names); do
        for protocol in "${PROTOCOLS[@]}"; do echo "$protocol $name"; done
    done
    for protocol in "${PROTOCOLS[@]}"; do
        for step in ${STEPS[$protocol]}; do echo "$protocol restart-$step"; done
    done
}

if [[ $# == 0 ]]; then mapfile -t cells < <(all_cells | grep -E -e "${ONLY:-}"); else mapfile -t cells < <(printf '%s %s\n' "$@"); fi

# run_cells: of standard input.
run_cells() {
    xargs -r -P "$JOBS" -L 1 bash -c '"$0/cell.sh" "$2" "$3" "$1" >"$1/rows/$2.${3//\//-}" || echo "  $2 $3: not true" >&2' \
        "$here" "$OUT"
}

# What cuts are measured by comes first, then what takes longest.
printf '%s\n' "${cells[@]}" | sed -n 's/ .*/ clean/p' | sort -u | run_cells
printf '%s\n' "${cells[@]}" | grep -v ' clean$' | awk '{ print (/200s/ ? 0 : /30s|loss-15/ ? 1 : 2), $0 }' | sort -s -n |
    cut -d' ' -f2- | run_cells

for cell in "${cells[@]}"; do
    read -r protocol condition <<<"$cell"
    cat "$OUT/rows/$protocol.${condition//\//-}"
done >"$OUT/results.tsv"
"$here/table.sh" "$OUT/results.tsv"
passed=$(awk -F'\t' '$3 == "true"' "$OUT/results.tsv" | wc -l)
awk -F'\t' '$3 != "true" { print "  " $1, $2 ": " $3 }' "$OUT/results.tsv"
printf '%d passed, %d failed\n' "$passed" $((${#cells[@]} - passed))
[[ $passed == "${#cells[@]}" ]]
