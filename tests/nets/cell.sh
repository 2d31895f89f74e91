#!/usr/bin/env bash
# cell.sh -- one protocol on one bad network, in a network lab of its own.
#
#   cell.sh PROTOCOL CONDITION DIR
#
# Flashes a simulated device as a user would, then judges what the program said
# by what the device has.  Prints one row, tabs between: protocol, condition,
# "true" or what is wrong, exit status, outcome, attempts, seconds, the longest
# silence in ms, how often it was stored.  Status 1: something is wrong; DIR
# has all that was said.  Environment: BUILD, BIN, LIMIT (seconds; 1200).
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/nets/protocols.bash
. "$here/protocols.bash"
# shellcheck source=tests/nets/conditions.bash
. "$here/conditions.bash"
# shellcheck source=tests/nets/judge.bash
. "$here/judge.bash"
protocol=$1 condition=$2 top=$3
NETLAB=$here/../support/netlab.sh
export NETLAB_ID=n$$
LIMIT=${LIMIT:-1200}

condition "$condition" && [[ -n ${DEVICE[$protocol]-} ]] || { echo "cell: no such cell: $*" >&2; exit 2; }
dir=$top/$protocol.${condition//\//-}
mkdir -p "$dir" && cd "$dir" || exit 2
rm -f events seen stored link firmware.bin
"$BUILD/tools/mkimage" "${CHIP[$protocol]:-esp32}" 256K 1.0.0 firmware.bin || exit 2

trap '"$NETLAB" down >/dev/null 2>&1' EXIT
trap 'exit 130' INT TERM

# Bytes that a clean run sends to the device: measured once.
payload() {
    local file=$top/$protocol.payload
    [[ -s $file ]] || bash "$here/cell.sh" "$protocol" clean "$top" >/dev/null || return
    cat "$file"
}

# "10%" of that.
lab_options() {
    local word
    for word in $lab_options; do
        [[ $word != *% ]] || word=$(($(payload) * ${word%\%} / 100)) || return
        echo "$word"
    done
}

# eventually SECONDS COMMAND...
eventually() {
    local end=$((SECONDS + $1))
    shift
    until "$@" 2>/dev/null; do
        ((SECONDS < end)) || return 1
        sleep 0.1
    done
}

# inside host|dev NAME COMMAND...: its id is in NAME.pid.
inside() {
    # shellcheck disable=SC2016
    "$NETLAB" exec "$1" sh -c 'echo $$ >"$0"; exec "$@"' "$dir/$2.pid" "${@:3}" </dev/null
}

# stop NAME JOB: as a user would; JOB is what started it.
stop() {
    kill -TERM "$(cat "$1.pid")" 2>/dev/null
    wait "$2"
}

start_device() {
    local more=
    [[ $condition != restart-* ]] || more=$(restart_at "$protocol" "${condition#restart-}")
    # shellcheck disable=SC2086
    inside dev device timeout -k 10 "$LIMIT" "$BIN/espota-sim" ${DEVICE[$protocol]} $more --bind 10.77.0.2 \
        --store "$dir/stored" --report "$dir/seen" >device.out 2>&1 &
    device=$!
    eventually 120 grep -q '^listening on' device.out
}

flash() {
    local port
    port=$(sed -n 's/^listening on .*://p' device.out)
    # shellcheck disable=SC2086
    inside host client timeout -k 10 "$LIMIT" "$BIN/espota-c" --no-config -i 10.77.0.2 -p "$port" \
        -f firmware.bin ${CLIENT[$protocol]} --json=events 2>said
    status=$?
}

# The device asks until it has an image; the server ends when one was taken.
serve() {
    # shellcheck disable=SC2086
    inside host client "$BIN/espota-c" ${CLIENT[pull]} --no-config --json=events >port 2>said &
    local server=$!
    eventually 120 grep -q serve_start events || { cat said >&2; exit 2; }
    start_device
    eventually "$LIMIT" one_has_ended
    # A server that knows of no end yet has its --stall-timeout, 60 s here; a
    # device that has not got what it wants asks again in vain.
    if eventually 90 grep -q serve_end events; then
        wait "$server"
        status=$?
        eventually 2 grep -q summary seen || stop device "$device"
    else
        stop client "$server"
        status=$?
    fi
    wait "$device"
}

one_has_ended() { grep -q serve_end events || grep -q '"summary"' seen; }

reported() { (($(count_stores) > 0)); }

# What is under way when the program has ended gets its time to arrive.
settle() {
    local cut_ms
    cut_ms=$(sed -n 's/.*--cut-ms \([0-9]*\).*/\1/p' <<<"$lab_options")
    [[ -z $cut_ms ]] || eventually $((cut_ms / 1000 + 5)) link_is_up
    [[ $status == 0 ]] || sleep 3
    [[ ! -e stored ]] || eventually 30 reported
}

link_is_up() {
    "$NETLAB" exec host ping -c 1 -W 1 -q 10.77.0.2 >/dev/null
}

mapfile -t options < <(lab_options)
"$NETLAB" up --no-mdns "${options[@]}" --seed "$(cksum <<<"$protocol $condition" | cut -d' ' -f1)" >up 2>&1 ||
    { echo "cell: no lab: $(tail -n 1 up)" >&2; exit 2; }
began=$(date +%s%N)
if [[ $protocol == pull ]]; then
    serve
else
    start_device || { cat device.out >&2; exit 2; }
    flash
fi
ms=$((($(date +%s%N) - began) / 1000000))
settle
"$NETLAB" status >/dev/null 2>&1 # the counters go into the log
"$NETLAB" log >"link"
[[ $protocol == pull ]] || stop device "$device"
if [[ $condition == clean ]]; then
    sed -n 's/^host->dev.*payload=//p' link | tail -n 1 >"$top/$protocol.payload"
fi
judge
verdict=true
((${#faults[@]} == 0)) || verdict=$(IFS=';'; echo "${faults[*]}")
printf '%s\t%s\t%s\t%s\t%s\t%s\t%d.%d\t%s\t%s\n' "$protocol" "$condition" "$verdict" "$status" "$outcome" \
    "$attempts" $((ms / 1000)) $((ms % 1000 / 100)) "$silence" "$stores"
[[ $verdict == true ]]
