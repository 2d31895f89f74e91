#!/usr/bin/env bash
# table.sh -- the rows of cell.sh as tables for people.
#
#   table.sh RESULTS [DOCUMENT]
#
# Prints them as Markdown, or writes them into DOCUMENT between the lines
# "<!-- nets -->" and "<!-- /nets -->".
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/nets/protocols.bash
. "$here/protocols.bash"
# shellcheck source=tests/nets/conditions.bash
. "$here/conditions.bash"
results=$1

# cell PROTOCOL CONDITION: what came of it, at which attempt, after how long.
cell() {
    awk -F'\t' -v p="$1" -v c="$2" '$1 == p && $2 == c {
        word = $5 == "ok" ? "ok" : "**" $5 "**"
        if ($3 != "true") word = "FALSE: " word
        printf "%s%s %s s", word, ($6 > 1 ? " ×" $6 : ""), ($7 < 20 ? $7 : int($7 + 0.5))
    }' "$results"
}

row() { # FIRST CELL...
    printf '|'
    printf ' %s |' "$@"
    echo
}

rule() { printf '|---|'; printf -- '---|%.0s' $(seq "$1"); echo; }

networks() {
    local name p titles=() cells
    for p in "${PROTOCOLS[@]}"; do titles+=("${TITLE[$p]}"); done
    row network "${titles[@]}"
    rule ${#PROTOCOLS[@]}
    for name in $(condition_names); do
        cells=()
        for p in "${PROTOCOLS[@]}"; do cells+=("$(cell "$p" "$name")"); done
        [[ -z $(printf '%s' "${cells[@]}") ]] || row "${name//-/ }" "${cells[@]}"
    done
}

# restarts TITLE PROTOCOL...: those that have the same steps, more or less.
restarts() {
    local step p titles=() cells steps=()
    for p in "$@"; do titles+=("${TITLE[$p]}"); done
    for p in "$@"; do
        for step in ${STEPS[$p]}; do [[ " ${steps[*]} " == *" $step "* ]] || steps+=("$step"); done
    done
    row 'restart at' "${titles[@]}"
    rule $#
    for step in "${steps[@]}"; do
        cells=()
        for p in "$@"; do cells+=("$(cell "$p" "restart-$step")"); done
        [[ -z $(printf '%s' "${cells[@]}") ]] || row "$step" "${cells[@]}"
    done
}

tables() {
    networks
    echo
    restarts esphome esphome-gzip esphome-noise
    echo
    restarts arduino-esp8266 arduino-esp32 web pull
}

if [[ $# == 1 ]]; then
    tables
else
    tables >"$2.new"
    awk -v with="$2.new" '
        /^<!-- nets -->$/ { print; while ((getline line < with) > 0) print line; skip = 1 }
        /^<!-- \/nets -->$/ { skip = 0 }
        !skip' "$2" >"$2.out"
    mv "$2.out" "$2"
    rm -f "$2.new"
fi
