#!/usr/bin/env bats
# serve_hostile.bats -- clients that mean harm, by raw sockets.

load serve

setup() {
    serve_begin
    firmware 3000000 fw.bin
}

# Whatever happened, the next device is served.
teardown() {
    local after=0
    if [ -n "${server_pid-}" ] && ! is_gone "$server_pid"; then
        get 200 "$url/fw.bin.md5" || after=1
    fi
    serve_end && [ $after = 0 ]
}

first_line() { head -n 1 | tr -d '\r'; }

@test "wrong methods" {
    start_server fw.bin
    for method in POST PUT DELETE OPTIONS PATCH TRACE BREW; do
        get 405 -X "$method" "$url/fw.bin"
    done
    grep -qi '^allow: GET, HEAD' headers
    # A body nobody reads to its end.  Who does not ask before may see a reset
    # instead of the answer: curl waits for a word, a second unless it is told.
    get 405 -X POST --expect100-timeout 60 --data-binary @fw.bin "$url/fw.bin"
    get 200 -X GET --expect100-timeout 60 --data-binary @fw.bin "$url/fw.bin.md5"
}

@test "requests that are too long" {
    start_server fw.bin
    long=$(head -c 9000 /dev/zero | tr '\0' a)
    # Who still sends when the answer comes may see a reset instead of it: the
    # rest is not read.  What matters is that it gets nothing else, ever.
    for request in "GET /$long HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" "GET / HTTP/1.1\r\nX-Long: $long\r\nConnection: close\r\n\r\n"; do
        answer=$(raw "$request" 2>/dev/null | first_line)
        [[ -z $answer || $answer == *4[0-9][0-9]* ]]
    done
    get 414 "$url/${long:0:300}"
    get 400 -H "x-ESP8266-version: ${long:0:300}" "$url/"
}

@test "bytes that are no request" {
    start_server fw.bin
    RAW_TIME=2 # some wait for more
    raw '\000\001\002\003\r\n\r\n' | first_line
    raw 'GET /a\000b HTTP/1.0\r\n\r\n' | first_line
    raw '\026\003\001\002\000\001\000\001\374\003\003' | first_line
    raw 'GET\r\n\r\n' | first_line
    raw '\r\n\r\n\r\n' | first_line
    raw 'GET / HTTP/9.9\r\n\r\n' | first_line
    raw 'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n' | first_line
    raw 'GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n' | first_line
    # It is still there, and in its right mind.
    get 200 "$url/fw.bin.md5"
}

@test "pipelined requests are answered in order" {
    start_server fw.bin
    one='GET /fw.bin.md5 HTTP/1.1\r\nHost: x\r\n\r\n'
    bad='GET /.. HTTP/1.1\r\nHost: x\r\n\r\n'
    last='GET /fw.bin.md5 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
    raw "$one$bad$last" | tr -d '\r' | grep -a -o 'HTTP/1.1 [0-9]*' >lines
    diff lines - <<'OUT'
HTTP/1.1 200
HTTP/1.1 404
HTTP/1.1 200
OUT
}

@test "a client that sends its headers for ever is cut off" {
    start_server fw.bin --connect-timeout 1 -v
    exec 9<>"/dev/tcp/127.0.0.1/$port"
    printf 'GET /fw.bin HTTP/1.1\r\n' >&9
    (
        trap '' PIPE
        for i in $(seq 30); do
            printf 'X-%d: y\r\n' "$i" || break
            sleep 0.1
        done
    ) >&9 2>/dev/null 3>&- || :
    timeout 60 cat <&9 >out 2>/dev/null || [ $? != 124 ]
    exec 9<&- 9>&-
    refuse -i 200 out
    expect_said "its request did not come"
}

@test "a client that says nothing at all is cut off" {
    start_server fw.bin --connect-timeout 1 -v
    exec 9<>"/dev/tcp/127.0.0.1/$port"
    timeout 60 cat <&9
    exec 9<&- 9>&-
    expect_said "its request did not come"
}

# What a device's own buffer holds is all that it can confirm before it reads:
# a kernel like the server's would take the whole file in at once.
slow_fetch() { # OPTION...
    fetch esp32 --mode spiffs --url "$url/fw.bin" "$@"
}

@test "a client that stops reading is cut off, and its image counts as not taken" {
    start_server fw.bin --stall-timeout 1
    # A byte a second opens no window.
    start slow_fetch --rate 1 --timeout-ms 600000
    expect_said "it stopped reading"
    refuse -i complete serve.err
}

@test "a client that reads a little now and then is cut off in the end" {
    start_server fw.bin --max-time 2
    slow_fetch --rate 100000 || :
    expect_said "it was too slow"
    refuse -i complete serve.err
}

@test "a client that breaks off is not one that took its image" {
    start_server fw.bin --once 1
    slow_fetch --restart data
    wait "$server_pid"
    [ "$(grep -c "it closed the connection" serve.err)" = 1 ]
    [ "$(grep -c complete serve.err)" = 1 ]
    expect_said "1 image taken"
}

@test "many connections that say nothing do not keep a device out" {
    start_server fw.bin --connect-timeout 2
    fds=()
    for i in $(seq 300); do
        exec {fd}<>"/dev/tcp/127.0.0.1/$port" || break
        fds+=("$fd")
    done
    get 200 "$url/fw.bin"
    cmp body fw.bin
    for fd in "${fds[@]}"; do exec {fd}<&-; done
}

@test "escape sequences of a device do not reach the terminal" {
    start_server fw.bin
    get 200 -H $'x-ESP8266-version: \e[2J\e]0;x\a' "$url/"
    get 400 -H $'x-ESP8266-mode: \e[2J' "$url/%1b%5b"
    refuse -i $'\e' serve.err
}
