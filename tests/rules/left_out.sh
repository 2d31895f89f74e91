#!/bin/sh
# left_out.sh -- a part that a build leaves out is a file that it leaves out
# (LEFT_OUT in the Makefile).  The preprocessor is asked what is built in only in
# rows of tables, for one line of a row at a time.
#
# usage: left_out.sh [FOLDER]   (another tree: for the test of this script)
set -eu
bad=0

# The tables with such rows, and the parts they ask for, one a line.
allowed='
src/names/resolve.c EO_WITH_AVAHI
src/names/resolve.c EO_WITH_DNSSD
'

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

[ $# -gt 0 ] || {
    # The rule itself must bite: one planted sin of each kind.
    bites() { # WHAT: the tree with it is complained about
        ! sh "$0" "$tmp/tree" >/dev/null || { echo "$1 passes"; bad=1; }
        rm -rf "$tmp/tree"
    }
    plant() { # WHAT FILE LINE...: these lines at its end
        what=$1 file=$tmp/tree/$2
        shift 2
        mkdir "$tmp/tree"
        cp -R src include Makefile "$tmp/tree"
        printf '%s\n' "$@" >>"$file"
        bites "$what"
    }
    plant "a table that is not listed" src/names/name.c \
        '#ifdef EO_WITH_AVAHI' '    .ops = &eo_lookup_avahi,' '#endif'
    plant "a part that is not listed" src/names/resolve.c \
        '#ifdef EO_WITH_JSON' '    .ops = &eo_lookup_json,' '#endif'
    plant "a statement" src/names/resolve.c '#ifdef EO_WITH_AVAHI' '    ask();' '#endif'
    plant "a piece of two lines" src/names/resolve.c \
        '#ifdef EO_WITH_AVAHI' '    .a = 1,' '    .b = 2,' '#endif'
    plant "an #else" src/names/resolve.c \
        '#ifdef EO_WITH_AVAHI' '    .a = 1,' '#else' '    .a = 2,' '#endif'
    plant "an #if" src/names/resolve.c '#if defined(EO_WITH_AVAHI)' '    .a = 1,' '#endif'
    plant "an #ifndef" src/cli/commands.c '#ifndef EO_WITH_JSON' '#endif'
    plant "one without an end" src/names/resolve.c '#ifdef EO_WITH_AVAHI' '    .a = 1,'
    plant "a header" src/ui/json.h '#ifdef EO_WITH_JSON' '#endif'
    plant "a public header" include/espota/image.h '#ifdef EO_WITH_JSON' '#endif'
    plant "a stand-in that no build takes" src/ui/another_none.c '/* */'
    mkdir "$tmp/tree"
    cp -R src include Makefile "$tmp/tree"
    grep -v EO_WITH_AVAHI src/names/resolve.c >"$tmp/tree/src/names/resolve.c"
    bites "a listed row that is gone"
}

[ $# = 0 ] || cd "$1"
# "row FILE PART" for each line of a row, "no FILE:LINE" for all else.
for file in $(grep -rl EO_WITH_ src include | sort); do
    awk -v file="$file" '
        inside == 2 { print $0 == "#endif" ? "row " file " " part : "no " file ":" NR; inside = 0; next }
        inside == 1 { if (!/^ *\.[a-z_]+ = [^;]*,$/) print "no " file ":" NR; inside = 2; next }
        /^#ifdef EO_WITH_[A-Z_]+$/ { part = $2; inside = 1; next }
        /EO_WITH_/ { print "no " file ":" NR }
        END { if (inside) print "no " file ":" NR }' "$file"
done >"$tmp/found"
sed -n 's/^no \(.*\)/\1: EO_WITH_* is for a line of a row only/p' "$tmp/found" >"$tmp/said"
sed -n 's/^row //p' "$tmp/found" | sort >"$tmp/rows"
echo "$allowed" | sed '/^$/d' | sort >"$tmp/allowed"
comm -23 "$tmp/rows" "$tmp/allowed" | sed 's/$/ is not one of the rows that may ask/' >>"$tmp/said"
comm -13 "$tmp/rows" "$tmp/allowed" | sed 's/$/ is not a row any more, take it off the list/' >>"$tmp/said"
for file in src/*/*_none.c; do
    grep -qF "${file#src/}" Makefile || echo "$file: LEFT_OUT in the Makefile does not know it"
done >>"$tmp/said"
[ ! -s "$tmp/said" ] || { cat "$tmp/said"; bad=1; }
exit $bad
