#!/usr/bin/env bash
# bench_noise.sh -- ESPHome: what encryption costs.
# shellcheck source=tests/bench/helpers.bash
. "$(dirname "$0")/helpers.bash"

KEY=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=
MIB=8
"$BUILD/tools/mkimage" esp32 1024K 1.0 "$T/1m.bin"
"$BUILD/tools/mkimage" esp32 $((MIB * 1024))K 1.0 "$T/big.bin"

# upload FILE OPTION...
upload() {
    flash -i 127.0.0.1 -p "$sim_port" --protocol esphome --force -f "$@"
}

# The same device, in the clear and encrypted: flash at 100 KiB/s.
start_sim esphome --key $KEY --flash-ms-per-kib 10 --reboot-ms 0
upload "$T/1m.bin"
plain=$total_ms
upload "$T/1m.bin" --key $KEY
sealed=$total_ms
stop_sims
echo "1 MiB, flash at 100 KiB/s: $plain ms in the clear, $sealed ms encrypted"
bound "ratio of time" "$(ratio "$sealed" "$plain")" 1.15

# What the client computes: a device whose flash takes no time, so that all
# that is counted is our own work.
start_sim esphome --key $KEY --slot-size 16M --reboot-ms 0
best_plain=999999 best_sealed=999999
for _ in 1 2 3; do
    upload "$T/big.bin"
    [ "$cpu_ms" -ge "$best_plain" ] || best_plain=$cpu_ms
    upload "$T/big.bin" --key $KEY
    [ "$cpu_ms" -ge "$best_sealed" ] || best_sealed=$cpu_ms
done
stop_sims
echo "CPU per MiB, in the clear: $(ratio "$best_plain" $MIB) ms"
echo "CPU per MiB, encrypted: $(ratio "$best_sealed" $MIB) ms"

# Many at once: what a session holds for sealing must not add up.
N=1000
if ulimit -n 8192 2>/dev/null && [ -r /proc/self/status ]; then
    start_sim esphome --key $KEY --count $N --flash-ms-per-kib 2 \
        --reboot-ms 60000
    {
        printf '[defaults]\nkey = %s\n' $KEY
        for ((i = 0; i < N; i++)); do
            printf '[device d%d]\nip = 127.0.0.1\nport = %d\n' $i \
                $((sim_port + i))
        done
    } >"$T/conf"
    chmod 600 "$T/conf"
    mapfile -t names < <(seq -f 'd%.0f' 0 $((N - 1)))
    "$BIN/espota-c" fleet "${names[@]}" --config "$T/conf" -j $N -q \
        --protocol esphome --retry 0 --json="$T/json" -f "$T/1m.bin" &
    pid=$! peak=0
    while now=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' /proc/$pid/status) &&
        [ -n "$now" ]; do
        peak=$now
        sleep 0.1
    done 2>/dev/null
    wait $pid || echo "not all of them were updated"
    updated=$(jq -r 'select(.event == "run_end") | .counts.updated' "$T/json")
    stop_sims
    echo "$N devices at once, encrypted: $updated updated, $peak KiB resident"
    bound "MiB resident" "$(ratio "$peak" 1024)" 64
    bound "devices not updated" $((N - updated)) 0
else
    echo "skip: $N devices at once need 8192 descriptors and /proc"
fi
