#!/usr/bin/env bash
# bench_push.sh -- an image into a web page, against "curl -F" to the same
# simulated device, on a link with 20 ms of round trip (RTT: another).
#
# Bound: at most 1.10 times curl's time.
set -u
cd "$(dirname "$0")" || exit 1
NETLAB=$PWD/../support/netlab.sh
export NETLAB_ID=pbench$(($$ % 100))
RTT=${RTT:-20}
work=$(mktemp -d)

finish() { # ends the device too
    "$NETLAB" down >/dev/null 2>&1
    rm -rf "$work"
}
trap finish EXIT

if ! "$NETLAB" up --no-mdns --shape --delay-ms $((RTT / 2)) >"$work/up" 2>&1; then
    echo "skipped: $(tail -n 1 "$work/up")"
    exit 0
fi
"$BUILD/tools/mkimage" esp32 "${KIB:-800}K" 1.0 "$work/image"
"$NETLAB" exec dev "$BIN/espota-sim" web --profile esphome --bind 10.77.0.2 --port 8080 \
    --flash-ms-per-kib "${FLASH:-2}" --rcvbuf 5840 --reboot-ms 10 >"$work/out" &
for _ in $(seq 100); do grep -q listening "$work/out" && break; sleep 0.05; done

by_curl() {
    "$NETLAB" exec host curl -s -m 60 -H 'Expect:' -o /dev/null -w '%{time_total}\n' \
        -F "update=@$work/image;type=application/octet-stream" http://10.77.0.2:8080/update |
        awk '{ printf "%d", $1 * 1000 }'
}

by_us() {
    "$NETLAB" exec host "$BIN/espota-c" --no-config --json --retry 0 --protocol web \
        -i 10.77.0.2 -p 8080 -f "$work/image" 2>"$work/said" |
        jq -r 'select(.event == "device_end") | if .ok then .ms.total else "failed" end'
}

curl_ms=0 our_ms=0
for _ in 1 2 3; do
    took=$(by_curl)
    curl_ms=$((curl_ms + took))
    sleep 0.5
    took=$(by_us)
    [ "$took" != failed ] && [ -n "$took" ] || { cat "$work/said"; exit 1; }
    our_ms=$((our_ms + took))
    sleep 0.5
done
ratio=$(awk "BEGIN { printf \"%.2f\", $our_ms / $curl_ms }")
echo "RTT $RTT ms: curl -F $((curl_ms / 3)) ms, espota-c $((our_ms / 3)) ms"
echo "ours over curl's: $ratio (at most 1.10)"
awk "BEGIN { exit $ratio > 1.10 }"
