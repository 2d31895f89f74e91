#!/bin/sh
# man_espota_c.sh -- the man page is sound, and names every option, every
# variable and every exit status there is.
set -eu
bin=${BIN:-.}/espota-c
page=man/espota-c.1
bad=0

complain() { echo "$page: $1"; bad=1; }

if command -v mandoc >/dev/null; then
    mandoc -Tlint -W warning "$page" || bad=1
fi
commands=$("$bin" help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
for command in $commands; do
    grep -q "^\.It Cm $command" "$page" || complain "the command $command is missing"
    "$bin" help "$command" | sed -n 's/^  \(-.,\)\{0,1\} *--\([a-z0-9_-]*\).*/\2/p'
done | sort -u | while read -r option; do
    case $option in
    "$page"*) echo "$option" ;;
    *) grep -q "^\.It .*Fl Fl $option\( \|$\)" "$page" || echo "$page: --$option is missing" ;;
    esac
done >"${TMPDIR:-/tmp}/man-rule.$$"
[ -s "${TMPDIR:-/tmp}/man-rule.$$" ] && bad=1
cat "${TMPDIR:-/tmp}/man-rule.$$"
rm -f "${TMPDIR:-/tmp}/man-rule.$$"
for name in $(grep -oh 'env = "ESPOTA_[A-Z_]*"' src/conf/opts.c | tr -d '"' | sed 's/env = //'); do
    grep -q "^\.It Ev .*$name" "$page" || complain "$name is missing"
done
statuses=$(sed -n 's/^    X([A-Z_]*, *\([0-9]*\), .*/\1/p' include/espota/error.h)
for status in $statuses; do
    grep -q "^\.It $status" "$page" || complain "exit status $status is missing"
done
exit $bad
