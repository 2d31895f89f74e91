#!/bin/sh
# man_espota_sim.sh -- the simulator's man page is sound, and names every
# profile and every option there is.
set -eu
bin=${BIN:-.}/espota-sim
page=man/espota-sim.1
missing=

if command -v mandoc >/dev/null; then
    mandoc -Tlint -W warning "$page"
fi
profiles=$("$bin" --help | sed -n '/^$/,$s/^  \([a-z]*\)  .*/\1/p')
[ -n "$profiles" ]
for profile in $profiles; do
    grep -q "^\.Ss $profile\$" "$page" || missing="$missing $profile"
    for option in $("$bin" "$profile" --help | sed -n 's/^  --\([a-z0-9-]*\).*/\1/p'); do
        grep -q "^\.It Fl -$option\( \|\$\)" "$page" || missing="$missing $profile:--$option"
    done
done
[ -z "$missing" ] || { echo "$page: missing:$missing"; exit 1; }
