#!/bin/sh
# size.sh -- no file of ours has over 500 lines, or 700 where it stands alone, and
# no function over 60: where one grows there, two concerns want to be told
# apart.  What was split has shown that it can be, and may be split again.
#
# usage: size.sh [FOLDER...]   (another tree: for the test of this script)
set -eu
files=500 alone=700 function=60
bad=0

# What may be longer, one a line, with the reason behind it.
allowed='
tests/support/netlab.sh: one command, used alone in a shell
'

# Has it no x_*.c and no x_inside.h, and is it no x_y.c beside an x.c?
stands_alone() { # FILE
    stem=${1%.*}
    for part in "$stem"_*.c "$stem"_inside.h; do
        [ ! -e "$part" ] || return 1
    done
    while [ "$stem" != "${stem%_*}" ]; do
        stem=${stem%_*}
        [ ! -e "$stem.c" ] || return 1
    done
}

[ $# -gt 0 ] || {
    # The rule itself must bite: one planted sin of each kind.
    tmp=$(mktemp -d)
    trap 'rm -rf "$tmp"' EXIT
    lines() { awk -v n="$1" 'BEGIN { while (n-- > 0) print "/* */" }'; }
    lines 701 >"$tmp/long.c"
    sh "$0" "$tmp" >/dev/null && { echo "a file of 701 lines passes"; bad=1; }
    lines 700 >"$tmp/long.c"
    sh "$0" "$tmp" || { echo "a file of 700 lines does not pass alone"; bad=1; }
    for part in long_part.c long_inside.h; do
        : >"$tmp/$part"
        sh "$0" "$tmp" >/dev/null && { echo "of 700 lines, it passes beside $part"; bad=1; }
        rm "$tmp/$part"
    done
    lines 501 >"$tmp/long_part.c"
    : >"$tmp/long.c"
    sh "$0" "$tmp" >/dev/null && { echo "a part of 501 lines passes"; bad=1; }
    rm "$tmp/long_part.c"
    awk 'BEGIN { print "int f(void)\n{"; for (i = 0; i < 59; i++) print ";"; print "}" }' >"$tmp/long.c"
    sh "$0" "$tmp" >/dev/null && { echo "a function of 61 lines passes"; bad=1; }
    awk 'BEGIN { print "int f(void)\n{"; for (i = 0; i < 58; i++) print ";"; print "}" }' >"$tmp/long.c"
    sh "$0" "$tmp" || { echo "a function of 60 lines does not pass"; bad=1; }
    set -- src include tests fuzz tools
}
for file in $(find "$@" -type f \( -name '*.[ch]' -o -name '*.sh' -o -name '*.bash' \) | sort); do
    case $allowed in *"
$file: "*) continue ;; esac
    most=$files
    stands_alone "$file" && most=$alone
    awk -v file="$file" -v files="$most" -v most=$function '
        /^\{$/ { start = NR }
        /^\}/ && start { if (NR - start + 1 > most) {
            print file ":" start ": a function of " NR - start + 1 " lines"; bad = 1 }
            start = 0 }
        END { if (NR > files) { print file ": " NR " lines"; bad = 1 }
              exit bad }' "$file" || bad=1
done
exit $bad
