#!/usr/bin/env bats
# Canaries, waves and thresholds; and that every end is counted alike.
# shellcheck disable=SC2154

load helpers

# away N: nobody is there.
away() {
    local i
    for ((i = 1; i <= $1; i++)); do echo "127.0.0.1 port=$i" >>"$T/targets"; done
}

counts() { jq -r 'select(.event == "run_end") | .counts | "\(.updated) \(.unchanged) \(.refused) \(.failed) \(.unknown) \(.skipped) \(.not_begun)"' "${1-$T/out}"; }
waves() { jq -r 'select(.event == "wave") | "\(.wave)/\(.of) \(.state) \(.devices) \(.succeeded) \(.failed) \(.allowed)"' "$T/out"; }

# What the events count is what JUnit and the screen count.
expect_alike() {
    local c=${1-$T/out}
    jq -s -e '(map(select(.event == "device_end")) ) as $ends | last.counts as $c
        | ($ends | map(select(.outcome == "skipped")) | length) == $c.skipped
        and ($ends | map(select(.not_begun)) | length) == $c.not_begun
        and ($ends | length) == ($c | del(.not_begun) | add)' "$c" >/dev/null || no "the events count differently" || return 1
    python3 - "$c" "$T/junit.xml" "$T/err" <<'PY' || no "counted differently"
import json, re, sys, xml.dom.minidom
c = [json.loads(line) for line in open(sys.argv[1])][-1]["counts"]
x = xml.dom.minidom.parse(sys.argv[2])
seen = {t: len(x.getElementsByTagName(t)) for t in ("testcase", "failure", "error", "skipped")}
assert seen["failure"] == c["refused"] + c["failed"], (seen, c)
assert seen["error"] == c["unknown"], (seen, c)
assert seen["skipped"] == c["skipped"], (seen, c)
suite = x.getElementsByTagName("testsuite")[0]
for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"), ("tests", "testcase")):
    assert int(suite.getAttribute(name)) == seen[tag], (name, seen)
total = re.findall(r"^espota-c: (.*) in [0-9.]+ s$", open(sys.argv[3]).read(), re.M)[-1]
for outcome in ("updated", "unchanged", "refused", "failed", "unknown", "skipped"):
    m = re.search(r"(\d+) " + outcome, total)
    assert int(m.group(1) if m else 0) == c[outcome], (total, c)
m = re.search(r"\((\d+) not begun\)", total)
assert int(m.group(1) if m else 0) == c["not_begun"], (total, c)
PY
}

setup() {
    story_begin
    make_image esp32 256K
    flash_with=(--protocol esphome --json --junit "$T/junit.xml")
}

@test "rejected canaries end the run, whatever may fail" {
    start_fleet 3 --refuse 0x88@end
    local bad=$sim_out
    start_fleet 5
    fleet --canary 3 --max-fail 7 --wave-max-fail 7
    expect_status 41
    [ "$(n_sessions)" = 0 ]
    [ "$(n_sessions "$bad")" = 3 ]
    expect_stderr "espota-c: stopped: 3 of 3 canaries failed; 5 not begun"
    expect_stderr "hint: fix what failed"
    [ "$(count_lines 'not begun' "$T/err")" = 2 ] # the totals, and why
    expect_alike
    [ "$(jq -r 'select(.not_begun) | "\(.outcome) \(.code) \(.exit) \(.phase)"' "$T/out" | sort -u)" = "skipped stopped 41 null" ]
}

count_lines() { grep -c "$1" "$2" || :; }

@test "a canary that is away or current is replaced, until one took the image" {
    away 3
    start_fleet 1
    start_fleet 3 --refuse 0x84@end
    fleet --canary 2 --offline skip -j 9
    expect_status 41
    [ "$(counts)" = "1 0 0 1 0 5 2" ]
    expect_stderr "stopped: 1 of 2 canaries failed; 2 not begun"
    expect_alike
    [ "$(waves)" = "1/2 begin 2 0 0 0
1/2 stopped 2 1 1 0" ]
}

@test "where no canary is to be had the run ends well" {
    away 4
    fleet --canary 2 --offline skip
    expect_status 0
    [ "$(counts)" = "0 0 0 0 0 4 0" ]
    expect_alike
}

@test "behind good canaries only --max-fail ends the run" {
    start_fleet 2
    away 3
    start_fleet 4
    fleet --canary 2 -j 1
    expect_status 40
    [ "$(counts)" = "6 0 0 3 0 0 0" ]
    [ "$(waves)" = "1/2 begin 2 0 0 0
1/2 passed 2 2 0 0
2/2 begin 7 0 0 0
2/2 passed 7 4 3 0" ]
    expect_alike
    fleet --canary 2 -j 1 --max-fail 2
    expect_status 41
    [ "$(counts)" = "2 0 0 2 0 5 5" ]
    expect_stderr "stopped: 2 of 9 devices failed, and the limit is 2; 5 not begun"
    expect_alike
}

@test "a wave begins only if no more of the last failed than may" {
    start_fleet 3
    away 1
    start_fleet 4
    fleet --waves 2,50% -j 1
    expect_status 41
    [ "$(counts)" = "3 0 0 1 0 4 4" ]
    expect_stderr "stopped: 1 of 2 failed in wave 2 of 3, where 0 may; 4 not begun"
    fleet --waves 2,50% -j 1 --wave-max-fail 1
    expect_status 40
    [ "$(counts)" = "7 0 0 1 0 0 0" ]
    fleet --waves 2,50% -j 1 --wave-max-fail 49%
    expect_status 41
    fleet --waves 2,50% --wave-max-fail 101%
    expect_status 2
    fleet --waves 1,5,2
    expect_status 2
    expect_stderr 'none may be smaller than the one before, as in "1,5,2"'
    fleet --waves 50%,10% --dry-run
    expect_status 2
}

@test "a fleet of one ends with its own status, unless a gate was asked for" {
    start_fleet 1 --refuse 0x84@end
    fleet
    own=$status
    [ "$own" != 42 ] && [ "$own" != 0 ]
    fleet --max-fail 3
    expect_status 42
    fleet --canary 1
    expect_status 42
}

# Whether the run ended with its devices, not at the next look at its hooks.
interrupted_at_once() {
    start "$ESPOTA" fleet "$T/targets" -f "$image" --protocol esphome --before 'sleep 60' --json=events 2>"$T/err"
    wait_for "/proc/$pid/task/$pid/children" '[0-9]'
    kill -INT "$pid"
    status=0
    wait "$pid" || status=$?
    [ "$status" = 130 ] || return
    jq -e -s '(map(select(.event == "device_end"))[-1].t_ms + 150) > .[-1].t_ms' events
}

@test "an interrupt does not wait for hooks" {
    [ -r "/proc/$$/task/$$/children" ] || skip "there is no /proc to see hooks in"
    start_fleet 1
    eventually interrupted_at_once
}

@test "an interrupt: who was not begun is no failure" {
    start_fleet 7 --flash-ms-per-kib 60
    start "$ESPOTA" fleet "$T/targets" -f "$image" --protocol esphome -j 2 --retry 0 --json=events --junit junit.xml 2>"$T/err"
    wait_for events '"phase":"data"'
    kill -INT "$pid"
    status=0
    wait "$pid" || status=$?
    expect_status 130
    [ "$(counts events)" = "0 0 0 2 0 5 5" ]
    [ "$(jq -r 'select(.event == "device_end") | "\(.outcome) \(.code) \(.not_begun)"' events | sort | uniq -c | tr -s ' ')" = " 2 failed interrupted false
 5 skipped interrupted true" ]
    expect_alike events
}

@test "what is missing for one device keeps all from being begun" {
    start_fleet 2
    sed -i '2s/$/ file=nowhere.bin/' "$T/targets"
    fleet
    expect_status 41
    expect_stderr "nowhere.bin"
    expect_stderr "1 of 2 devices could not be prepared; 1 not begun"
    [ "$(n_sessions)" = 0 ]
    expect_alike
    # So do an image that cannot go there, and a password that cannot be read.
    "$MKIMAGE" esp8266 256K 1.0.0 other.bin
    sed -i '2s/file=.*/file=other.bin port=3232/; 2s/ port=[0-9]* / /' "$T/targets"
    fleet
    expect_status 41
    [ "$(n_sessions)" = 0 ]
    sed -i '2s/file=.*/auth-file=nowhere/' "$T/targets"
    fleet
    expect_status 41
    expect_stderr "nowhere"
    [ "$(n_sessions)" = 0 ]
}

@test "a report is put in place when it is whole" {
    start_fleet 2 --flash-ms-per-kib 60
    echo old >junit.xml
    start "$ESPOTA" fleet "$T/targets" -f "$image" --protocol esphome --retry 0 --json=events --junit junit.xml
    wait_for events '"phase":"data"'
    [ "$(cat junit.xml)" = old ]
    kill -KILL "$pid"
    wait "$pid" || :
    [ "$(cat junit.xml)" = old ]
    [ "$(find . -name 'junit*' | wc -l)" = 1 ]
    # Where it cannot be written that is known before anything is sent.
    local before
    before=$(n_sessions)
    espota fleet "$T/targets" -f "$image" --junit "$T/nowhere/x.xml"
    expect_status 2
    expect_stderr "nowhere/x.xml"
    espota fleet "$T/targets" -f "$image" --junit "$T"
    expect_status 2
    [ "$(n_sessions)" = "$before" ]
}

@test "a report goes through a pipe and a link as well" {
    start_fleet 1
    mkfifo pipe
    start cp pipe copy
    espota fleet "$T/targets" -f "$image" --protocol esphome --junit pipe
    expect_status 0
    eventually grep -q '</testsuites>' copy
    [ -p pipe ]
    echo old >far.xml && chmod 640 far.xml && ln -s far.xml near.xml
    espota fleet "$T/targets" -f "$image" --protocol esphome --junit near.xml
    expect_status 0
    [ -L near.xml ]
    grep -q '</testsuites>' far.xml
    [ "$(stat -c %a far.xml)" = 640 ]
}
