#!/usr/bin/env bats
# What a simulated fetching device makes of answers that no good server gives.
# shellcheck disable=SC2154

load helpers

setup() {
    story_begin
    command -v python3 >/dev/null || skip "python3 is not installed"
    { printf '\351\001\002\100'; head -c 996 /dev/zero; } >image
    md5=$(md5sum <image | cut -d ' ' -f 1)
}

# answer [HEADER]...: a file with the image behind these headers; prints its name.
answer() {
    local h file
    file=$(mktemp "$T/answer.XXXXXX")
    {
        printf 'HTTP/1.1 %s\r\n' "${STATUS-200 OK}"
        for h; do printf '%s\r\n' "$h"; done
        printf '\r\n'
        cat "${BODY-image}"
    } >"$file"
    echo "$file"
}

# fetches OUTCOME VIOLATION VARIANT FILE... [-- OPTION...]: a device of that
# kind gets these answers, one for each request.
fetches() {
    local outcome=$1 violation=$2 variant=$3 files=()
    shift 3
    while [ $# -gt 0 ] && [ "$1" != -- ]; do files+=("$1"); shift; done
    shift || :
    start python3 "$ROOT/tests/support/answer.py" "${files[@]}" >port 2>server.err
    eventually test -s port
    status=0
    timeout -k 5 60 "$SIM" pull --variant "$variant" --url "http://127.0.0.1:$(cat port)/fw.bin" \
        --timeout-ms 60000 --store stored "$@" >sim.out 2>sim.err || status=$?
    [ "$status" = 0 ] || no "espota-sim ended with $status" || return 1
    local got
    got=$(grep '"event":"session"' sim.out | jq -r '"\(.outcome)|\(.violation)"')
    [ "$got" = "$outcome|$violation" ] || no "$variant: $got, not $outcome|$violation"
    : >port
}

LENGTH='Content-Length: 1000'

@test "an image, and what is no image" {
    fetches updated null esp8266 "$(answer "$LENGTH")"
    cmp image stored
    fetches updated null esp32 "$(answer "$LENGTH" "x-MD5: $md5")"
    printf 'not firmware' >words
    BODY=words fetches 'header verification failed' null esp8266 "$(BODY=words answer 'Content-Length: 12')"
    BODY=words fetches 'header verification failed' null esp32 "$(BODY=words answer 'Content-Length: 12')"
    cmp image stored # the last one that was whole
}

@test "a digest that is not the image's, or none at all" {
    fetches 'MD5 mismatch' null esp8266 "$(answer "$LENGTH" 'x-MD5: 0123456789abcdef0123456789abcdef')"
    fetches 'bad MD5 header' null esp32 "$(answer "$LENGTH" 'x-MD5: 0123')"
    fetches 'bad MD5 header' null pico "$(answer "$LENGTH" "x-MD5: ${md5}00")"
    [ ! -e stored ]
}

@test "no length, chunks, encodings" {
    fetches 'server did not report size' null esp8266 "$(answer 'Connection: close')"
    fetches 'server did not report size' null esp32 "$(answer 'Content-Length: 0')"
    fetches 'server did not report size' chunked esp8266 "$(answer 'Transfer-Encoding: chunked')"
    fetches updated encoded esp32 "$(answer "$LENGTH" 'Content-Encoding: identity')"
}

@test "statuses" {
    local none=/dev/null
    fetches 'no updates' null esp8266 "$(BODY=$none STATUS='304 Not Modified' answer)"
    fetches 'no updates' 'a body with 304' esp8266 "$(STATUS='304 Not Modified' answer)"
    fetches unauthorized null esp8266 "$(BODY=$none STATUS='401 Who?' answer)"
    fetches forbidden null esp32 "$(BODY=$none STATUS='403 No' answer)"
    fetches 'file not found' null pico "$(BODY=$none STATUS='404 Where?' answer)"
    fetches 'wrong HTTP code' null pico "$(BODY=$none STATUS='500 Oh' answer)"
    fetches 'wrong HTTP code' null esp32 "$(BODY=$none STATUS='302 There' answer 'Location: /x')"
}

@test "room, versions" {
    fetches 'too little space' null esp8266 "$(answer "$LENGTH")" -- --free-space 999
    fetches updated null esp8266 "$(answer "$LENGTH")" -- --free-space 1000
    fetches 'version told' 'a body for who asks for the version' esp8266 "$(answer "$LENGTH" 'x-version: 2.0')" -- --mode version
    fetches 'version told' null esp8266 "$(BODY=/dev/null answer 'Content-Length: 0' 'x-version: 2.0')" -- --mode version
}

@test "a server that breaks off" {
    head -c 500 image >half
    fetches 'connection lost' null esp32 "$(BODY=half answer "$LENGTH")"
    printf 'HTTP/1.1 200 OK\r\nContent-Le' >cut.bin
    fetches 'no answer' null esp8266 cut.bin
    { printf 'HTTP/1.1 200 OK\r\n'; head -c 20000 /dev/zero | tr '\0' x; } >endless
    fetches 'the headers do not end' null esp8266 endless
    [ ! -e stored ]
}

@test "ESPHome: its digest comes first, and whole" {
    local text
    printf '%s' "$md5" >right
    printf '%s' "${md5^^}" >upper
    printf '0123' >short
    printf '%s\0' "${md5%?}" >nul
    text=$(BODY=right answer 'Content-Length: 32')
    fetches updated null esphome "$text" "$(answer "$LENGTH")"
    fetches 'the MD5 came in pieces' null esphome "$(BODY=short answer 'Content-Length: 4')"
    if [ "${md5^^}" != "$md5" ]; then
        fetches 'the MD5 is not lower-case hex' null esphome "$(BODY=upper answer 'Content-Length: 32')"
    fi
    fetches 'the MD5 is not lower-case hex' null esphome "$(BODY=nul answer 'Content-Length: 32')"
    fetches updated 'the headers do not fit the buffer' esphome "$text" \
        "$(answer "$LENGTH" "x-long: $(head -c 600 /dev/zero | tr '\0' x)")"
}

@test "ESPHome: after a failure it asks for the digest anew" {
    local text
    printf '%s' "$md5" >right
    head -c 500 image >half
    text=$(BODY=right answer 'Content-Length: 32')
    start python3 "$ROOT/tests/support/answer.py" "$text" "$(BODY=half answer "$LENGTH")" \
        "$text" "$(answer "$LENGTH")" >port 2>server.err
    eventually test -s port
    timeout -k 5 60 "$SIM" pull --variant esphome --url "http://127.0.0.1:$(cat port)/fw.bin" \
        --timeout-ms 60000 --store stored --every-ms 10 --once 1 >sim.out 2>sim.err
    [ "$(grep '"event":"session"' sim.out | jq -r .outcome | paste -sd,)" = 'connection lost,updated' ]
    cmp image stored
}

@test "addresses that are none" {
    local url
    for url in ftp://127.0.0.1/ http://127.0.0.1:0/ http://127.0.0.1:x/ http://127.0.0.1:123456789/ \
        http://device.local/ "http://$(head -c 150 /dev/zero | tr '\0' 1)/"; do
        status=0
        timeout 20 "$SIM" pull --url "$url" >out 2>err || status=$?
        [ "$status" = 2 ] || no "$url: status $status"
        grep -q -- --url err
    done
}
