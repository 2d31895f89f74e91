#!/bin/sh
# run.sh -- torture, with all it needs: see torture.c.  "make torture" calls it.
#
#   run.sh [OPTION of torture]...
#
# Environment: BUILD, BIN, and KEEP (not empty: leave all that was made).
set -eu
# Each worker makes a network of its own: root can, or who is root in a
# namespace.
if [ -z "${NO_LAB-}" ] && command -v ip >/dev/null && [ "$(id -u)" != 0 ] && unshare -rn true 2>/dev/null; then
    exec unshare -r "$0" "$@"
fi
unshare -n ip link add lab0 type veth peer name lab1 2>/dev/null || export NO_LAB=1
cd "$(dirname "$0")/../.."
BIN=$(cd "${BIN:-.}" && pwd) BUILD=$(cd "${BUILD:-build}" && pwd)
export BIN BUILD
# The user's own settings are not part of it.
for name in $(env | sed -n 's/^\(ESPOTA_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done
unset NO_COLOR CI LD_PRELOAD http_proxy all_proxy ALL_PROXY
dir=$(mktemp -d "${TMPDIR:-/tmp}/torture.XXXXXX")
data=$dir/data
mkdir "$data"
trap '[ -n "${KEEP-}" ] || rm -rf "$dir"' EXIT
"$BUILD/tools/mkimage" esp32 256K 1.0.0 "$data/a.bin"
"$BUILD/tools/mkimage" esp32 256K 2.0.0 "$data/b.bin"
"$BUILD/tools/mkimage" esp8266 256K 1.0.0 "$data/plain8266.bin"
echo hunter22 >"$data/password"
echo AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8= >"$data/key"
openssl genrsa -out "$data/rsa.pem" 2048 2>/dev/null
openssl rsa -in "$data/rsa.pem" -pubout -out "$data/rsa.pub" 2>/dev/null
chmod go-rwx "$data/password" "$data/key" "$data/rsa.pem"
"$BIN/espota-c" sign "$data/plain8266.bin" --key "$data/rsa.pem" --out "$data/signed.bin" -q
"$BUILD/tests/torture/torture" "$@" "$BUILD/tests/torture/fail.so" "$data" "$dir"
