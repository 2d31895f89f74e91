# serve.bash -- for stories about "serve", and devices that fetch.
# shellcheck shell=bash disable=SC2034,SC2154

load helpers

setup() { serve_begin; }
teardown() { serve_end; }

serve_begin() {
    story_begin
    need_built libmicrohttpd
}

serve_end() {
    story_end
    expect_no_secret serve.err serve.out
}

# start_server OPTION...: sets server_pid, port and url.  What it says is in
# $T/serve.err and serve.out.
start_server() {
    remember_secrets "$@"
    rm -f serve.out
    start "$ESPOTA" serve --port 0 "$@" >serve.out 2>serve.err
    server_pid=$pid
    eventually server_is_ready || no "the server is not ready" || return 1
    port=$(head -n 1 serve.out)
    if [[ $port == '{'* ]]; then port=$(jq -r .port <<<"$port"); fi
    url=http://127.0.0.1:$port
    [ -n "$port" ] || no "serve $* ended"
}

server_is_ready() { [ -s serve.out ] || is_gone "$server_pid"; }

stop_server() {
    kill "$server_pid"
    wait "$server_pid" || :
    expect_no_secret serve.err serve.out
}

# expect_said TEXT: waits until the server has said a line with that.
expect_said() { wait_for serve.err -F -- "$1"; }

# expect_complete N: waits until so many deliveries were told to be complete.  It
# knows a moment after the device does, and only what it knows counts for the next.
expect_complete() { eventually is_complete "$1" || no "not $1 complete"; }
is_complete() { [ "$(grep -c ': complete after' serve.err)" -ge "$1" ]; }

# get STATUS ARGUMENT...: curl gets that; leaves $T/body and $T/headers.
get() {
    local got
    got=$(curl -s --path-as-is -m 60 -o body -D headers -w '%{http_code}' "${@:2}") || :
    [ "$got" = "$1" ] || no "the answer is $got, not $1: ${*:2}"
}

# hold PATH: a client that asks for it, and reads nothing before take_held.  (One
# that curl is to slow down may have taken some MB in an instant.)
hold() {
    exec 9<>"/dev/tcp/127.0.0.1/$port"
    printf 'GET %s HTTP/1.0\r\n\r\n' "$1" >&9
    expect_said " asks for $1: 200"
}

# take_held FILE: the body it is given.
take_held() {
    timeout "$PATIENCE" cat <&9 | LC_ALL=C sed '1,/^\r$/d' >"$1"
    exec 9<&- 9>&-
}

# raw BYTES...: sends them (printf escapes) over a connection of its own and
# prints all that comes until it is closed, or for RAW_TIME seconds.
raw() {
    exec 9<>"/dev/tcp/127.0.0.1/$port"
    printf '%b' "$*" >&9
    timeout "${RAW_TIME:-60}" cat <&9 || :
    exec 9<&- 9>&-
}

# fetch VARIANT OPTION...: a device asks once, with more patience than devices
# have.  Sets sim_out and sim_store, for expect_last and expect_stored.
fetch() {
    sim_out=$T/fetch.out sim_store=$T/fetched
    rm -f "$sim_store"
    remember_secrets "$@"
    timeout 180 "$SIM" pull --variant "$1" --timeout-ms 60000 --store "$sim_store" "${@:2}" >"$sim_out" 3>&-
}

# firmware BYTES FILE [SEED]: bytes that are no particular firmware.
firmware() {
    head -c "$1" /dev/zero | openssl enc -aes-128-ctr -K "$(printf '%032x' "${3:-1}")" \
        -iv 0 -out "$2" 2>/dev/null
}

# esp_firmware BYTES FILE [SEED]: the same, behind the first bytes of an ESP's.
esp_firmware() {
    firmware $(($1 - 4)) rest "${3:-1}"
    { printf '\351\001\002\100'; cat rest; } >"$2"
}

# real_image NAME: a copy of one, or the story is skipped.
real_image() {
    [ -e "$IMAGES/$1" ] || skip "no real images here: $1"
    cp "$IMAGES/$1" "$1"
}
