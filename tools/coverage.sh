#!/bin/sh
# coverage.sh -- which lines and branches of src/ the tests went through.
#
#   coverage.sh clear BUILD     forgets what earlier runs counted
#   coverage.sh report BUILD    after the tests: prints a row a directory, then
#                               every file below 90 % of its lines, and fails
#                               where a floor is not kept
#
# BUILD was compiled with --coverage.  Beside the report are left
#
#   BUILD/coverage/files.tsv    file, lines run, lines, branches taken, branches
#   BUILD/coverage/missed.txt   file:line: of all that was not run or not taken
#   BUILD/coverage/index.html   the same, in colours
set -eu
cd "$(dirname "$0")/.."
what=$1 BUILD=$2 GCOV=${GCOV:-gcov}
out=$BUILD/coverage

if [ "$what" = clear ]; then
    [ ! -d "$BUILD" ] || find "$BUILD" -name '*.gcda' -exec rm -f {} +
    exit
fi

rm -rf "$out"
mkdir -p "$out"
find "$BUILD/src" -name '*.gcno' | sed "s|^$BUILD/||; s|\.gcno$||" | sort >"$out/sources"
sed 's|/[^/]*$||' "$out/sources" | sort -u | (cd "$out" && xargs mkdir -p)

# A source that is gone left its notes in the folder.
xargs -P "$(nproc 2>/dev/null || echo 2)" -I{} sh -c '
    [ -e "$1.c" ] || exit 0
    $2 -t -b -c "$3/$1.o" 2>/dev/null |
        awk -f tools/coverage.awk -v source="$1.c" -v out="$4" >"$4/$1.row"
' sh {} "$GCOV" "$BUILD" "$out" <"$out/sources"
find "$out/src" -name '*.row' | sort | xargs cat >"$out/files.tsv"
find "$out/src" -name '*.missed' | sort | xargs cat >"$out/missed.txt"

echo "every line: $out/index.html, $out/missed.txt"
awk -F '\t' -v page="$out/index.html" '
    function percent(part, whole) { return whole ? 100 * part / whole : 100 }
    function row(name, h, l, t, b) {
        printf "%-24s %6d of %6d lines %6.1f %%   branches %6.1f %%\n", name, h, l,
               percent(h, l), percent(t, b)
    }
    function keeps(name, h, l, floor) {
        if (percent(h, l) >= floor) return
        printf "%s: %.1f %% of the lines, and %d %% are promised\n", name, percent(h, l), floor
        bad = 1
    }
    BEGIN {
        print "<!doctype html><meta charset=utf-8><title>coverage</title><table>" \
              "<tr><th>file<th>lines<th>run<th>branches<th>taken" > page
        n = split("src/wire src/proto src/image", promised, " ")
    }
    {
        split($1, part, "/")
        dir = part[1] "/" part[2]
        if (!(dir in lines)) order[++dirs] = dir
        hit[dir] += $2; lines[dir] += $3; taken[dir] += $4; branches[dir] += $5
        H += $2; L += $3; T += $4; B += $5
        if (percent($2, $3) < 90) low = low sprintf("  %5.1f %%  %s\n", percent($2, $3), $1)
        printf "<tr><td><a href=\"%s.html\">%s</a><td>%d<td>%.1f %%<td>%d<td>%.1f %%\n", $1, $1,
               $3, percent($2, $3), $5, percent($4, $5) > page
    }
    END {
        print "</table>" > page
        for (i = 1; i <= dirs; i++) {
            d = order[i]
            row(d, hit[d], lines[d], taken[d], branches[d])
        }
        row("all", H, L, T, B)
        if (low != "") printf "below 90 %% of their lines:\n%s", low
        keeps("all", H, L, 90)
        for (i = 1; i <= n; i++)
            keeps(promised[i], hit[promised[i]], lines[promised[i]], 95)
        exit bad
    }' "$out/files.tsv"
