#!/usr/bin/env bats
# serve.bats -- devices fetch their firmware; curl plays them.

load serve

MAC='AA:BB:CC:DD:EE:01'

@test "one image for whoever asks, whole, with its length and MD5" {
    firmware 400000 fw.bin
    start_server fw.bin
    get 200 "$url/whatever.bin"
    cmp body fw.bin
    grep -qi "^content-length: 400000" headers
    grep -qi "^x-md5: $(md5 fw.bin)" headers
    refuse -i "^transfer-encoding" headers
    refuse -i "^content-encoding" headers
    expect_said "client /whatever.bin: complete after 400.0 kB"
}

@test "HTTP/1.0, and nothing encoded for those who offer to decode" {
    firmware 400000 fw.bin
    start_server fw.bin
    get 200 -0 --compressed "$url/fw.bin"
    cmp body fw.bin
    refuse -i "^transfer-encoding\|^content-encoding" headers
}

@test "a target without a slash, a whole URL as target, and a query" {
    firmware 5000 fw.bin
    start_server fw.bin
    raw 'GET httpUpdate.bin HTTP/1.0\r\n\r\n' | head -c 15 | grep -q '200 OK'
    raw "GET http://10.0.0.1/fw.bin HTTP/1.0\r\n\r\n" | head -c 15 | grep -q '200 OK'
    get 200 "$url/fw.bin?device=1"
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
    start_server fw.bin
    patiently together
}

@test "304 for a device that runs this version, this image, in any case of letters" {
    real_image esp8266-app4m-wbec.bin
    fw=esp8266-app4m-wbec.bin
    start_server "$fw" --fw-version 7
    get 304 -H 'X-ESP8266-VERSION: 7' "$url/"
    [ ! -s body ]
    get 200 -H 'x-esp8266-version: 6' "$url/"
    grep -qi '^x-version: 7' headers
    get 304 -H "x-ESP8266-sketch-md5: $(md5 "$fw")" "$url/"
    # The device changed the flash mode while it installed it.
    { head -c 2 "$fw"; printf '\001'; tail -c +4 "$fw"; } >patched
    get 304 -H "x-ESP8266-sketch-md5: $(md5 patched)" "$url/"
    get 200 -H "x-ESP8266-sketch-md5: 00000000000000000000000000000000" "$url/"
}

@test "an ESP32 tells the digest at the end of its image" {
    fw=esp32c3-app-arduino-sam2695.bin
    real_image "$fw"
    start_server "$fw"
    sha=$(tail -c 32 "$fw" | od -An -tx1 | tr -d ' \n' | tr a-f A-F)
    get 304 -H "x-ESP32-sketch-sha256: $sha" "$url/"
    get 304 -H "x-ESP32-sketch-md5: $(md5 "$fw")" "$url/"
    get 400 -H "x-ESP32-sketch-sha256: ${sha/[0-9A-F]/G}" "$url/"
    get 404 -H 'x-ESP8266-mode: sketch' "$url/"
    expect_said "not for ESP8266"
}

@test "too little room: 404 and the reason in the log" {
    firmware 400000 fw.bin
    start_server fw.bin
    get 404 -H 'x-ESP8266-free-space: 399999' "$url/"
    expect_said "the image has 400000 bytes and the device room for 399999"
    get 200 -H 'x-ESP8266-free-space: 400000' "$url/"
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
    start_server --map fleet.ini
    get 200 -H "x-ESP32-STA-MAC: $MAC" "$url/kitchen.bin"
    cmp body mac.bin
    get 200 -H "x-ESP32-AP-MAC: $MAC" -H 'x-ESP32-mode: spiffs' "$url/"
    cmp body files.bin
    get 304 -H "x-ESP32-STA-MAC: $MAC" -H 'x-ESP32-version: 4' "$url/"
    get 200 -H 'x-ESP32-mode: sketch' "$url/kitchen.bin"
    cmp body name.bin
    get 200 -H 'x-ESP32-mode: sketch' "$url/x.bin"
    cmp body chip.bin
    get 200 -H 'x-ESP8266-mode: sketch' "$url/x.bin"
    cmp body all.bin
    get 404 -H 'x-ESP8266-mode: spiffs' "$url/x.bin"
    get 200 -I -H 'x-ESP8266-mode: version' "$url/x.bin"
    grep -qi '^x-version: 1' headers
}

@test "a map without *: 404 for a device it does not know, 403 for no device" {
    firmware 1000 fw.bin
    printf '[%s]\nfirmware = fw.bin\n' "$MAC" >fleet.ini
    start_server --map fleet.ini
    get 404 -H 'x-ESP8266-STA-MAC: AA:BB:CC:DD:EE:02' "$url/"
    expect_said "no rule is for AA:BB:CC:DD:EE:02"
    get 403 "$url/"
}

@test "a map is read again when it changes, and a wrong one does not count" {
    firmware 1000 one.bin 1
    firmware 2000 two.bin 2
    printf '[*]\nfirmware = one.bin\n' >fleet.ini
    start_server --map fleet.ini
    get 200 "$url/"
    cmp body one.bin
    printf '[*]\nfirmware = two.bin\n# longer\n' >fleet.ini
    expect_said "fleet.ini was read again"
    get 200 "$url/"
    cmp body two.bin
    printf '[*]\nfrimware = one.bin\n' >fleet.ini
    expect_said 'fleet.ini:2: unknown key "frimware" (did you mean "firmware"?); the old map stays in force'
    get 200 "$url/"
    cmp body two.bin
}

@test "what is wrong with a map is said with file and line" {
    firmware 1000 fw.bin
    check() { # TEXT STATUS MESSAGE
        printf '%b' "$1" >bad.ini
        espota serve --port 0 --map bad.ini
        expect_status "$2" "$3"
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
    start_server --dir www
    get 200 "$url/a.bin"
    cmp body www/a.bin
    get 200 "$url/a.bin.md5"
    [ "$(cat body)" = "$(md5 www/a.bin)" ]
    for path in link.bin up/outside.bin ../outside.bin %2e%2e/outside.bin sub/..%2f..%2foutside.bin \
        .hidden pipe sub www '' a.bin/ a.bin/x; do
        get 404 "$url/$path"
    done
    get 400 "$url/a%00.bin"
    get 400 "$url/a%5c.bin"
    # A file that vanishes is gone.
    rm www/a.bin
    get 404 "$url/a.bin"
}

@test "an ESPHome manifest, with the chip from the image" {
    real_image esp8266-app4m-wbec.bin
    mkdir www
    mv esp8266-app4m-wbec.bin www/kitchen.ota.bin
    start_server --dir www
    get 200 -A 'ESPHome/2026.9.1' "$url/kitchen.json"
    [ "$(jq -r '.builds[0].chipFamily' body)" = ESP8266 ]
    [ "$(jq -r '.builds[0].ota.md5' body)" = "$(md5 www/kitchen.ota.bin)" ]
    cp body body.json
    path=$(jq -r '.builds[0].ota.path' body)
    get 200 "$url/$path"
    cmp body www/kitchen.ota.bin
    # This one does not tell its version: what differs when the image does.
    [ "$(jq -r .version body.json)" = "$(md5 www/kitchen.ota.bin)" ]
    # One that was written by hand is given as it is.
    echo '{"name":"mine"}' >www/kitchen.json
    get 200 "$url/kitchen.json"
    [ "$(jq -r .name body)" = mine ]
}

@test "a manifest has the image's own version, or the device would update for ever" {
    mkdir www
    "$MKIMAGE" esp32 256K 2026.9.1 www/kitchen.ota.bin
    start_server --dir www
    get 200 "$url/kitchen.json"
    [ "$(jq -r .version body)" = 2026.9.1 ]
    fetch esphome-update --url "$url/kitchen.json" --version 2026.9.1
    expect_last '.outcome == "no updates"'
    fetch esphome-update --url "$url/kitchen.json" --version 2026.9.0
    expect_last .updated
}

@test "a file is replaced while a slow device reads it: it gets the old one, whole" {
    firmware 8000000 fw.bin 1
    firmware 2000000 new.bin 2
    cp fw.bin old.bin
    start_server fw.bin
    hold /fw.bin
    mv new.bin fw.bin
    get 200 "$url/fw.bin"
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
    start_server fw.bin
    get 200 "$url/fw.bin"
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
    get 200 "$url/fw.bin"
    cmp body a
    tail -c +500001 b >&8
    exec 8>&-
    has_new() { get 200 "$url/fw.bin" && cmp body b; }
    eventually has_new
}

@test "a file that is written in place: never half the old and half the new" {
    firmware 1000000 fw.bin 1
    firmware 1000000 a 1
    firmware 1000000 b 2
    start_server fw.bin
    (for i in 1 2 3; do cat b >fw.bin; sleep 0.1; cat a >fw.bin; sleep 0.1; done) 3>&- &
    writer=$!
    for i in $(seq 25); do
        get 200 "$url/fw.bin"
        cmp -s body a || cmp -s body b
    done
    wait "$writer"
}

@test "user and password" {
    firmware 1000 fw.bin
    espota serve --port 0 fw.bin -a s3cr3t
    expect_status 2
    espota serve --port 0 fw.bin --user me
    expect_status 4
    start_server fw.bin --user me -a 's3:cret'
    get 401 "$url/"
    grep -qi '^www-authenticate: basic' headers
    get 401 -u 'me:wrong' "$url/"
    get 401 -u 'me:s3:cretx' "$url/"
    get 401 -H 'Authorization: Basic %%%' "$url/"
    get 200 -u 'me:s3:cret' "$url/"
    refuse -i 's3:cret' serve.err
    [ -z "${TEST_EMULATED-}" ] || return 0 # its own arguments stay
    ! tr '\0' ' ' <"/proc/$server_pid/cmdline" | grep -q 's3:cret' || false
}

@test "https" {
    openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 \
        -subj /CN=localhost 2>/dev/null
    firmware 300000 fw.bin
    start_server fw.bin --tls-cert cert.pem --tls-key key.pem
    get 200 --cacert cert.pem "https://localhost:$port/fw.bin"
    cmp body fw.bin
    speaks() { # VERSION OPTION...: does a client of no other agree with it?
        openssl s_client -connect "127.0.0.1:$port" "$@" -cipher DEFAULT@SECLEVEL=0 </dev/null 2>&1 |
            grep -q 'Cipher is [A-Z]'
    }
    speaks -tls1_2
    speaks -tls1_3
    ! speaks -tls1_1 || false
    ! speaks -tls1 || false
    espota serve --port 0 fw.bin --tls-cert fw.bin --tls-key key.pem
    expect_status 2
    espota serve --port 0 fw.bin --tls-cert cert.pem
    expect_status 2
}

@test "--once ends after so many devices took their image" {
    firmware 100000 fw.bin
    start_server fw.bin --once 2
    get 200 -H 'x-ESP8266-version: 1' "$url/fw.bin.md5"
    get 200 "$url/"
    kill -0 "$server_pid"
    get 200 "$url/"
    wait "$server_pid"
    expect_said "2 images taken"
}

@test "--once lets those come to their end that have begun" {
    firmware 8000000 fw.bin
    start_server fw.bin --once 1
    hold /slow
    get 200 "$url/"
    expect_complete 1
    take_held slow
    cmp slow fw.bin
    wait "$server_pid"
    expect_said "2 images taken"
}

@test "events as JSON" {
    firmware 100000 fw.bin
    start_server fw.bin --json --once 1
    get 200 -H "x-ESP8266-STA-MAC: $MAC" -H 'x-ESP8266-version: 1.2' "$url/fw.bin"
    wait "$server_pid"
    jq -es 'map(.event) | .[0] == "serve_start" and .[-1] == "serve_end"' serve.out
    jq -es 'map(.seq) == [range(length)]' serve.out
    jq -es 'map(select(.event == "request"))[0]
        | .mac == "'$MAC'" and .runs_version == "1.2" and .status == 200 and .total == 100000' serve.out
    jq -es 'map(select(.event == "request_end"))[0] | .ok and .done == 100000' serve.out
    check_events serve.out
}

@test "a signal ends it" {
    firmware 1000 fw.bin
    start_server fw.bin
    kill -TERM "$server_pid"
    status=0
    wait "$server_pid" || status=$?
    expect_status 143
}

@test "half a file is given to nobody, and to the first who asks neither" {
    mkdir www
    firmware 300000 whole 4
    start_server --dir www
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
        get 503 "$url/$path"
        grep -qi '^retry-after: ' headers
    done
    expect_said "www/half.bin is still being written"
    tail -c +100001 whole >&8
    exec 8>&-
    get 200 "$url/half.bin"
    cmp body whole
}

@test "a file that is written over counts whatever its time says" {
    mkdir www
    firmware 300000 a 1
    firmware 300000 b 2
    cp a www/fw.bin
    touch -d '-1 day' www/fw.bin
    start_server --dir www
    get 200 "$url/fw.bin"
    has() { get 200 "$url/fw.bin" && cmp -s body "$1"; }
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
    start_server --map fleet.ini
    has() { get 200 "$url/" && cmp -s body "$1"; }
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
    start_server fw.bin --json
    head -c 120000 fw.bin >part
    etag=$(curl -sI "$url/" | tr -d '\r' | sed -n 's/^ETag: //p')
    [ "$etag" = "\"$(md5 fw.bin)\"" ]
    curl -s -C - -o part "$url/fw.bin"
    cmp part fw.bin
    get 206 -r 5-9 -H "If-Range: $etag" "$url/"
    cmp body <(tail -c +6 fw.bin | head -c 5)
    grep -qi '^content-range: bytes 5-9/300000' headers
    get 200 -r 5-9 -H 'If-Range: "another"' "$url/"
    cmp body fw.bin
    get 200 -r 0-1,7-8 "$url/"
    cmp body fw.bin
    get 416 -r 300000- "$url/"
    grep -qi '^content-range: bytes \*/300000' headers
    get 304 -H "If-None-Match: W/$etag" "$url/"
    [ ! -s body ]
    stop_server
    # Two that overlap may end in any order.
    jq -es 'map(select(.event == "request_end" and .offset == 120000))[0]
        | .status == 206 and .ok and .offset == 120000 and .total == 180000 and .size == 300000' serve.out
}

@test "a filesystem that goes out is named, and whoever gets none is told of none" {
    real_image esp8266-app4m-wbec.bin
    real_image esp8266-littlefs-wbec.bin
    start_server esp8266-app4m-wbec.bin esp8266-littlefs-wbec.bin --json --verbose
    get 200 -H 'x-ESP8266-mode: spiffs' "$url/"
    cmp body esp8266-littlefs-wbec.bin
    expect_said 'mode spiffs: 200 esp8266-littlefs-wbec.bin'
    stop_server
    jq -es 'map(select(.event == "request" or .event == "request_end") | .file)
        | unique == ["esp8266-littlefs-wbec.bin"]' serve.out
    start_server esp8266-app4m-wbec.bin --json
    get 404 -H 'x-ESP8266-mode: spiffs' "$url/"
    stop_server
    jq -es 'map(select(.event == "request"))[0].file == null' serve.out
}

@test "--once does not count a client that refused what its buffer held" {
    firmware 3000 fw.bin
    start_server fw.bin --once 1
    python3 - "$port" <<'PY'
import signal, socket, sys
signal.alarm(60)
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
s.sendall(b"GET /fw.bin HTTP/1.0\r\n\r\n")
assert len(s.recv(65536, socket.MSG_PEEK | socket.MSG_WAITALL)) > 3000
s.close()
PY
    expect_said "left some of it unread"
    get 200 "$url/fw.bin"
    wait "$server_pid"
    expect_said "1 image taken"
    [ "$(grep -c complete serve.err)" = 1 ]
}

@test "a login in any case of letters" {
    firmware 1000 fw.bin
    start_server fw.bin --user me -a s3cr3t
    login=$(printf 'me:s3cr3t' | base64)
    for scheme in basic BASIC 'Basic '; do
        get 200 -H "authorization: $scheme $login" "$url/"
    done
    for scheme in Bearer Basi Basics ''; do
        get 401 -H "Authorization: $scheme $login" "$url/"
    done
}

used() { awk '{ print $14 + $15 }' "/proc/$server_pid/stat"; }

@test "no signal that does not end it makes it busy" {
    [ -r "/proc/$$/stat" ] || skip "no /proc here"
    [ -z "${TEST_EMULATED-}" ] || skip "its own time is not that of $TEST_EMULATED"
    firmware 1000 fw.bin
    start_server fw.bin
    for signals in "WINCH WINCH" "CONT" "STOP CONT" "URG"; do
        for signal in $signals; do kill -"$signal" "$server_pid"; done
        get 200 "$url/"
        before=$(used)
        sleep 1
        [ $(($(used) - before)) -lt 30 ] || { echo "busy after $signals"; return 1; }
    done
}

@test "nothing to serve, and a port that is taken" {
    espota serve
    expect_status 2 "nothing to serve" "hint: give it an image"
    firmware 1000 fw.bin
    start_server fw.bin
    espota serve fw.bin --port "$port"
    expect_status 2 "Address already in use"
}

@test "as root it says so, and --drop-to ends that" {
    [ "$(id -u)" = 0 ] || skip "only root can"
    chmod 755 .
    firmware 1000 fw.bin
    chmod 644 fw.bin
    start_server fw.bin
    expect_said "warning: serving as root"
    stop_server
    cp fw.bin /tmp/espota-serve-$$.bin
    start_server /tmp/espota-serve-$$.bin --drop-to nobody
    [ "$(stat -c %U "/proc/$server_pid")" = nobody ]
    get 200 "$url/"
    refuse -i 'as root' serve.err
    rm /tmp/espota-serve-$$.bin
    espota serve --port 0 fw.bin --drop-to no-such-user
    expect_status 2
}
