#!/usr/bin/env bats
# What a simulated upload page notices of a client that a real one would not
# understand.
# shellcheck disable=SC2154

load helpers

# asks PROFILE, with the request on standard input: sets answer, and waits until
# the page has told of it.
asks() {
    start_sim web --profile "$1"
    exec 9<>"/dev/tcp/$sim_host/$sim_port"
    cat >&9
    answer=$(timeout 20 head -n 1 <&9 | tr -d '\r')
    exec 9<&-
}

# notices VIOLATION STATUS
notices() {
    [[ $answer == "HTTP/1.1 $2 "* ]] || no "it answered \"$answer\", not $2" || return 1
    expect_sim .violations 1
    expect_sim .violation "$1"
    [ ! -s "$sim_store" ] || no "something was stored"
}

# form TEXT: an upload with that body.
form() {
    printf 'POST /update HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: %s\r\n\r\n%b' \
        "${2-$(printf %b "$1" | wc -c)}" "$1"
}

PART='--b\r\nContent-Disposition: form-data; name="update"; filename="a.bin"\r\n\r\n'

@test "requests that are none" {
    asks esp8266 < <(printf 'HELLO\r\n\r\n')
    notices 'this is not a request' 400
    asks esphome-idf < <(printf 'POST /update HTTP/1.1\r\nx: %2500d\r\n\r\n' 0)
    notices 'the head is too long' 431
}

@test "uploads whose length is not told" {
    asks esp8266 < <(printf 'POST /update HTTP/1.1\r\nHost: a\r\n\r\n')
    notices 'no Content-Length' 411
    asks esp8266 < <(printf 'POST /update HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n')
    notices 'no Content-Length' 411
}

@test "forms that small parsers cannot read" {
    asks esp8266 < <(printf 'POST /update HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello')
    notices "the Content-Type is not a form's" 400
    asks esp8266 < <(form '--c\r\n\r\n\r\n')
    notices 'the body does not begin with its boundary' 400
    asks esp8266 < <(form '--b\r\nContent-Disposition: form-data; name="v"\r\n\r\nx\r\n--b--\r\n')
    notices 'the part is not a file' 400
    asks esp8266 < <(form "$PART" 75)
    notices 'the body is too short' 400
}

@test "an upload that waits for 100, is cut short, or ends in another way" {
    asks esp8266 < <(printf 'POST /update HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n')
    [[ $answer == 'HTTP/1.1 411 '* ]]
    expect_sim .violations 2
    expect_sim .violation 'it expects 100-continue'

    start_sim web --profile esp8266
    form "$PART\\0351rest" 5000 >"/dev/tcp/$sim_host/$sim_port"
    expect_sim .outcome 'broken off'
    expect_sim .received 5

    asks esp8266 < <(form "$PART\\0351234567890123456\r\n==b==\r\n")
    expect_sim .violation 'the form does not end as it should'
}

@test "what is no firmware is refused in the page's own words" {
    asks esp8266 < <(form "${PART}no firmware at all\r\n--b--\r\n")
    [[ $answer == 'HTTP/1.1 200 '* ]]
    expect_sim .outcome 'ERROR[10]: Magic byte is wrong, not 0xE9'
    expect_sim .violations 0
    [ ! -s "$sim_store" ]
}

@test "pages that are not there" {
    asks esp8266 < <(printf 'GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n')
    [[ $answer == 'HTTP/1.1 404 '* ]]
    asks esp8266 < <(printf 'POST /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n')
    [[ $answer == 'HTTP/1.1 404 '* ]]
    expect_sim .violations 0
}
