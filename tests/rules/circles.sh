#!/bin/sh
# circles.sh -- no object of ours calls itself by way of others.  It asks the
# symbol tables, as the linker does, so two static functions of one name do not
# mislead it.  A file that was split must be acyclic, or the split is a line
# count and not a concern.
#
# usage: circles.sh [BUILD]   (default: $BUILD, else build; after make)
set -eu
BUILD=${1:-${BUILD:-build}}

# The circles that are left (none), one a line, files in order.  This list may only
# shrink: a line that is not needed any more is an error, too.
allowed='
'

# Reads "FILE CALLED" lines; prints each circle, its files in order.  Whoever
# can be reached from a file, and reaches it, is in its circle.
find_circles='
{ files[$1]; files[$2]; calls[$1] = calls[$1] " " $2 }
function walk(from, seen,    todo, n, i, next_, k) {
    todo[n = 1] = from
    while (n > 0) {
        k = split(calls[todo[n--]], next_, " ")
        for (i = 1; i <= k; i++)
            if (!((from, next_[i]) in seen)) { seen[from, next_[i]]; todo[++n] = next_[i] }
    }
}
END {
    for (f in files) walk(f, reach)
    for (f in files) {
        if (!((f, f) in reach)) continue
        for (g in files)
            if ((f, g) in reach && (g, f) in reach) print f, g
    }
}'

circles() { # FOLDER: those of its objects
    (
        cd "$1"
        find . -name '*.o' | sed 's,^\./,,' | sort | xargs nm -A -g --defined-only |
            awk '{ sub(/\.o:.*/, "", $1); print $NF, $1 }' | sort -u >"$tmp/has"
        find . -name '*.o' | sed 's,^\./,,' | sort | xargs nm -A -g -u |
            awk '{ sub(/\.o:.*/, "", $1); print $NF, $1 }' | sort -u >"$tmp/wants"
    )
    join "$tmp/wants" "$tmp/has" | awk '$2 != $3 { print $2, $3 }' | sort -u |
        awk "$find_circles" | sort |
        awk '{ line[$1] = line[$1] (line[$1] == "" ? "" : " ") $2 } END { for (f in line) print line[f] }' |
        sort -u
}

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
bad=0

# The rule itself must bite: a circle of three, and a chain that is none.
mkdir "$tmp/planted"
plant() { # NAME BODY
    echo "$2" | ${CC:-cc} -x c -c -o "$tmp/planted/$1.o" -
}
plant a 'void b(void); void a(void); void a(void) { b(); }'
plant b 'void c(void); void b(void); void b(void) { c(); }'
plant c 'void a(void); void c(void); void c(void) { a(); }'
[ "$(circles "$tmp/planted")" = "a b c" ] || { echo "a planted circle is not found"; bad=1; }
plant c 'void c(void); static void a(void) { } void c(void) { a(); }'
[ -z "$(circles "$tmp/planted")" ] || { echo "a chain is taken for a circle"; bad=1; }

# An object whose source has moved or gone is no part of the program.
for source in src/*/*.c; do
    object=${source%.c}.o
    [ -f "$BUILD/$object" ] || continue # left out of this build
    mkdir -p "$tmp/objects/${object%/*}"
    cp "$BUILD/$object" "$tmp/objects/$object"
done
circles "$tmp/objects" >"$tmp/found"
echo "$allowed" | sed '/^$/d' | sort >"$tmp/allowed"
comm -23 "$tmp/found" "$tmp/allowed" | sed 's/^/a new circle: /' >"$tmp/said"
comm -13 "$tmp/found" "$tmp/allowed" | sed 's/^/not a circle any more, take it off the list: /' >>"$tmp/said"
[ ! -s "$tmp/said" ] || { cat "$tmp/said"; bad=1; }
exit $bad
