#!/usr/bin/env bash
# bench_serve.sh -- 500 devices fetch 1 MiB at 50 KiB/s each, at once, from one
# process (COUNT, KIB, RATE: others).
#
# Bounds: all get it whole, less than 64 MiB resident, one thread.
# shellcheck source=tests/bench/helpers.bash
. "$(dirname "$0")/helpers.bash"

COUNT=${COUNT:-500} KIB=${KIB:-1024} RATE=${RATE:-50K}
ulimit -n "$(ulimit -Hn)"
"$BUILD/tools/mkimage" esp32 "${KIB}K" 1.0 "$T/image"
"$BIN/espota-c" serve --no-config --port 0 "$T/image" >"$T/port" 2>"$T/said" &
server=$!
sims+=("$server")
for _ in $(seq 100); do [ -s "$T/port" ] && break; sleep 0.05; done
began=$(date +%s%N)
"$BIN/espota-sim" pull --variant esp32 --url "http://127.0.0.1:$(cat "$T/port")/fw.bin" --count "$COUNT" \
    --rate "$RATE" --report "$T/seen" >/dev/null
wall=$((($(date +%s%N) - began) / 1000000))
tick=$(getconf CLK_TCK)
cpu=$(awk -v t="$tick" '{ printf "%.0f", ($14 + $15) * 1000 / t }' "/proc/$server/stat")
rss=$(awk '/VmHWM/ { print $2 }' "/proc/$server/status")
threads=$(awk '/Threads/ { print $2 }' "/proc/$server/status")
echo "$COUNT devices, $KIB KiB each at $RATE/s: $wall ms"
echo "our CPU: $cpu ms in all, $(ratio "$cpu" "$COUNT") ms a device"
bound "not updated" $((COUNT - $(jq -r 'select(.event == "session" and .updated) | .md5' "$T/seen" |
    grep -c "$(md5sum "$T/image" | cut -c1-32)"))) 0
bound "resident, MiB" "$(ratio "$rss" 1024)" 64
bound "threads" "$threads" 1
