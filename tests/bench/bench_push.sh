#!/usr/bin/env bash
# bench_push.sh -- an image into a web page, against "curl -F" to the same
# simulated device.
#
# Bound: at most 1.10 times curl's time.
# shellcheck source=tests/bench/helpers.bash
. "$(dirname "$0")/helpers.bash"

"$BUILD/tools/mkimage" esp32 "${KIB:-800}K" 1.0 "$T/image"
start_sim web --profile esphome --flash-ms-per-kib "${FLASH:-2}" --rcvbuf 5840 --reboot-ms 10
sum_curl=0 sum_ours=0
for _ in 1 2 3; do
    sum_curl=$((sum_curl + $(curl -s -H 'Expect:' -o /dev/null -w '%{time_total}\n' \
        -F "update=@$T/image;type=application/octet-stream" "http://127.0.0.1:$sim_port/update" |
        awk '{ printf "%d", $1 * 1000 }')))
    sleep 0.3
    flash --protocol web -i 127.0.0.1 -p "$sim_port" -f "$T/image"
    sum_ours=$((sum_ours + total_ms))
    sleep 0.3
done
echo "curl -F: $((sum_curl / 3)) ms, espota-c: $((sum_ours / 3)) ms"
bound "ours over curl's" "$(ratio "$sum_ours" "$sum_curl")" 1.10
