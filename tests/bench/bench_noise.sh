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
