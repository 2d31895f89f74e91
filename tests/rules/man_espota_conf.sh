#!/bin/sh
# man_espota_conf.sh -- the page about the configuration is sound, and names every
# key that a file can set, and no other.
set -eu
page=man/espota.conf.5
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
bad=0

if command -v mandoc >/dev/null; then
    mandoc -Tlint -W warning "$page" || bad=1
fi
# Rows of OPTS whose flags have CONF; keys are what the list at the end has.
sed -n 's/^    {[^"]*"\([a-z0-9_-]*\)", .*[ |]CONF[ ,|].*/\1/p' src/conf/opts.c | sort -u >"$tmp/can"
sed -n 's/^    .*\.alias = "\([a-z]*\)".*/\1/p' src/conf/opts.c | sort -u >"$tmp/alias"
sed -n '/^All other keys/,/^may be repeated/s/^\.Li \(.*,.*\)/\1/p' "$page" | tr -d ' ' | tr , '\n' |
    grep . | sort -u >"$tmp/says"
sed -n '/^All other keys/,/^may be repeated/s/^\.Li \([a-z-]*\)$/\1/p' "$page" | sort -u >>"$tmp/says"
sort -u -o "$tmp/says" "$tmp/says"
[ "$(wc -l <"$tmp/can")" -gt 30 ] || { echo "the rows of src/conf/opts.c are not understood"; bad=1; }
comm -23 "$tmp/can" "$tmp/says" >"$tmp/missing"
comm -13 "$tmp/can" "$tmp/says" | comm -23 - "$tmp/alias" >"$tmp/more"
sed "s,^,$page lacks the key ," "$tmp/missing"
sed "s,^,$page has a key that no file can set: ," "$tmp/more"
[ ! -s "$tmp/missing" ] && [ ! -s "$tmp/more" ] || bad=1
exit $bad
