#!/bin/sh
# check-reproducible.sh -- two builds of HEAD, in two folders, at two times, are
# the same byte for byte: both programs, both libraries and the archive of
# "make dist".
set -eu
cd "$(dirname "$0")/.."
command -v git >/dev/null || { echo "git is missing"; exit 77; }
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
first=$tmp/a second=$tmp/another/and/deeper
for dir in "$first" "$second"; do
    mkdir -p "$dir"
    git archive HEAD | tar -x -C "$dir"
    make -s -C "$dir" all >"$tmp/log" 2>&1 || { tail -n 40 "$tmp/log"; exit 1; }
    (cd "$dir" && sha256sum espota-c espota-sim build/libespota.a build/libespota.so.* 2>/dev/null ||
        shasum -a 256 espota-c espota-sim build/libespota.*) >"$tmp/$(basename "$dir").sums"
    make -s dist DIST="$tmp/archive"
    cksum <"$tmp/archive" >>"$tmp/$(basename "$dir").sums"
    sleep 1
done
diff "$tmp/a.sums" "$tmp/deeper.sums"
