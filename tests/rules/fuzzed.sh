#!/bin/sh
# fuzzed.sh -- every source file has a fuzz target, or a row in fuzz/covered that
# says which one runs it or why none must; every target has inputs, small ones.
# And the rule bites: one planted sin of each kind.
set -u
bad=0

complain() { echo "$1"; bad=1; }

# One file of src/, by the row it has; $2... are the words of the row.
check_file() {
    name=$1
    shift
    if [ -f "fuzz/fuzz_$(echo "${name%.c}" | tr / _).c" ]; then
        [ $# = 0 ] || complain "$name has a target and needs no row in fuzz/covered"
    elif [ $# = 0 ]; then
        complain "$name: no fuzz target runs it, and fuzz/covered does not say why"
    elif [ "$1" != - ]; then
        [ -f "fuzz/fuzz_$1.c" ] || complain "$name: there is no fuzz target $1"
    else
        [ $# -gt 1 ] || complain "$name: fuzz/covered gives no reason"
        case $name in wire/* | image/*)
            complain "$name: all in that folder reads foreign bytes" ;;
        esac
    fi
}

check() { # in the current folder
    for file in src/*/*.c; do
        name=${file#src/}
        # shellcheck disable=SC2046 # words
        check_file "$name" $(awk -v f="$name" '$1 == f { $1 = ""; print }' fuzz/covered)
    done
    while read -r name rest; do
        case $name in '#'*) continue ;; esac
        [ -f "src/$name" ] || complain "fuzz/covered: there is no src/$name ($rest)"
    done <fuzz/covered
    for file in fuzz/fuzz_*.c; do
        name=${file#fuzz/fuzz_}
        [ -n "$(find "fuzz/corpus/${name%.c}" -type f 2>/dev/null)" ] ||
            complain "fuzz/corpus/${name%.c} has no inputs"
    done
    large=$(find fuzz/corpus -type f -size +70k)
    [ -z "$large" ] || complain "too large to be replayed by everybody: $large"
}

check
[ $bad = 0 ] || exit 1

tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
missed=0
plant() { # WORDS FILE [LINE]: adding LINE to FILE must be complained about
    rm -rf "$tmp/tree"
    mkdir "$tmp/tree"
    cp -R src fuzz "$tmp/tree"
    mkdir -p "$(dirname "$tmp/tree/$2")"
    echo "${3-}" >>"$tmp/tree/$2"
    if (cd "$tmp/tree" && check && exit "$bad") >/dev/null; then
        echo "$2 may be added ($1)"
        missed=1
    fi
}
plant "a parser without a target" src/wire/another.c
plant "a row that says nothing" fuzz/covered "wire/noise.c -"
plant "a row for no file" fuzz/covered "wire/no.c - no"
plant "a target without inputs" fuzz/fuzz_wire_another.c

# A compiler that is not there is told in one line.
said=$(make -s fuzz-afl AFL_CC=no-such-compiler 2>/dev/null)
case $said in
"no-such-compiler is missing: install the package"*) ;;
*) echo "make fuzz-afl says: $said"; missed=1 ;;
esac
exit $missed
