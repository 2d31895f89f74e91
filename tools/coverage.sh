#!/bin/sh
# coverage.sh -- which lines and branches of src/ the tests went through.
#
#   coverage.sh BUILD      a build with --coverage that has run its tests
#
# One row a directory, then every file below 90 % of its lines.
set -eu
cd "$(dirname "$0")/.."
find "$1/src" -name '*.gcno' | sort | while read -r notes; do
    source=${notes#"$1/"}
    source=${source%.gcno}.c
    gcov -n -b "${notes%.gcno}.o" 2>/dev/null | awk -v source="$source" '
        /^File / { mine = index($0, source "'\''") > 0 }
        mine && sub(/^Lines executed:/, "") { split($0, l, /% of /) }
        mine && sub(/^Taken at least once:/, "") { split($0, b, /% of /) }
        END { printf "%s %d %d %d %d\n", source, l[1] * l[2] / 100 + 0.5, l[2],
                     b[1] * b[2] / 100 + 0.5, b[2] }'
done | awk '
    function row(name, a, b, c, d) {
        printf "%-24s %6d of %6d lines %6.1f %%   branches %6.1f %%\n", name, a, b,
               b ? 100 * a / b : 100, d ? 100 * c / d : 100
    }
    {
        split($1, part, "/")
        dir = part[1] "/" part[2]
        if (!(dir in n)) order[++dirs] = dir
        n[dir] += $3; hit[dir] += $2; bhit[dir] += $4; bn[dir] += $5
        if ($3 > 0 && $2 / $3 < 0.9) low = low sprintf("  %5.1f %%  %s\n", 100 * $2 / $3, $1)
    }
    END {
        for (i = 1; i <= dirs; i++) {
            d = order[i]
            row(d, hit[d], n[d], bhit[d], bn[d])
            a += hit[d]; b += n[d]; c += bhit[d]; e += bn[d]
        }
        row("all", a, b, c, e)
        if (low != "") printf "below 90 %% of their lines:\n%s", low
    }'
