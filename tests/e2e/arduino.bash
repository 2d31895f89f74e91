# arduino.bash -- for stories about ArduinoOTA: images, and ports.
# shellcheck shell=bash disable=SC2034

load helpers

setup() { arduino_begin; }

arduino_begin() {
    story_begin
    images
    flash_with=(--force) # what most of them flash is nothing known
}

# images: app8266, app32, other (nothing known) and fs, made once a file of
# stories.
images() {
    app8266=$BATS_FILE_TMPDIR/esp8266.bin app32=$BATS_FILE_TMPDIR/esp32.bin
    other=$BATS_FILE_TMPDIR/other.bin fs=$BATS_FILE_TMPDIR/littlefs.bin
    [ -e "$fs" ] && return
    "$MKIMAGE" esp8266 300K 1.0 "$app8266"
    "$MKIMAGE" esp32 300K 1.0 "$app32"
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
