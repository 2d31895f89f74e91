#!/usr/bin/env bash
# bench_fleet.sh -- a fleet of mixed kinds flashed at once by one process: half
# ESPHome, a quarter each ArduinoOTA on ESP8266 and ESP32, 1 MiB at 50 KiB/s
# (COUNTS, KIB: others).
#
# Bounds for the largest: all succeed, less than 64 MiB resident, at most 1.10
# of the time the slowest kind takes alone.
# shellcheck source=tests/bench/helpers.bash
. "$(dirname "$0")/helpers.bash"

COUNTS=${COUNTS:-"1 10 100 1000"} KIB=${KIB:-1024}
MS_PER_KIB=20 CLK_TCK=$(getconf CLK_TCK)
ulimit -n "$(ulimit -Hn)"
if [ "$(ulimit -n)" != unlimited ] && [ "$(ulimit -n)" -lt 4096 ]; then
    echo "skipped: only $(ulimit -n) descriptors are allowed here"
    exit 0
fi
"$BUILD/tools/mkimage" esp32 "${KIB}K" 1.0 "$T/esp32.bin"
"$BUILD/tools/mkimage" esp8266 "${KIB}K" 1.0 "$T/esp8266.bin"

# add COUNT PROTOCOL IMAGE PROFILE OPTION...: devices, and their targets.
add() {
    local n=$1 protocol=$2 image=$3 i
    shift 3
    [ "$n" -gt 0 ] || return 0
    start_sim "$@" --count "$n" --flash-ms-per-kib $MS_PER_KIB --reboot-ms 100 \
        --slot-size 4000000
    sim_port=$(sed -n 's/^listening on .*:\([0-9]*\)-[0-9]*$/\1/p; s/^listening on [^:]*:\([0-9]*\)$/\1/p' "$T/sim")
    for ((i = 0; i < n; i++)); do
        echo "127.0.0.1 port=$((sim_port + i)) protocol=$protocol file=$T/$image compress=never"
    done >>"$T/targets"
}

# watch PID: until it ends; sets rss_kib and cpu_ms, without a process of ours
# in between.
watch() {
    local word rest stat fields
    while kill -0 "$1" 2>/dev/null && IFS= read -r stat <"/proc/$1/stat"; do
        read -ra fields <<<"${stat##*) }"
        [ "${fields[0]}" != Z ] || break
        cpu_ms=$(((fields[11] + fields[12]) * 1000 / CLK_TCK))
        while read -r word rest; do
            [ "$word" != VmHWM: ] || rss_kib=${rest%% *}
        done <"/proc/$1/status" || :
        sleep 0.2
    done
    return 0
}

# run: sets wall_ms, cpu_ms, rss_kib, updated.
run() {
    local pid n
    n=$(wc -l <"$T/targets")
    "$BIN/espota-c" fleet --no-config "$T/targets" -j "$n" --retry 0 --json \
        >"$T/json" 2>"$T/err" &
    pid=$!
    watch "$pid"
    wait "$pid" || :
    wall_ms=$(jq -r 'select(.event == "run_end") | .ms' "$T/json")
    updated=$(jq -r 'select(.event == "run_end") | .counts.updated' "$T/json")
}

# The slowest kind alone.
: >"$T/targets"
add 1 arduino esp8266.bin arduino --profile esp8266
run
alone=$wall_ms
stop_sims
echo "one ESP8266 by ArduinoOTA: $alone ms, of which the flash takes $((KIB * MS_PER_KIB)) ms"
for n in $COUNTS; do
    : >"$T/targets"
    add $((n - 2 * (n / 4))) esphome esp32.bin esphome
    add $((n / 4)) arduino esp8266.bin arduino --profile esp8266
    add $((n / 4)) arduino esp32.bin arduino --profile esp32
    run
    stop_sims
    echo "$n devices: $updated updated in $wall_ms ms, $(ratio "$rss_kib" 1024) MiB resident, our CPU $cpu_ms ms"
done
bound "not updated" $((n - updated)) 0
bound "resident, MiB" "$(ratio "$rss_kib" 1024)" 64
bound "time over that of one" "$(ratio "$wall_ms" "$alone")" 1.10
