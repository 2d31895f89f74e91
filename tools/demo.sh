#!/bin/sh
# demo.sh -- flash a simulated device on loopback and compare what it stored.
#
#   demo.sh MKIMAGE [FIRMWARE]      "make demo" calls it
#
# Leaves everything in demo/, or $DEMO_DIR.  Fails if any step does.  The
# programs are those in $BIN, by default the ones in the project's root.
set -eu
cd "$(dirname "$0")/.."
mkimage=$1 firmware=${2-}
dir=${DEMO_DIR:-demo} bin=${BIN:-.}
log=$dir/espota-sim.log
device=

die() { echo "demo: $*" >&2; exit 1; }

finish() { # our own child, and nobody else's
    status=$?
    [ -z "$device" ] || kill "$device" 2>/dev/null || :
    exit $status
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

md5_of() { # whichever of these the system has
    { md5sum <"$1" || openssl md5 -r <"$1" || md5 -q <"$1"; } 2>/dev/null | cut -d ' ' -f 1
}

# The text behind "KEY": in the simulator's report of its session.
seen() { sed -n '/"event":"session"/s/.*"'"$1"'":"\{0,1\}\([^",}]*\).*/\1/p' "$log"; }

rm -rf "$dir"
mkdir -p "$dir"
platform=esp32
if [ -n "$firmware" ]; then
    [ -r "$firmware" ] || die "cannot read $firmware"
else
    firmware=$dir/firmware.bin
    "$mkimage" "$platform" 640K 1.0.0 "$firmware"
    echo "made   $firmware, a valid image for ESP32"
fi

# The byte where an ESP8266 image has its second header, the chip of others.
head() { od -An -tx1 -j"$1" -N"$2" "$firmware" 2>/dev/null | tr -d ' \n'; }
case $(head 0 4)-$(head 4096 1)-$(head 12 4) in
e9*-e9-00000000) ;;
e9*-e9-* | 1f8b*) platform=esp8266 ;;
5546320a*) platform=bk72xx ;;
e9*) ;;
*) platform=rp2040 ;;
esac
: >"$log"
(umask 077 && echo 'correct horse battery staple' >"$dir/password")

"$bin/espota-sim" esphome --platform "$platform" --slot-size 16M \
    --password "$(cat "$dir/password")" --flash-ms-per-kib 7.5 \
    --prepare-ms 700 --verify-ms 400 --once 1 --store "$dir/stored.bin" \
    >>"$log" &
device=$!
tries=0
until grep -q '^listening on ' "$log"; do
    kill -0 "$device" 2>/dev/null || die "espota-sim did not start"
    tries=$((tries + 1))
    [ $tries -lt 600 ] || die "espota-sim does not listen"
    sleep 0.1
done
address=$(sed -n 's/^listening on //p' "$log")
echo "device espota-sim on $address, with a password"
echo "flash  ./espota-c -i ${address%:*} -p ${address##*:} -f $firmware --auth-file $dir/password -r"
"$bin/espota-c" -i "${address%:*}" -p "${address##*:}" -f "$firmware" \
    --protocol esphome --auth-file "$dir/password" -r
wait "$device" || die "espota-sim failed"
device=

# A device that takes gzip stores what is in it.
image=$firmware it_is='the file is:         '
if [ "$(head 0 2)" = 1f8b ]; then
    image=$dir/unpacked.bin it_is='the file unpacked is:'
    gzip -dc "$firmware" >"$image" || die "cannot unpack $firmware"
fi
sent=$(md5_of "$image")
[ "$(seen outcome)" = updated ] || die "the device was not updated: see $log"
echo "device says: $(seen outcome), $(seen stored) bytes stored, MD5 $(seen md5_stored)"
echo "$it_is $(wc -c <"$image" | tr -d ' ') bytes long,  MD5 $sent"
[ "$(seen md5_stored)" = "$sent" ] || die "the device stored something else"
cmp "$image" "$dir/stored.bin" || die "what was stored differs"
echo "the same, byte for byte."
