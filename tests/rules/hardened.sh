#!/bin/sh
# hardened.sh -- the programs and the library have what SECURITY.md says: read
# back from the binaries.
set -u
BUILD=${BUILD:-build} BIN=${BIN:-.}
command -v readelf >/dev/null || { echo "hardening: readelf is not here"; exit 77; }
readelf -h "$BIN/espota-c" >/dev/null 2>&1 || { echo "hardening: no ELF"; exit 77; }
if grep -q -- -fsanitize "$BUILD/.flags"; then
    echo "hardening: not with sanitizers"
    exit 77
fi
bad=0
lacks() { echo "$1 lacks $2"; bad=1; }

for file in "$BIN/espota-c" "$BIN/espota-sim" "$BUILD"/libespota.so.*; do
    readelf -hW "$file" | grep -q 'Type: *DYN' || lacks "$file" "a position of no consequence (PIE)"
    readelf -lW "$file" | grep -q GNU_RELRO || lacks "$file" "RELRO"
    readelf -dW "$file" | grep -qE 'BIND_NOW|Flags:.*NOW' || lacks "$file" "immediate binding"
    readelf -lW "$file" | grep GNU_STACK | grep -q 'RWE' && lacks "$file" "a stack that is no code"
    readelf --dyn-syms -W "$file" | grep -q __stack_chk_fail || lacks "$file" "the stack protector"
    grep -q FORTIFY_SOURCE "$BUILD/.flags" || continue
    readelf --dyn-syms -W "$file" | grep -qE '__[a-z]+_chk(@|$)' || lacks "$file" "_FORTIFY_SOURCE"
done
exit $bad
