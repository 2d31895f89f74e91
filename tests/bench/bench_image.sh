#!/usr/bin/env bash
# bench_image.sh -- what is done to an image before a device is talked to, in
# CPU time.
# shellcheck source=tests/bench/helpers.bash
. "$(dirname "$0")/helpers.bash"

measure() { # FILE: sets open, hash, gzip (microseconds) and bytes
    "$BUILD/tests/bench/image" "$1" >"$T/times"
    read -r open hash gzip bytes < <(awk '{ printf "%s ", $2 } END { print "" }' "$T/times")
}

# Hashes dominate: the second SHA-256 of an ESP32 image is that of its
# trailer, an ESP8266 image has a CRC over all of it.
for chip in esp32 esp8266; do
    "$BUILD/tools/mkimage" $chip 4096K 1.0 "$T/4m.bin"
    measure "$T/4m.bin"
    echo "$chip, 4 MiB: read, inspected and hashed in $(ratio "$open" 1000) ms, the two hashes alone $(ratio "$hash" 1000) ms"
    bound "  ratio" "$(ratio "$open" "$hash")" 2.00
done

# An ESP32 upload does not pay for what only an ESP8266 gets.
"$BUILD/tools/mkimage" esp32 1024K 1.0 "$T/1m.bin"
measure "$T/1m.bin"
[ "$bytes" = 0 ] || { echo "an ESP32 image was compressed"; bad=1; }

# Real firmware where there is some: what mkimage makes is random in parts, and
# both programs spend their time differently on that.
real=$(ls ../shared/images/esp8266-app*.bin 2>/dev/null || :)
if [ -n "$real" ]; then
    # shellcheck disable=SC2086
    cat $real >"$T/all.bin"
    head -c 1048576 "$T/all.bin" >"$T/1m.bin"
    limit=1.00
else
    "$BUILD/tools/mkimage" esp8266 1024K 1.0 "$T/1m.bin"
    limit=1.25
fi
measure "$T/1m.bin"
best=999999999
for _ in 1 2 3 4 5; do
    TIMEFORMAT='%U %S'
    took=$({ time gzip -9nc "$T/1m.bin" >"$T/1m.gz"; } 2>&1 |
        awk '{ printf "%.0f", ($1 + $2) * 1000000 }')
    [ "$took" -ge "$best" ] || best=$took
done
theirs=$(stat -c %s "$T/1m.gz")
echo "gzip of 1 MiB: $bytes bytes in $(ratio "$gzip" 1000) ms; gzip -9: $theirs bytes in $(ratio "$best" 1000) ms"
bound "  ratio of size" "$(awk -v a="$bytes" -v b="$theirs" 'BEGIN { printf "%.4f", a / b }')" 0.9999
bound "  ratio of time" "$(ratio "$gzip" "$best")" $limit
