#!/usr/bin/env bash
# bench_esphome.sh -- ESPHome over links with delay: the time of an upload over
# the device's own, windowed and in lock-step.
#
# The device's own time, its floor, is what it needs for its flash: preparing,
# writing and verifying.  An ESP32 writes 4 KiB in 20 ms, an ESP8266 in 24 ms.
# The time of an upload is all of it, from the first packet to the verdict.
#
# Bound: windowed at most 1.10 of the floor, at every RTT up to 20 ms.  By
# default ("auto") an ESP32 is sent two blocks ahead and an ESP8266 one.  The
# last device has room for 5 KiB that it has not read, as most firmware for the
# ESP8266 has: there TCP itself is the limit, and there is no bound.
set -u
cd "$(dirname "$0")" || exit 1
NETLAB=$PWD/../support/netlab.sh
export NETLAB_ID=ebench$(($$ % 100))
KIB=512 PREPARE=300 VERIFY=100
work=$(mktemp -d) bad=0 port=3231

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

device() { # PLATFORM OPTION...: another one, on a port of its own
    port=$((port + 1))
    rm -f "$work/out"
    "$NETLAB" exec dev "$BIN/espota-sim" esphome --bind 10.77.0.2 --port $port --platform "$1" \
        --reboot-ms 0 --erase-ms 0 --prepare-ms $PREPARE --verify-ms $VERIFY "${@:2}" >"$work/out" &
    for _ in $(seq 100); do grep -q listening "$work/out" && return; sleep 0.05; done
}

flash() { # IMAGE WINDOW: prints ms up to the verdict, or "-"
    "$NETLAB" exec host "$BIN/espota-c" --no-config --json --protocol esphome -i 10.77.0.2 -p $port \
        -f "$1" --force --compress never --window "$2" --retry 0 2>"$work/said" |
        jq -r 'select(.event == "device_end") | if .ok then .ms.total - .ms.reboot else "-" end'
}

# quickest IMAGE WINDOW LIMIT: of three, unless one keeps the limit before; what
# else the machine does can only add to a time.
quickest() {
    local best='' took
    for _ in 1 2 3; do
        took=$(flash "$1" "$2")
        case $took in '' | -) echo -; return ;; esac
        [ -n "$best" ] && [ "$took" -ge "$best" ] || best=$took
        awk "BEGIN { exit !($best <= $3) }" && break
    done
    echo "$best"
}

ratio() { awk "BEGIN { printf \"%.2f\", $1 / $2 }"; }

printf '%-9s %-6s %9s %10s %10s %10s\n' chip RTT floor auto windowed lock-step
while read -r chip ms bounded options; do
    "$BUILD/tools/mkimage" "$chip" ${KIB}K 1.0 "$work/image" || exit 1
    # shellcheck disable=SC2086
    device "$chip" --flash-ms-per-kib "$ms" $options
    floor=$((PREPARE + KIB * ms + VERIFY))
    for rtt in ${RTTS:-0 5 20}; do
        "$NETLAB" link --delay-ms "$(awk "BEGIN { print $rtt / 2 }")" >/dev/null
        row=
        for window in auto 16384 lockstep; do
            limit=1.10
            [ $window = 16384 ] && [ "$bounded" = yes ] || limit=9
            took=$(quickest "$work/image" $window "$(awk "BEGIN { print $floor * $limit }")")
            case $took in -) cat "$work/said"; exit 1 ;; esac
            row="$row $(ratio "$took" $floor)"
            awk "BEGIN { exit $took / $floor > $limit }" && continue
            bad=1
            echo "NOT KEPT: $chip, windowed, RTT $rtt ms: $took ms of $floor ms"
        done
        # shellcheck disable=SC2086
        printf '%-9s %-6s %9s %10s %10s %10s\n' "$chip" "$rtt ms" "$floor ms" $row
    done
done <<'END'
esp32 5 yes
esp8266 6 yes
esp8266 6 no --rcvbuf 5K
END
exit $bad
