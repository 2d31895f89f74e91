#!/bin/sh
# size.sh -- no file of ours has over 500 lines, no function over 60: where one
# grows there, two concerns want to be told apart.
#
# usage: size.sh [FOLDER...]   (another tree: for the test of this script)
set -eu
files=500 function=60
bad=0

# What may be longer, one a line, with the reason behind it.
allowed='
tests/support/netlab.sh: one command, used alone in a shell
'

[ $# -gt 0 ] || {
    # The rule itself must bite: one planted sin of each kind.
    tmp=$(mktemp -d)
    trap 'rm -rf "$tmp"' EXIT
    awk 'BEGIN { for (i = 0; i <= 500; i++) print "/* */" }' >"$tmp/long.c"
    sh "$0" "$tmp" >/dev/null && { echo "a file of 501 lines passes"; bad=1; }
    awk 'BEGIN { print "int f(void)\n{"; for (i = 0; i < 59; i++) print ";"; print "}" }' >"$tmp/long.c"
    sh "$0" "$tmp" >/dev/null && { echo "a function of 61 lines passes"; bad=1; }
    awk 'BEGIN { print "int f(void)\n{"; for (i = 0; i < 58; i++) print ";"; print "}" }' >"$tmp/long.c"
    sh "$0" "$tmp" || { echo "a function of 60 lines does not pass"; bad=1; }
    set -- src include tests fuzz tools
}
for file in $(find "$@" -type f \( -name '*.[ch]' -o -name '*.sh' -o -name '*.bash' \) | sort); do
    case $allowed in *"
$file: "*) continue ;; esac
    awk -v file="$file" -v files=$files -v most=$function '
        /^\{$/ { start = NR }
        /^\}/ && start { if (NR - start + 1 > most) {
            print file ":" start ": a function of " NR - start + 1 " lines"; bad = 1 }
            start = 0 }
        END { if (NR > files) { print file ": " NR " lines"; bad = 1 }
              exit bad }' "$file" || bad=1
done
exit $bad
