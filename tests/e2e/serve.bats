#!/usr/bin/env bats
# serve.bats -- devices fetch their firmware; curl plays them.

setup() {
    load serve
    cd "$BATS_TEST_TMPDIR" || exit 1
    "$BIN/espota-c" --version | grep -q 'libmicrohttpd' || skip "built without libmicrohttpd"
}

teardown() {
    tell_why
    stop_serving
}

MAC='AA:BB:CC:DD:EE:01'

@test "one image for whoever asks, whole, with its length and MD5" {
    firmware 400000 fw.bin
    serve fw.bin
    [ "$(status "$url/whatever.bin")" = 200 ]
    cmp body fw.bin
    grep -qi "^content-length: 400000" headers
    grep -qi "^x-md5: $(md5 fw.bin)" headers
    ! grep -qi "^transfer-encoding" headers || false
    ! grep -qi "^content-encoding" headers || false
    said "client /whatever.bin: complete after 400.0 kB"
}

@test "HTTP/1.0, and nothing encoded for those who offer to decode" {
    firmware 400000 fw.bin
    serve fw.bin
    [ "$(status -0 --compressed "$url/fw.bin")" = 200 ]
    cmp body fw.bin
    ! grep -qi "^transfer-encoding\|^content-encoding" headers || false
}

@test "a target without a slash, a whole URL as target, and a query" {
    firmware 5000 fw.bin
    serve fw.bin
    raw 'GET httpUpdate.bin HTTP/1.0\r\n\r\n' | head -c 15 | grep -q '200 OK'
    raw "GET http://10.0.0.1/fw.bin HTTP/1.0\r\n\r\n" | head -c 15 | grep -q '200 OK'
    [ "$(status "$url/fw.bin?device=1")" = 200 ]
}

# first_read BYTES REQUEST: into first, what one read gets of the answer.
first_read() {
    exec 9<>"/dev/tcp/127.0.0.1/$port"
    printf '%b' "$2" >&9
    dd bs="$1" count=1 <&9 2>/dev/null >first
    exec 9<&- 9>&-
}

together() {
    first_read 4096 'GET /fw.bin.md5 HTTP/1.1\r\nHost: x\r\n\r\n'
    grep -q "$(md5 fw.bin)" first || return 1
    first_read 1400 'GET /fw.bin HTTP/1.0\r\n\r\n'
    [ "$(wc -c <first)" -eq 1400 ] || return 1
    head -c 400 fw.bin | cmp -n 400 - <(sed '1,/^\r$/d' first)
}

@test "headers and the first bytes of the body come in one read" {
    [ -z "${TEST_EMULATED-}" ] || skip "the kernel holds them back for 200 ms at most: too short for $TEST_EMULATED"
    firmware 400000 fw.bin
    serve fw.bin
    patiently together
}

@test "304 for a device that runs this version, this image, in any case of letters" {
    image esp8266-app4m-wbec.bin
    fw=esp8266-app4m-wbec.bin
    serve "$fw" --fw-version 7
    [ "$(status -H 'X-ESP8266-VERSION: 7' "$url/")" = 304 ]
    [ ! -s body ]
    [ "$(status -H 'x-esp8266-version: 6' "$url/")" = 200 ]
    grep -qi '^x-version: 7' headers
    [ "$(status -H "x-ESP8266-sketch-md5: $(md5 "$fw")" "$url/")" = 304 ]
    # The device changed the flash mode while it installed it.
    { head -c 2 "$fw"; printf '\001'; tail -c +4 "$fw"; } >patched
    [ "$(status -H "x-ESP8266-sketch-md5: $(md5 patched)" "$url/")" = 304 ]
    [ "$(status -H "x-ESP8266-sketch-md5: 00000000000000000000000000000000" "$url/")" = 200 ]
}

@test "an ESP32 tells the digest at the end of its image" {
    fw=esp32c3-app-arduino-sam2695.bin
    image "$fw"
    serve "$fw"
    sha=$(tail -c 32 "$fw" | od -An -tx1 | tr -d ' \n' | tr a-f A-F)
    [ "$(status -H "x-ESP32-sketch-sha256: $sha" "$url/")" = 304 ]
    [ "$(status -H "x-ESP32-sketch-md5: $(md5 "$fw")" "$url/")" = 304 ]
    [ "$(status -H "x-ESP32-sketch-sha256: ${sha/[0-9A-F]/G}" "$url/")" = 400 ]
    [ "$(status -H 'x-ESP8266-mode: sketch' "$url/")" = 404 ]
    said "not for ESP8266"
}

@test "too little room: 404 and the reason in the log" {
    firmware 400000 fw.bin
    serve fw.bin
    [ "$(status -H 'x-ESP8266-free-space: 399999' "$url/")" = 404 ]
    said "the image has 400000 bytes and the device room for 399999"
    [ "$(status -H 'x-ESP8266-free-space: 400000' "$url/")" = 200 ]
}

@test "a map decides by MAC, chip, name and *, the most particular first" {
    firmware 1000 mac.bin 1
    firmware 2000 chip.bin 2
    firmware 3000 name.bin 3
    firmware 4000 all.bin 4
    firmware 5000 files.bin 5
    cat >fleet.ini <<INI
[*]
firmware = all.bin
version = 1
[ESP32]
firmware = chip.bin
[kitchen]
firmware = name.bin
version = 3
[aa:bb:cc:dd:ee:01]
firmware = mac.bin
filesystem = files.bin
version = 4
INI
    serve --map fleet.ini
    [ "$(status -H "x-ESP32-STA-MAC: $MAC" "$url/kitchen.bin")" = 200 ]
    cmp body mac.bin
    [ "$(status -H "x-ESP32-AP-MAC: $MAC" -H 'x-ESP32-mode: spiffs' "$url/")" = 200 ]
    cmp body files.bin
    [ "$(status -H "x-ESP32-STA-MAC: $MAC" -H 'x-ESP32-version: 4' "$url/")" = 304 ]
    [ "$(status -H 'x-ESP32-mode: sketch' "$url/kitchen.bin")" = 200 ]
    cmp body name.bin
    [ "$(status -H 'x-ESP32-mode: sketch' "$url/x.bin")" = 200 ]
    cmp body chip.bin
    [ "$(status -H 'x-ESP8266-mode: sketch' "$url/x.bin")" = 200 ]
    cmp body all.bin
    [ "$(status -H 'x-ESP8266-mode: spiffs' "$url/x.bin")" = 404 ]
    [ "$(status -I -H 'x-ESP8266-mode: version' "$url/x.bin")" = 200 ]
    grep -qi '^x-version: 1' headers
}

@test "a map without *: 404 for a device it does not know, 403 for no device" {
    firmware 1000 fw.bin
    printf '[%s]\nfirmware = fw.bin\n' "$MAC" >fleet.ini
    serve --map fleet.ini
    [ "$(status -H 'x-ESP8266-STA-MAC: AA:BB:CC:DD:EE:02' "$url/")" = 404 ]
    said "no rule is for AA:BB:CC:DD:EE:02"
    [ "$(status "$url/")" = 403 ]
}

@test "a map is read again when it changes, and a wrong one does not count" {
    firmware 1000 one.bin 1
    firmware 2000 two.bin 2
    printf '[*]\nfirmware = one.bin\n' >fleet.ini
    serve --map fleet.ini
    [ "$(status "$url/")" = 200 ]
    cmp body one.bin
    printf '[*]\nfirmware = two.bin\n# longer\n' >fleet.ini
    said "fleet.ini was read again"
    [ "$(status "$url/")" = 200 ]
    cmp body two.bin
    printf '[*]\nfrimware = one.bin\n' >fleet.ini
    said 'fleet.ini:2: unknown key "frimware" (did you mean "firmware"?); the old map stays'
    [ "$(status "$url/")" = 200 ]
    cmp body two.bin
}

@test "what is wrong with a map is said with file and line" {
    firmware 1000 fw.bin
    check() { # TEXT STATUS MESSAGE
        printf '%b' "$1" >bad.ini
        run "$BIN/espota-c" serve --no-config --port 0 --map bad.ini
        [ "$status" = "$2" ] || return 1
        [[ $output == *"$3"* ]]
    }
    check '[*]\nfirmware = fw.bin\nport = 1\n' 2 'bad.ini:3: unknown key "port"'
    check 'firmware = fw.bin\n' 2 'bad.ini:1: a key before any section'
    check '[*]\nfirmware = fw.bin\nfirmware = fw.bin\n' 2 'bad.ini:3: "firmware" is given twice'
    check '[a]\nversion = 1\n[*]\nversion = 2\n[a]\nversion = 2\n' 2 'bad.ini:5: there are two sections "a"'
    check '[*]\nfirmware\n' 2 'bad.ini:2: neither'
    check '[*]\nfirmware = gone.bin\n' 3 'gone.bin: No such file'
    check '' 2 'no section'
}

@test "a directory: files, MD5 siblings, manifests; nothing outside of it" {
    mkdir -p www/sub
    firmware 4000 www/a.bin
    firmware 4000 outside.bin
    ln -s ../outside.bin www/link.bin
    ln -s .. www/up
    mkfifo www/pipe
    firmware 10 www/.hidden
    serve --dir www
    [ "$(status "$url/a.bin")" = 200 ]
    cmp body www/a.bin
    [ "$(status "$url/a.bin.md5")" = 200 ]
    [ "$(cat body)" = "$(md5 www/a.bin)" ]
    for path in link.bin up/outside.bin ../outside.bin %2e%2e/outside.bin sub/..%2f..%2foutside.bin \
        .hidden pipe sub www '' a.bin/ a.bin/x; do
        [ "$(status "$url/$path")" = 404 ] || { echo "$path"; return 1; }
    done
    [ "$(status "$url/a%00.bin")" = 400 ]
    [ "$(status "$url/a%5c.bin")" = 400 ]
    # A file that vanishes is gone.
    rm www/a.bin
    [ "$(status "$url/a.bin")" = 404 ]
}

@test "an ESPHome manifest, with the chip from the image" {
    image esp8266-app4m-wbec.bin
    mkdir www
    mv esp8266-app4m-wbec.bin www/kitchen.ota.bin
    serve --dir www
    [ "$(status -A 'ESPHome/2026.9.1' "$url/kitchen.json")" = 200 ]
    [ "$(jq -r '.builds[0].chipFamily' body)" = ESP8266 ]
    [ "$(jq -r '.builds[0].ota.md5' body)" = "$(md5 www/kitchen.ota.bin)" ]
    cp body body.json
    path=$(jq -r '.builds[0].ota.path' body)
    [ "$(status "$url/$path")" = 200 ]
    cmp body www/kitchen.ota.bin
    # This one does not tell its version: what differs when the image does.
    [ "$(jq -r .version body.json)" = "$(md5 www/kitchen.ota.bin)" ]
    # One that was written by hand is given as it is.
    echo '{"name":"mine"}' >www/kitchen.json
    [ "$(status "$url/kitchen.json")" = 200 ]
    [ "$(jq -r .name body)" = mine ]
}

# update_entity VERSION: one that runs this; what it saw is in session.
update_entity() {
    "$BIN/espota-sim" pull --variant esphome-update --timeout-ms 60000 --url "$url/kitchen.json" --version "$1" |
        grep '"event":"session"' >session
}

@test "a manifest has the image's own version, or the device would update for ever" {
    mkdir www
    "$BUILD/tools/mkimage" esp32 256K 2026.9.1 www/kitchen.ota.bin
    serve --dir www
    [ "$(status "$url/kitchen.json")" = 200 ]
    [ "$(jq -r .version body)" = 2026.9.1 ]
    update_entity 2026.9.1
    jq -e '.outcome == "no updates"' session
    update_entity 2026.9.0
    jq -e .updated session
}

@test "a file is replaced while a slow device reads it: it gets the old one, whole" {
    firmware 8000000 fw.bin 1
    firmware 2000000 new.bin 2
    cp fw.bin old.bin
    serve fw.bin
    hold /fw.bin
    mv new.bin fw.bin
    [ "$(status "$url/fw.bin")" = 200 ]
    cmp body fw.bin
    grep -qi "^x-md5: $(md5 fw.bin)" headers
    take_held slow
    cmp slow old.bin
}

@test "a file whose writer stands still in its middle: the old one, whole, until it has ended" {
    command -v python3 >/dev/null || skip "python3 is not installed"
    firmware 1000000 fw.bin 1
    firmware 1000000 a 1
    firmware 1000000 b 2
    serve fw.bin
    [ "$(status "$url/fw.bin")" = 200 ]
    exec 8>fw.bin
    head -c 500000 b >&8
    touch -d '1 minute ago' fw.bin # it has long been still
    python3 - fw.bin <<'PY' || skip "writers cannot be seen here"
import errno, fcntl, sys
try:
    fcntl.fcntl(open(sys.argv[1]), fcntl.F_SETLEASE, fcntl.F_RDLCK)
except OSError as e:
    sys.exit(e.errno != errno.EAGAIN)
sys.exit(1)
PY
    [ "$(status "$url/fw.bin")" = 200 ]
    cmp body a
    tail -c +500001 b >&8
    exec 8>&-
    has_new() { [ "$(status "$url/fw.bin")" = 200 ] && cmp body b; }
    eventually has_new
}

@test "a file that is written in place: never half the old and half the new" {
    firmware 1000000 fw.bin 1
    firmware 1000000 a 1
    firmware 1000000 b 2
    serve fw.bin
    (for i in 1 2 3; do cat b >fw.bin; sleep 0.1; cat a >fw.bin; sleep 0.1; done) 3>&- &
    writer=$!
    for i in $(seq 25); do
        [ "$(status "$url/fw.bin")" = 200 ]
        cmp -s body a || cmp -s body b
    done
    wait "$writer"
}

@test "user and password" {
    firmware 1000 fw.bin
    run "$BIN/espota-c" serve --no-config --port 0 fw.bin -a s3cr3t
    [ "$status" = 2 ]
    run "$BIN/espota-c" serve --no-config --port 0 fw.bin --user me
    [ "$status" = 4 ]
    serve fw.bin --user me -a 's3:cret'
    [ "$(status "$url/")" = 401 ]
    grep -qi '^www-authenticate: basic' headers
    [ "$(status -u 'me:wrong' "$url/")" = 401 ]
    [ "$(status -u 'me:s3:cretx' "$url/")" = 401 ]
    [ "$(status -H 'Authorization: Basic %%%' "$url/")" = 401 ]
    [ "$(status -u 'me:s3:cret' "$url/")" = 200 ]
    ! grep -q 's3:cret' said || false
    [ -z "${TEST_EMULATED-}" ] || return 0 # its own arguments stay
    ! tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q 's3:cret' || false
}

@test "https" {
    openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 \
        -subj /CN=localhost 2>/dev/null
    firmware 300000 fw.bin
    serve fw.bin --tls-cert cert.pem --tls-key key.pem
    [ "$(status --cacert cert.pem "https://localhost:$port/fw.bin")" = 200 ]
    cmp body fw.bin
    speaks() { # VERSION OPTION...: does a client of no other agree with it?
        openssl s_client -connect "127.0.0.1:$port" "$@" -cipher DEFAULT@SECLEVEL=0 </dev/null 2>&1 |
            grep -q 'Cipher is [A-Z]'
    }
    speaks -tls1_2
    speaks -tls1_3
    ! speaks -tls1_1 || false
    ! speaks -tls1 || false
    run "$BIN/espota-c" serve --no-config --port 0 fw.bin --tls-cert fw.bin --tls-key key.pem
    [ "$status" = 2 ]
    run "$BIN/espota-c" serve --no-config --port 0 fw.bin --tls-cert cert.pem
    [ "$status" = 2 ]
}

@test "--once ends after so many devices took their image" {
    firmware 100000 fw.bin
    serve fw.bin --once 2
    [ "$(status -H 'x-ESP8266-version: 1' "$url/fw.bin.md5")" = 200 ]
    [ "$(status "$url/")" = 200 ]
    kill -0 "$pid"
    [ "$(status "$url/")" = 200 ]
    wait "$pid"
    pid=
    said "2 images taken"
}

@test "--once lets those come to their end that have begun" {
    firmware 8000000 fw.bin
    serve fw.bin --once 1
    hold /slow
    [ "$(status "$url/")" = 200 ]
    completed 1
    take_held slow
    cmp slow fw.bin
    wait "$pid"
    pid=
    said "2 images taken"
}

@test "events as JSON" {
    firmware 100000 fw.bin
    serve fw.bin --json --once 1
    [ "$(status -H "x-ESP8266-STA-MAC: $MAC" -H 'x-ESP8266-version: 1.2' "$url/fw.bin")" = 200 ]
    wait "$pid"
    jq -es 'map(.event) | .[0] == "serve_start" and .[-1] == "serve_end"' said.out
    jq -es 'map(.seq) == [range(length)]' said.out
    jq -es 'map(select(.event == "request"))[0]
        | .mac == "'$MAC'" and .runs_version == "1.2" and .status == 200 and .total == 100000' said.out
    jq -es 'map(select(.event == "request_end"))[0] | .ok and .done == 100000' said.out
    ! python3 -c 'import jsonschema' 2>/dev/null ||
        python3 "$ROOT/tests/support/check_events.py" "$ROOT/docs/espota-events.schema.json" said.out
}

@test "a signal ends it" {
    firmware 1000 fw.bin
    serve fw.bin
    kill -TERM "$pid"
    rc=0
    wait "$pid" || rc=$?
    pid=
    [ "$rc" = 143 ]
}

@test "half a file is given to nobody, and to the first who asks neither" {
    mkdir www
    firmware 300000 whole 4
    serve --dir www
    exec 8>www/half.bin
    head -c 100000 whole >&8
    python3 - www/half.bin <<'PY' || skip "writers cannot be seen here"
import errno, fcntl, sys
try:
    fcntl.fcntl(open(sys.argv[1]), fcntl.F_SETLEASE, fcntl.F_RDLCK)
except OSError as e:
    sys.exit(e.errno != errno.EAGAIN)
sys.exit(1)
PY
    for path in half.bin half.bin.md5 half.json; do
        [ "$(status "$url/$path")" = 503 ] || { echo "$path"; return 1; }
        grep -qi '^retry-after: ' headers
    done
    said "www/half.bin is still being written"
    tail -c +100001 whole >&8
    exec 8>&-
    [ "$(status "$url/half.bin")" = 200 ]
    cmp body whole
}

@test "a file that is written over counts whatever its time says" {
    mkdir www
    firmware 300000 a 1
    firmware 300000 b 2
    cp a www/fw.bin
    touch -d '-1 day' www/fw.bin
    serve --dir www
    [ "$(status "$url/fw.bin")" = 200 ]
    has() { [ "$(status "$url/fw.bin")" = 200 ] && cmp -s body "$1"; }
    for change in 'b -1 day' 'a +1 day' 'b +1 day' 'a now'; do
        cat "${change%% *}" >www/fw.bin
        touch -d "${change#* }" www/fw.bin
        eventually has "${change%% *}"
    done
}

@test "a map that is edited again within a second is in force as it was left" {
    firmware 1000 a.bin 1
    firmware 1000 b.bin 2
    echo '[*]' >fleet.ini
    echo 'firmware = a.bin' >>fleet.ini
    serve --map fleet.ini
    has() { [ "$(status "$url/")" = 200 ] && cmp -s body "$1"; }
    has a.bin
    for last in b a; do
        for name in b a "$last"; do
            printf '[*]\nfirmware = %s.bin\n' "$name" >fleet.ini
            touch -d '2020-01-01' fleet.ini
        done
        eventually has "$last.bin"
    done
}

@test "who resumes is given the rest, and of the same file alone" {
    firmware 300000 fw.bin 1
    serve fw.bin --json
    head -c 120000 fw.bin >part
    etag=$(curl -sI "$url/" | tr -d '\r' | sed -n 's/^ETag: //p')
    [ "$etag" = "\"$(md5 fw.bin)\"" ]
    curl -s -C - -o part "$url/fw.bin"
    cmp part fw.bin
    [ "$(status -r 5-9 -H "If-Range: $etag" "$url/")" = 206 ]
    cmp body <(tail -c +6 fw.bin | head -c 5)
    grep -qi '^content-range: bytes 5-9/300000' headers
    [ "$(status -r 5-9 -H 'If-Range: "another"' "$url/")" = 200 ]
    cmp body fw.bin
    [ "$(status -r 0-1,7-8 "$url/")" = 200 ]
    cmp body fw.bin
    [ "$(status -r 300000- "$url/")" = 416 ]
    grep -qi '^content-range: bytes \*/300000' headers
    [ "$(status -H "If-None-Match: W/$etag" "$url/")" = 304 ]
    [ ! -s body ]
    stop_serving
    # Two that overlap may end in any order.
    jq -es 'map(select(.event == "request_end" and .offset == 120000))[0]
        | .status == 206 and .ok and .offset == 120000 and .total == 180000 and .size == 300000' said.out
}

@test "a filesystem that goes out is named, and whoever gets none is told of none" {
    image esp8266-app4m-wbec.bin
    image esp8266-littlefs-wbec.bin
    serve esp8266-app4m-wbec.bin esp8266-littlefs-wbec.bin --json --verbose
    [ "$(status -H 'x-ESP8266-mode: spiffs' "$url/")" = 200 ]
    cmp body esp8266-littlefs-wbec.bin
    said 'mode spiffs: 200 esp8266-littlefs-wbec.bin'
    stop_serving
    jq -es 'map(select(.event == "request" or .event == "request_end") | .file)
        | unique == ["esp8266-littlefs-wbec.bin"]' said.out
    serve esp8266-app4m-wbec.bin --json
    [ "$(status -H 'x-ESP8266-mode: spiffs' "$url/")" = 404 ]
    stop_serving
    jq -es 'map(select(.event == "request"))[0].file == null' said.out
}

@test "--once does not count a client that refused what its buffer held" {
    firmware 3000 fw.bin
    serve fw.bin --once 1
    python3 - "$port" <<'PY'
import signal, socket, sys
signal.alarm(60)
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
s.sendall(b"GET /fw.bin HTTP/1.0\r\n\r\n")
assert len(s.recv(65536, socket.MSG_PEEK | socket.MSG_WAITALL)) > 3000
s.close()
PY
    said "left some of it unread"
    [ "$(status "$url/fw.bin")" = 200 ]
    wait "$pid"
    pid=
    said "1 image taken"
    [ "$(grep -c complete said)" = 1 ]
}

@test "a login in any case of letters" {
    firmware 1000 fw.bin
    serve fw.bin --user me -a s3cr3t
    login=$(printf 'me:s3cr3t' | base64)
    for scheme in basic BASIC 'Basic '; do
        [ "$(status -H "authorization: $scheme $login" "$url/")" = 200 ] || return 1
    done
    for scheme in Bearer Basi Basics ''; do
        [ "$(status -H "Authorization: $scheme $login" "$url/")" = 401 ] || return 1
    done
}

used() { awk '{ print $14 + $15 }' "/proc/$pid/stat"; }

@test "no signal that does not end it makes it busy" {
    [ -r "/proc/$$/stat" ] || skip "no /proc here"
    [ -z "${TEST_EMULATED-}" ] || skip "its own time is not that of $TEST_EMULATED"
    firmware 1000 fw.bin
    serve fw.bin
    for signals in "WINCH WINCH" "CONT" "STOP CONT" "URG"; do
        for signal in $signals; do kill -"$signal" "$pid"; done
        [ "$(status "$url/")" = 200 ]
        before=$(used)
        sleep 1
        [ $(($(used) - before)) -lt 30 ] || { echo "busy after $signals"; return 1; }
    done
}

@test "nothing to serve, and a port that is taken" {
    run "$BIN/espota-c" serve --no-config
    [ "$status" = 2 ]
    [[ $output == *"nothing to serve"*"hint: give it an image"* ]]
    firmware 1000 fw.bin
    serve fw.bin
    run "$BIN/espota-c" serve --no-config fw.bin --port "$port"
    [ "$status" = 2 ]
    [[ $output == *"Address already in use"* ]]
}

@test "as root it says so, and --drop-to ends that" {
    [ "$(id -u)" = 0 ] || skip "only root can"
    chmod 755 .
    firmware 1000 fw.bin
    chmod 644 fw.bin
    serve fw.bin
    said "warning: serving as root"
    stop_serving
    cp fw.bin /tmp/espota-serve-$$.bin
    serve /tmp/espota-serve-$$.bin --drop-to nobody
    [ "$(stat -c %U "/proc/$pid")" = nobody ]
    [ "$(status "$url/")" = 200 ]
    ! grep -q 'as root' said || false
    rm /tmp/espota-serve-$$.bin
    run "$BIN/espota-c" serve --no-config --port 0 fw.bin --drop-to no-such-user
    [ "$status" = 2 ]
}
