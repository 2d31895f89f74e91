#!/usr/bin/env bats
# Command lines that lead nowhere, disks that are full, and the other ways to
# show a run.
# shellcheck disable=SC2154

load helpers

setup() {
    story_begin
    "$MKIMAGE" esp32 300K 1.2.3 fw.bin
    mkdir folder
}

teardown() {
    story_end
    [ -z "${served-}" ] || rm -rf "$served"
}

# says STATUS TEXT COMMAND...: it ends so, with that in its error line, and
# nothing on standard output.
says() {
    espota "${@:3}" && expect_status "$1" "$2" || no "${*:3}" || return 1
    [ ! -s out ] || no "${*:3}: something on standard output"
}

@test "a command line that cannot be meant is explained" {
    says 2 'no image: -f FILE is missing' frobnicate
    says 2 'did you mean "upload"?' uplaod
    says 2 'the command comes first: espota-c upload' -i host upload
    says 2 'no image: -f FILE is missing' upload host
    says 2 'wait needs HOST' wait
    says 2 'wait does not expect "b"' wait a b
    says 2 '"nothing" is neither a command nor a topic' help nothing
    says 2 'did you mean "fleet"' help flet
    says 2 'completion takes bash, zsh, fish or powershell, not "ksh"' completion ksh
    says 2 'discover prints JSON to standard output: use --json > list' discover --json=list
    says 2 '--as-targets goes with neither --watch nor --json' discover --as-targets --watch
    says 2 'there is no filter "plattform" (did you mean "platform"?)' discover --filter plattform=ESP32
    says 2 'there is no filter "chip"' discover --filter chip=x --filter board=y
    says 2 'there is no filter "txt:"' discover --filter txt:=y
    says 2 'there is no filter "hots"' fleet mdns:board=x,hots=y -f fw.bin
    says 2 'a filter is KEY=GLOB, not "=x"' discover --filter =x
    says 2 'no targets' fleet -f fw.bin
    says 2 '"sideways"' fleet --order sideways
}

@test "what cannot be read or written is named" {
    says 3 'cannot read nothing.bin: No such file' inspect nothing.bin
    says 2 'cannot write nowhere/sheet: No such file' inspect fw.bin --json=nowhere/sheet
    says 3 'nothing.bin: No such file' serve nothing.bin
    says 2 '--dir: fw.bin is not a readable directory' serve --dir fw.bin
    says 2 '--json=nowhere/log: No such file' serve fw.bin --json=nowhere/log
    says 2 'there is no such user' serve fw.bin --drop-to no-such-user-here
    says 2 'nowhere/list' fleet nowhere/list -f fw.bin
}

@test "signing: what is missing, and what is left where it fails" {
    "$MKIMAGE" esp8266 256K 1.0.0 old.bin
    openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out key.pem 2>/dev/null
    chmod 600 key.pem
    says 2 'no key: --key PEM is missing' sign old.bin
    says 2 '--verify needs --pub PUB.pem' sign old.bin --verify
    says 2 'an image from standard input needs --out' sign - --key key.pem
    says 4 'cannot read nowhere/key.pem' sign old.bin --key nowhere/key.pem
    says 4 'cannot read folder: Is a directory' sign old.bin --key folder
    says 2 'cannot write nowhere/signed' sign old.bin --key key.pem --out nowhere/signed
    says 2 'cannot write folder: Is a directory' sign old.bin --key key.pem --out folder
    [ ! -e folder.new ]
}

@test "a disk that is full is no success" {
    [ -w /dev/full ] || skip "there is no /dev/full"
    local command
    for command in version --version --help 'help serve' 'completion bash' 'inspect fw.bin' 'inspect fw.bin --json'; do
        status=0
        # shellcheck disable=SC2086
        "$ESPOTA" $command >/dev/full 2>err </dev/null || status=$?
        [ "$status" = 1 ] || no "$command: status $status"
        grep -q 'cannot write standard output' err || no "$command: no word of it"
    done
    says 1 'cannot write /dev/full: No space left' inspect -q fw.bin --json=/dev/full
    # More than a buffer of it: the first write that failed is the word.
    says 1 'cannot write /dev/full: No space left' \
        inspect -q fw.bin fw.bin fw.bin fw.bin fw.bin fw.bin fw.bin fw.bin fw.bin --json=/dev/full
    # A device that was flashed was flashed, whatever became of the events.
    start_sim esphome
    status=0
    "$ESPOTA" -q -i "$sim_host" -p "$sim_port" -f fw.bin --json >/dev/full 2>err </dev/null || status=$?
    [ "$status" = 0 ]
    expect_stored fw.bin
}

@test "on a terminal: a line that is drawn anew, and none of it left" {
    start_sim esphome --flash-ms-per-kib 4
    status=0
    TERM=xterm timeout -k 5 60 "$BUILD/tests/peer/typist" -- \
        "$ESPOTA" -i "$sim_host" -p "$sim_port" -f fw.bin >screen 2>err </dev/null || status=$?
    expect_status 0
    expect_stored fw.bin
    grep -q $'\033\\[32m127.0.0.1: updated, 307.2 kB' screen
    grep -q $'127.0.0.1  .*[0-9] %.*\033\\[K' screen
    grep -q 'terminal: echo' err
}

# draws FILE: is something on that screen drawn, and not only written below?
draws() { grep -q -e $'\033\\[[0-9]*[AJK]' -e $'\r.' "$1"; }

@test "events on a terminal have no bar beside them, each is a line" {
    local where
    for where in --json --json=events; do
        start_sim esphome --flash-ms-per-kib 4
        status=0
        TERM=xterm timeout -k 5 60 "$BUILD/tests/peer/typist" -- \
            "$ESPOTA" -i "$sim_host" -p "$sim_port" -f fw.bin --retry 0 $where >screen 2>err </dev/null || status=$?
        expect_status 0
        expect_stored fw.bin
        if [ $where = --json ]; then
            ! draws screen || no "something is drawn"
            tr -d '\r' <screen | grep '^{' >events
        else
            draws screen || no "with events elsewhere there is a bar"
        fi
        jq -es 'map(.event) | index("progress") and .[0] == "run_start" and .[-1] == "run_end"' events
        jq -es 'map(.seq) == [range(length)]' events
    done
}

@test "on a terminal without colours, or one that cannot draw, or for CI" {
    local setting
    for setting in NO_COLOR=1 TERM=dumb CI=1; do
        start_sim esphome
        status=0
        env TERM=xterm "$setting" timeout -k 5 60 "$BUILD/tests/peer/typist" -- \
            "$ESPOTA" -i "$sim_host" -p "$sim_port" -f fw.bin >screen 2>err </dev/null || status=$?
        expect_status 0
        [ "$setting" = CI=1 ] || refuse $'\033\\[3[0-9]m' screen || no "$setting colours"
        [ "$setting" = NO_COLOR=1 ] || refuse $'\033\\[K' screen || no "$setting draws"
    done
}

@test "an error is red where colours are wanted" {
    says 11 $'\033[31mespota-c: 127.0.0.1: ' -i 127.0.0.1 -p 1 -f fw.bin --retry 0 --color always
    grep -q $'\033\\[0m' err
}

@test "a fleet in another order, each device once" {
    start_sims 5 esphome
    espota fleet targets -f fw.bin --order random --jobs 1 --json -q
    expect_status 0
    [ "$(jq -r 'select(.event == "device_end") | .dev' out | sort -u | wc -l)" = 5 ]
    expect_outcomes updated=5
}

@test "a server gives up its privileges and still serves" {
    [ "$(id -u)" = 0 ] || skip "only root has privileges to give up"
    id nobody >/dev/null || skip "there is no user nobody"
    need_built libmicrohttpd
    served=$(mktemp -d /tmp/espota-served.XXXXXX) # nobody may not look into $T
    chmod 755 "$served"
    install -m 644 fw.bin "$served/fw.bin"
    start "$ESPOTA" serve --no-config -p 0 --bind 127.0.0.1 --drop-to nobody "$served/fw.bin" >serve.out 2>serve.err
    eventually test -s serve.out
    [ "$(ps -o ruser= -p "$pid" | tr -d ' ')" = nobody ]
    curl -sf "http://127.0.0.1:$(head -n 1 serve.out)/fw.bin" -o got
    cmp got fw.bin
    # What nobody may read is said at the start, not to a device at night.
    chmod 600 "$served/fw.bin"
    espota serve --no-config -p 0 --bind 127.0.0.1 --drop-to nobody "$served/fw.bin"
    expect_status 3
    grep -q 'fw.bin: Permission denied' err
}
