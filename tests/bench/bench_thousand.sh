#!/usr/bin/env bash
# bench_thousand.sh -- 1000 simulated ESPHome devices flashed at once by one
# process, each with 1 MiB at 100 KiB/s (COUNT, KIB: others).
#
# Bounds: all succeed, less than 64 MiB resident, one thread.
# shellcheck source=tests/bench/helpers.bash
. "$(dirname "$0")/helpers.bash"

COUNT=${COUNT:-1000} KIB=${KIB:-1024}
ulimit -n "$(ulimit -Hn)"
if [ "$(ulimit -n)" != unlimited ] && [ "$(ulimit -n)" -lt $((2 * COUNT + 50)) ]; then
    echo "skipped: only $(ulimit -n) descriptors are allowed here"
    exit 0
fi
"$BUILD/tools/mkimage" esp32 "${KIB}K" 1.0 "$T/image"
start_sim esphome --count "$COUNT" --flash-ms-per-kib 10 --reboot-ms 100 --report "$T/seen"
first=$(sed -n 's/^listening on .*:\([0-9]*\)-[0-9]*$/\1/p' "$T/sim")
said=$("$BUILD/tests/bench/thousand" "${first:-$sim_port}" "$COUNT" "$T/image")
figure() { echo "$said" | sed "s/.*$1 \([0-9]*\).*/\1/"; }
echo "$COUNT devices, $KIB KiB each: $(figure wall) ms, of which the flash takes $((KIB * 10)) ms"
echo "our CPU: $(figure cpu) ms in all, $(ratio "$(figure cpu)" "$COUNT") ms a device"
bound "not updated" $((COUNT - $(figure updated))) 0
bound "resident, MiB" "$(ratio "$(figure rss)" 1024)" 64
bound "threads" "$(figure threads)" 1
# What the devices stored is what was sent.
md5=$(md5sum "$T/image" | cut -d ' ' -f 1)
sleep 0.5
bound "stored other bytes" $((COUNT - $(jq -r 'select(.outcome == "updated") | .md5_stored' "$T/seen" | grep -c "$md5"))) 0
