#!/usr/bin/env bats
# Devices that mean harm: every behaviour of tests/peer/hostile_peer.c against
# an upload.  It ends in time, with what the table below says, without a pile
# of memory or a busy processor, and what it prints cannot drive a terminal.
#
# All of them are met at once, before the first test; the tests judge.

load helpers

PEER=$BUILD/tests/peer/hostile_peer
MEASURED=$BUILD/tests/peer/measured
KEY=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=
export PEER MEASURED KEY

# by_clock BEHAVIOUR: it is the clock that must end it.
by_clock() {
    case $1 in
    *-drip-acks) return 1 ;; # whoever is slow, but goes on, has its time
    *-silence | *-still | *-deaf-counts | *-flood-counts | *-flood-ok | *-strangers-only | *-drip-*) ;;
    *) return 1 ;;
    esac
}

# meet BEHAVIOUR DIR [PATIENCE]: what its client is told; little patience where
# it is the clock that must end it, and else what the slowest machine needs.
meet() {
    local behaviour=$1 how patience=20 peer i
    ! by_clock "$1" || patience=${3-2}
    case $behaviour in
    esphome-*) how="--protocol esphome -a hunter2" ;;
    noise-*) how="--protocol esphome --key $KEY" ;;
    arduino-silence) how="--protocol arduino -a hunter2 -t 1" ;;
    arduino-*) how="--protocol arduino -a hunter2" ;;
    web-stale | web-late-login) how="--protocol web -a hunter2 --auth-file $BATS_FILE_TMPDIR/pw" ;;
    web-late-timeout) how="--protocol web --retry 2 --retry-delay 0.1" ;;
    web-*) how="--protocol web" ;;
    esac
    mkdir -p "$2" && cd "$2" || return
    "$PEER" "$behaviour" 100 >peer 2>&1 3>&- &
    peer=$!
    for ((i = 0; i < 1000; i++)); do
        grep -q '^listening on .*[0-9]$' peer && break
        sleep 0.02
    done
    # shellcheck disable=SC2086
    timeout -k 5 $((60 + 10 * patience)) "$MEASURED" used "$ESPOTA" --no-config -i 127.0.0.1 -p "$(sed 's/.*://' peer)" \
        -f "$BATS_FILE_TMPDIR/fw.bin" --retry 0 --connect-timeout $patience --stall-timeout $patience --json $how \
        >out 2>err </dev/null
    kill $peer
}

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    "$MKIMAGE" esp32 256K 1.0.0 fw.bin
    (umask 077 && echo another >pw)
    export -f by_clock meet
    # Most of the time they wait.
    "$PEER" list | xargs -P 8 -I{} bash -c 'meet {} "$PWD/{}"' 3>&-
}

# met BEHAVIOUR STATUS TEXT: STATUS may be "25|30" where a race decides.
met() {
    local patience=2
    judge "$@" && return
    by_clock "$1" || return 1
    # In two seconds a machine may have done nothing.
    for patience in 4 8 16; do
        (meet "$1" "$BATS_FILE_TMPDIR/$1" $patience) || :
        judge "$@" && return
    done
    return 1
}

judge() {
    local at=$BATS_FILE_TMPDIR/$1 used wall cpu memory cost=1
    ! [[ $ESPOTA =~ /san/ ]] || cost=10 # sanitizers
    cp "$at"/out "$at"/err "$T"
    [ -s "$at/used" ] || no "it never ended" || return 1
    read -r wall cpu memory status <"$at/used"
    used="$wall ms, $cpu ms of processor, $memory KiB"
    [[ $status =~ ^($2)$ ]] || no "exit status $status, not $2" || return 1
    expect_stderr "$3" || return 1
    [ "$wall" -lt $((15000 * patience)) ] || no "too long: $used" || return 1
    [ "$memory" -lt $((cost * 65536)) ] || no "too much memory: $used" || return 1
    # Who waits for a drip has nothing to do.
    [[ ! $1 =~ drip|silence|still ]] || [ "$cpu" -lt $((cost * 500 + wall / 4)) ] ||
        no "busy while waiting: $used" || return 1
    harmless "$at/err" && harmless "$at/out"
}

# harmless FILE: UTF-8, and nothing in it that a terminal obeys.
harmless() {
    iconv -f UTF-8 -t UTF-8 "$1" >/dev/null || no "no UTF-8: $1" || return 1
    ! LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8e\x8f\xa8-\xae]|\xe2\x81[\xa6-\xa9]' "$1" ||
        no "control characters: $1"
}

# ---- ESPHome ------------------------------------------------------------------

@test "esphome: it says nothing" { met esphome-silence 12 "fell silent after we greeted it"; }
@test "esphome: zeros without end" { met esphome-flood-zeros 25 "speaks OTA version 0"; }
@test "esphome: errors without end" { met esphome-flood-errors 22 "(0xff)"; }
@test "esphome: HTTP without end" { met esphome-flood-http 25 "an HTTP server answers on this port"; }
@test "esphome: half a greeting" { met esphome-drip-greeting 14 "fell silent while greeting"; }
@test "esphome: a nonce that drips" { met esphome-drip-nonce 14 "fell silent while logging in"; }
@test "esphome: a nonce without end" { met esphome-flood-nonce 25 "unexpected while logging in (0x61)"; }
@test "esphome: all answers before the first question" { met esphome-all-answers 25 "unexpected while"; }
@test "esphome: success before the image" { met esphome-done-early 25 "unexpected while taking the image (0x44)"; }
@test "esphome: it never gets ready" { met esphome-drip-prepare 14 "fell silent while erasing flash"; }
@test "esphome: acknowledgements without end" { met esphome-flood-acks 25 "acknowledged more than was sent"; }
@test "esphome: acknowledgements that drip" { met esphome-drip-acks 30 "unexpected while counting the bytes (0x47)"; }
@test "esphome: acknowledgements from one who reads nothing" { met esphome-deaf-acks 25 "acknowledged more than was sent"; }
@test "esphome: verdicts without end" { met esphome-flood-verdict "25|30" "unexpected while checking the image (0x44)"; }
@test "esphome: half a verdict" { met esphome-drip-verdict 30 "whether it took the image is not known"; }
@test "esphome: goodbyes without end" { met esphome-flood-goodbye 0 "updated"; }
@test "esphome: a goodbye that drips" { met esphome-drip-goodbye 0 "updated"; }

@test "noise: it offers no encryption" { met noise-none 24 "does not offer encryption"; }
@test "noise: it goes on in the clear" { met noise-clear 25 "where an encrypted frame must begin"; }
@test "noise: a frame of 65535 bytes" { met noise-giant 25 "announces an encrypted frame of 65535 bytes"; }
@test "noise: empty frames" { met noise-empty 25 "announces an encrypted frame of 0 bytes"; }
@test "noise: a frame that drips" { met noise-drip-frame 14 "fell silent while agreeing on a key"; }
@test "noise: frames without end" { met noise-flood 20 "did not prove that it knows the key"; }
@test "noise: a key of zeros" { met noise-zero-key 25 "sent an invalid public key"; }
@test "noise: escape sequences for a reason" { met noise-evil 20 '(\x1b[2J'; }

# ---- ArduinoOTA ---------------------------------------------------------------

@test "arduino: it says nothing" { met arduino-silence 12 "did not answer 5 invitations"; }
@test "arduino: OK without end, and no call" { met arduino-flood-ok 13 "did not connect"; }
@test "arduino: garbage without end" { met arduino-flood-garbage 25 '(\x1b[2J'; }
@test "arduino: refusals of the password without end" { met arduino-flood-denied 20 "refused the password"; }
@test "arduino: challenges without end" { met arduino-flood-challenges 25 "asks for the password again and again"; }
@test "arduino: a challenge of 60000 bytes" { met arduino-huge-challenge 25 "32 or 64 hexadecimal ones are known"; }
@test "arduino: an empty datagram" { met arduino-empty 25 "an answer that ArduinoOTA does not have"; }
@test "arduino: escape sequences for an error" { met arduino-evil 22 '(\x1b[2J'; }
@test "arduino: lies from another port and another address" { met arduino-lies-elsewhere 0 "updated"; }
@test "arduino: strangers by the thousand call before the device" {
    met arduino-strangers 0 "127.0.0.9"
    [ "$(grep -c 'turned away' "$T/err")" = 3 ] || no "strangers fill the log"
}
@test "arduino: strangers by the thousand, and no device" { met arduino-strangers-only 13 "did not connect"; }
@test "arduino: it calls without a word" { met arduino-call-first 0 "updated"; }
@test "arduino: OK before the image" { met arduino-ok-early 25 "said OK after"; }
@test "arduino: counts without end from one who reads nothing" { met arduino-deaf-counts 14 "stopped taking data"; }
@test "arduino: counts without end" { met arduino-flood-counts 30 "whether it took the image is not known"; }
@test "arduino: counts that drip" { met arduino-drip-counts 30 "whether it took the image is not known"; }
@test "arduino: an error without end" { met arduino-flood-text 22 "(EEEE"; }
@test "arduino: an error that drips" { met arduino-drip-text 22 "(E"; }
@test "arduino: escape sequences for an error, by TCP" { met arduino-evil-text 22 '\x1b[2J'; }
@test "arduino: goodbyes without end" { met arduino-flood-goodbye 0 "updated"; }

# ---- web pages ----------------------------------------------------------------

web() {
    need_built libcurl
    met "$@"
}

@test "web: it says nothing" { web web-silence 12 "does not answer"; }
@test "web: bytes that are no HTTP" { web web-garbage 25 "this is not a web server"; }
@test "web: success before a question" { web web-early "25|30" "the device answered before it had"; }
@test "web: a first line without end" { web web-flood-line 25 "this is not a web server"; }
@test "web: a header without end" { web web-flood-header 25 "is not HTTP, or has no end"; }
@test "web: headers without end" { web web-flood-headers 25 "is not HTTP, or has no end"; }
@test "web: \"100 Continue\" without end" { web web-flood-continue 25 "is not HTTP, or has no end"; }
@test "web: a page without end" { web web-flood-page 25 "is not HTTP, or has no end"; }
@test "web: headers that drip" { web web-drip-headers 12 "it answers, but too slowly"; }
@test "web: a page that drips" { web web-drip-page 12 "it answers, but too slowly"; }
@test "web: it sends us elsewhere when it has the image" { web web-redirect 30 "only points at http://127.0.0.9:1/"; }
@test "web: its digest is stale for ever" { web web-stale 20 "refused user or password"; }
@test "web: a chunk of more than there is" { web web-chunks 25 "is not HTTP, or has no end"; }
@test "web: two lengths" { web web-lengths "25|30" "the device answered"; }
@test "web: success instead of reading the image" { web web-success-early "25|30" "the device answered before it had"; }
@test "web: early success in lower case" { web web-early-lower "25|30" "the device"; }
@test "web: early success of HTTP/2" { web web-early-two "25|30" "the device"; }
@test "web: early success of HTTP/3" { web web-early-three "25|30" "this is not a web server"; }
@test "web: early success without a reason" { web web-early-bare "25|30" "the device answered before it had"; }
@test "web: early success with a folded header" { web web-early-folded "25|30" "the device answered before it had"; }
@test "web: early success behind 101" { web web-early-switch "25|30" "the device"; }
@test "web: early success behind 103" { web web-early-hints "25|30" "the device answered before it had"; }
@test "web: early success without a status" { web web-early-nine "25|30" "this is not a web server"; }
@test "web: what comes between is no answer" { web web-interim 0 "updated"; }
@test "web: it has moved" {
    web web-moved 25 "points at https://example.test/a?b"
    ! grep -q '"event":"phase","phase":"data"' "$T/out" || no "the image was sent"
}
@test "web: it wants a login when it has the image" {
    web web-late-login 30 "after it had every byte"
    [ "$(grep -c '"event":"phase","phase":"data"' "$T/out")" = 1 ] || no "the image was sent again"
}
@test "web: it says that it waited in vain for what it has" {
    web web-late-timeout 22 "after it had every byte"
    [ "$(grep -c '"event":"phase","phase":"data"' "$T/out")" = 1 ] || no "the image was sent again"
}
@test "web: OK and no more" { web web-fine 0 "updated"; }
@test "web: FAIL and no more" { web web-not-fine 21 "the device refused the image (FAIL)"; }
@test "web: OK and something else" { web web-fine-print 30 "said nothing of the update"; }
@test "web: success and a reset" { web web-success-reset "14|25|30" "the device"; }
@test "web: success, and the image stays unread" { web web-success-still "25|30" "the device answered before it had"; }
@test "web: a verdict that drips" { web web-drip-verdict 30 "said nothing of the update"; }
@test "web: a verdict without end" { web web-flood-verdict 30 "said nothing of the update"; }
@test "web: success, and bytes without end" { web web-flood-success 0 "updated"; }
@test "web: escape sequences for an error" { web web-evil 22 '\x1b[2J'; }
@test "web: escape sequences for a status" { web web-evil-status "25|30" "(507 "; }

# ---- all of them --------------------------------------------------------------

@test "every behaviour there is, is judged above" {
    "$PEER" list >names
    while read -r name; do
        grep -qE "(met|web) $name " "$BATS_TEST_FILENAME" || no "nobody judges $name" || return 1
    done <names
    [ "$(wc -l <names)" -gt 60 ]
}

@test "the events of all keep their contract" {
    python3 -c 'import jsonschema' 2>/dev/null || skip "python3-jsonschema is missing"
    python3 "$ROOT/tests/support/check_events.py" "$ROOT/docs/espota-events.schema.json" "$BATS_FILE_TMPDIR"/*/out
}

@test "a fleet of them: JUnit's XML is XML, and a hook hears nothing harmful" {
    local name port
    for name in noise-evil arduino-evil arduino-evil-text; do
        start "$PEER" "$name" >"$name"
        eventually grep -q '^listening on .*[0-9]$' "$name"
        port=$(sed 's/.*://' "$name")
        case $name in
        noise-*) echo "127.0.0.1 port=$port protocol=esphome key=$KEY" ;;
        *) echo "127.0.0.1 port=$port protocol=arduino" ;;
        esac
    done >targets
    # A file each: they run at once.
    echo 'exec >"'"$T"'/heard.$$"; cat; printf "\n%s\n" "$ESPOTA_MESSAGE"' >hook
    espota fleet targets -f "$BATS_FILE_TMPDIR/fw.bin" --retry 0 --connect-timeout 1 --json --junit=x.xml \
        --after "sh $T/hook"
    expect_status 42
    [ "$(cat heard.* | grep -c '^{')" = 3 ] || no "not each was told of" || return 1
    cat heard.* >heard
    for name in x.xml heard out err; do harmless "$name" || return 1; done
    grep '^{' heard | jq -e .msg >/dev/null
    [ "$(grep -c '<failure' x.xml)" = 3 ]
    python3 -c 'import sys, xml.etree.ElementTree as e; e.parse(sys.argv[1])' x.xml
}
