# serve.bash -- helpers of the stories about "serve": load it in setup().

load common

# serve OPTION...: starts a server; sets port, pid and url.  What it says is in
# $BATS_TEST_TMPDIR/said and said.out.
serve() {
    local out=$BATS_TEST_TMPDIR/said.out err=$BATS_TEST_TMPDIR/said
    remember_secrets "$@"
    rm -f "$out"
    "$BIN/espota-c" serve --no-config --port 0 "$@" >"$out" 2>"$err" 3>&- &
    pid=$!
    eventually is_serving "$out"
    port=$(head -n 1 "$out")
    if [[ $port == '{'* ]]; then port=$(jq -r .port <<<"$port"); fi
    url=http://127.0.0.1:$port
    [ -n "$port" ] || { cat "$err"; return 1; }
}

is_serving() { [ -s "$1" ] || is_gone "$pid"; }

stop_serving() {
    [ -z "${pid-}" ] || kill "$pid" 2>/dev/null || :
    [ -z "${pid-}" ] || wait "$pid" 2>/dev/null || :
    pid=
    expect_no_secret "$BATS_TEST_TMPDIR/said" "$BATS_TEST_TMPDIR/said.out"
}

# said WORD...: waits until the server has said a line with all of that text.
said() {
    wait_for "$BATS_TEST_TMPDIR/said" -F -- "$*"
}

# completed N: waits until so many deliveries were told to be complete.  It knows a
# moment after the device does, and only what it knows counts for the next one.
completed() { eventually has_completed "$1" || { echo "not $1 complete"; return 1; }; }

has_completed() { [ "$(grep -c ': complete after' "$BATS_TEST_TMPDIR/said")" -ge "$1" ]; }

# hold PATH: a client that asks for it, and reads nothing before take_held.  (One
# that curl is to slow down may have taken some MB in an instant.)
hold() {
    exec 9<>"/dev/tcp/127.0.0.1/$port"
    printf 'GET %s HTTP/1.0\r\n\r\n' "$1" >&9
    said " asks for $1: 200"
}

# take_held FILE: the body it is given.
take_held() {
    timeout "$PATIENCE" cat <&9 | LC_ALL=C sed '1,/^\r$/d' >"$1"
    exec 9<&- 9>&-
}

# status ARG...: the status curl gets, and nothing else.
status() {
    curl -s --path-as-is -m 60 -o "$BATS_TEST_TMPDIR/body" -D "$BATS_TEST_TMPDIR/headers" \
        -w '%{http_code}' "$@"
}

# raw BYTES...: sends them (printf escapes) over a connection of its own and
# prints all that comes until it is closed, or for RAW_TIME seconds.
raw() {
    exec 9<>"/dev/tcp/127.0.0.1/$port"
    printf '%b' "$*" >&9
    timeout "${RAW_TIME:-60}" cat <&9 || :
    exec 9<&- 9>&-
}

md5() { md5sum <"$1" | cut -c1-32; }

# firmware BYTES FILE [SEED]: bytes that are no particular firmware.
firmware() {
    head -c "$1" /dev/zero | openssl enc -aes-128-ctr -K "$(printf '%032x' "${3:-1}")" \
        -iv 0 -out "$2" 2>/dev/null
}

# image NAME: a real one, or the test is skipped.
image() {
    local file=$BATS_TEST_DIRNAME/../../../shared/images/$1
    [ -e "$file" ] || skip "no real images here: $1"
    cp "$file" "$BATS_TEST_TMPDIR/$1"
}
