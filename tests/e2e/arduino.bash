# arduino.bash -- helpers of the stories about ArduinoOTA: load it in setup().

load common.bash

# images: app.esp8266, app.esp32, app.pico (nothing known) and fs, made once a
# file of stories.
images() {
    app8266=$BATS_FILE_TMPDIR/esp8266.bin app32=$BATS_FILE_TMPDIR/esp32.bin
    other=$BATS_FILE_TMPDIR/other.bin fs=$BATS_FILE_TMPDIR/littlefs.bin
    [ -e "$fs" ] && return
    "$BUILD/tools/mkimage" esp8266 300K 1.0 "$app8266"
    "$BUILD/tools/mkimage" esp32 300K 1.0 "$app32"
    head -c 200000 /dev/zero | openssl enc -aes-128-ctr -K 00 -iv 0 -out "$other" 2>/dev/null
    head -c 131072 /dev/zero | tr '\0' '\377' >"$fs"
}

# app PROFILE: the image for it.
app() {
    case $1 in
    esp8266 | classic) echo "$app8266" ;;
    esp32*) echo "$app32" ;;
    *) echo "$other" ;;
    esac
}

# device OPTION...: starts one; sets port and pid.  What it saw is in $seen.
device() {
    local out=$BATS_TEST_TMPDIR/device.out
    seen=$BATS_TEST_TMPDIR/seen
    remember_secrets "$@"
    rm -f "$out" "$seen"
    "$BIN/espota-sim" arduino --end-ms 20 --report "$seen" \
        --store "$BATS_TEST_TMPDIR/stored" "$@" >"$out" 3>&- &
    pid=$!
    eventually is_up "$out"
    port=$(sed -n 's/.*:\([0-9]*\)$/\1/p' "$out")
    [ -n "$port" ]
}

is_up() { grep -q listening "$1" || is_gone "$pid"; }

# A port that is free, and that no system hands out by itself.
free_port() {
    python3 - <<'PY'
import random, socket
for _ in range(1000):
    port = random.randrange(10000, 27000)
    with socket.socket() as s:
        try:
            s.bind(("0.0.0.0", port))
        except OSError:
            continue
    print(port)
    break
PY
}

# For teardown().
done_with_device() {
    tell_why
    stop_device
}

stop_device() {
    [ -z "${pid-}" ] || kill "$pid" 2>/dev/null || :
    [ -z "${pid-}" ] || wait "$pid" 2>/dev/null || :
    pid=
}

# flash FILE OPTION...: with no retries, unless options say so; run it with
# "run".
flash() {
    local file=$1
    shift
    discreetly timeout 180 "$BIN/espota-c" --no-config --protocol arduino -i 127.0.0.1 -p "$port" -f "$file" \
        --force --retry 0 "$@" </dev/null 3>&-
}

# saw FILTER: true of the device's latest session, by jq.
saw() {
    eventually has_seen "$1" && return
    echo "the device did not see: $1"
    cat "$seen"
    return 1
}

has_seen() {
    jq -se "[.[] | select(.event == \"session\")] | last | $1" "$seen" >/dev/null 2>&1
}

# stored_once FILE: by the reports in it, once they are there.
stored_once() {
    eventually has_stored "$1"
    [ "$(n_stored "$1")" = 1 ] || { cat "$1"; return 1; }
}

n_stored() { jq -s 'map(select((.md5_stored // "") != "")) | length' "$1"; }
has_stored() { [ "$(n_stored "$1")" -gt 0 ]; }

# ended STATUS [TEXT]: of the last "run".
ended() {
    [ "$status" = "$1" ] && [[ $output == *"${2-}"* ]] && return
    echo "status $status, not $1 with \"${2-}\":"
    echo "$output"
    return 1
}
