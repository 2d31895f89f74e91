#!/usr/bin/env bash
# bench_arduino.sh -- ArduinoOTA over a link with delay and loss: the window
# against lock-step of 1460 bytes, as espota.py has it.
#
# A simulated ESP8266, 400 KiB, flash that takes no time or 12 ms per KiB.  The
# time is from the first byte the device reads to the last it has written, so
# the pauses a core makes around its OK are not in it.
#
# Bounds, without loss: at 20 ms and fast flash the window is at least 5 times
# as fast; with slow flash it takes at most 1.10 of the flash's own time.
set -u
cd "$(dirname "$0")" || exit 1
NETLAB=$PWD/../support/netlab.sh
export NETLAB_ID=abench$(($$ % 100))
KIB=400 SLOW=12
work=$(mktemp -d) bad=0 port=8265

finish() { # ends the devices too
    "$NETLAB" down >/dev/null 2>&1
    rm -rf "$work"
}
trap finish EXIT

if ! "$NETLAB" up --no-mdns --shape >"$work/up" 2>&1; then
    echo "skipped: $(tail -n 1 "$work/up")"
    exit 0
fi
for side in host dev; do # what one run learns of the path is not for the next
    "$NETLAB" exec $side sysctl -qw net.ipv4.tcp_no_metrics_save=1 >/dev/null 2>&1
done
"$BUILD/tools/mkimage" esp8266 ${KIB}K 1.0 "$work/image" || exit 1

# device MS-PER-KIB: another one, on a port of its own; sets port.
device() {
    port=$((port + 1))
    rm -f "$work/out" "$work/seen"
    "$NETLAB" exec dev "$BIN/espota-sim" arduino --bind 10.77.0.2 --port $port --reboot-ms 20 --end-ms 5 \
        --flash-ms-per-kib "$1" --report "$work/seen" >"$work/out" &
    for _ in $(seq 100); do grep -q listening "$work/out" && return; sleep 0.05; done
}

# flash WINDOW: prints the device's time in ms, or "-".
flash() {
    local before after
    before=$(grep -c '"session"' "$work/seen")
    sleep 0.1
    "$NETLAB" exec host "$BIN/espota-c" --no-config --protocol arduino -i 10.77.0.2 -p $port \
        -f "$work/image" --force --window "$1" --retry 0 >"$work/said" 2>&1
    for _ in $(seq 20); do
        after=$(grep -c '"session"' "$work/seen")
        [ "$after" -gt "$before" ] && break
        sleep 0.05
    done
    jq -rs '[.[] | select(.event == "session")] | last | if .outcome == "updated" then .ms.data else "-" end' \
        "$work/seen"
}

ratio() { awk "BEGIN { printf \"%.2f\", $1 / ($2 > 0 ? $2 : 1) }"; }

bound() { # WORDS CONDITION
    awk "BEGIN { exit !($2) }" && return
    echo "NOT KEPT: $1"
    bad=1
}

printf '%-8s %-5s %-6s %10s %10s %8s %12s\n' RTT loss flash window lock-step faster "of the floor"
for slow in 0 $SLOW; do
    device $slow
    for loss in 0 1; do
        for rtt in ${RTTS:-0 5 20 50}; do
            "$NETLAB" link --delay-ms "$(awk "BEGIN { print $rtt / 2 }")" --loss-pct $loss --seed 7 >/dev/null
            window=$(flash auto)
            lockstep=$(flash lockstep)
            case $window$lockstep in *-*) cat "$work/said"; exit 1 ;; esac
            times=$(ratio "$lockstep" "$window") floor=
            [ $slow = 0 ] || floor=$(ratio "$window" $((slow * KIB)))
            printf '%-8s %-5s %-6s %10s %10s %8s %12s\n' "$rtt ms" "$loss %" "$slow ms" "$window" "$lockstep" \
                "$times" "$floor"
            [ $loss = 0 ] || continue
            if [ $slow = 0 ] && [ "$rtt" = 20 ]; then bound "5 times as fast at 20 ms" "$times >= 5"; fi
            if [ $slow != 0 ] && [ "$rtt" -le 20 ]; then bound "1.10 of the floor at $rtt ms" "$floor <= 1.10"; fi
        done
    done
done
exit $bad
