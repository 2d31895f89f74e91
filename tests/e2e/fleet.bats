#!/usr/bin/env bats
# Many devices, one command, the truth about each.
# shellcheck disable=SC2154

load helpers

count() { grep -c "$@" || :; }
updated() { count '"outcome":"updated"' <"$sim_out"; }
updated_are() { [ "$(updated)" = "$1" ]; }

setup() {
    story_begin
    make_image esp32 256K
    flash_with=(--protocol esphome)
}

@test "all of them, each stored as sent" {
    start_fleet 5
    sed -i 's/$/ quiet=no/' "$T/targets"
    fleet --json
    expect_status 0
    expect_outcomes updated=5
    [ "$(jq -r 'select(.event == "run_end") | .counts.updated' "$T/out")" = 5 ]
    eventually updated_are 5
    grep '^{' "$sim_out" | jq -e -s 'all(.n_violations == 0 or .event != "session")' >/dev/null
}

@test "without a terminal: a line a device, and the reasons grouped" {
    start_fleet 3
    echo "127.0.0.1 port=1" >>"$T/targets"
    fleet
    expect_status 40
    [ "$(count ': updated, ' <"$T/err")" = 3 ]
    expect_stderr "espota-c: 3 updated, 1 failed in"
    expect_stderr "  1: the device could not be reached (connect): 127.0.0.1:1"
    refuse_stderr "greeting"
}

@test "all fail" {
    printf '127.0.0.1 port=1\n127.0.0.1 port=2\n' >"$T/targets"
    fleet
    expect_status 42
}

@test "CSV, JSON lines, standard input, groups of the configuration" {
    start_fleet 4
    { echo "host,port"; sed 's/ port=/,/' "$T/targets"; } >"$T/t.csv"
    sed -n '1,2s/\(.*\) port=\(.*\)/{"host":"\1","port":\2,"board":"x"}/p' "$T/targets" >"$T/t.json"
    espota fleet "$T/t.csv" -f "$image" --json
    expect_status 0
    expect_outcomes updated=4
    espota fleet - -f "$image" --json <"$T/t.json"
    expect_status 0
    expect_outcomes updated=2
    cat >"$T/.espota.conf" <<CONF
[device kitchen]
ip = $sim_host
port = $sim_port
group = flat
[device attic]
ip = $sim_host
port = $((sim_port + 1))
group = flat
[device garage]
ip = 127.0.0.1
port = 1
CONF
    espota fleet @flat -f "$image" --json
    expect_status 0
    expect_outcomes updated=2
    [ "$(jq -r 'select(.event == "device_end") | .dev' "$T/out" | sort | tr '\n' ' ')" = "attic kitchen " ]
}

@test "each device its own file and password" {
    start_sim esphome --password one
    local first="$sim_host port=$sim_port"
    start_sim esphome --password two
    cp "$image" "$T/other image.bin"
    printf '%s auth=one\n%s port=%s auth=two file="%s"\n' "$first" \
        "$sim_host" "$sim_port" "$T/other image.bin" >"$T/targets"
    fleet --json
    expect_status 0
    [ "$(jq -r 'select(.event == "image") | .file' "$T/out" | sort | uniq | wc -l)" = 2 ]
}

@test "a bad targets file is an error with its line, and nothing is sent" {
    start_fleet 2
    echo "third prot=1" >>"$T/targets"
    fleet
    expect_status 2
    expect_stderr 'targets:3: unknown key "prot" (did you mean "port"?)'
    [ "$(updated)" = 0 ]
    espota fleet -f "$image"
    expect_status 2
    espota fleet /nowhere/targets -f "$image"
    expect_status 2
    expect_stderr 'there is no targets file "/nowhere/targets"'
    espota fleet hosts.csv -f "$image"
    expect_status 2
    expect_stderr 'there is no targets file "hosts.csv"'
}

@test "a web page among the devices" {
    start_sim web
    espota fleet "http://$sim_host:$sim_port/update" -f "$image"
    expect_status 0
}

@test "the same line twice is one device" {
    start_fleet 1
    cat "$T/targets" "$T/targets" >"$T/twice"
    mv "$T/twice" "$T/targets"
    fleet
    expect_status 0
    expect_stderr "is named twice"
    eventually updated_are 1
}

@test "at most -j at once, and never two with a host that is limited" {
    start_fleet 6 --flash-ms-per-kib 2
    fleet -j 2 --json
    expect_status 0
    # Never more than two between their first phase and their end.
    jq -s -e '[.[] | select(.event == "device_end" or (.event == "phase" and .phase == "resolve"))
        | if .event == "phase" then 1 else -1 end]
        | [foreach .[] as $x (0; . + $x)] | max == 2' "$T/out"
    fleet --per-host-limit 1 --json
    expect_status 0
    jq -s -e '[.[] | select(.event == "device_end" or (.event == "phase" and .phase == "resolve"))
        | if .event == "phase" then 1 else -1 end]
        | [foreach .[] as $x (0; . + $x)] | max == 1' "$T/out"
}

@test "a rate spreads the starts" {
    start_fleet 4
    fleet --rate 300 --json # one each 200 ms
    expect_status 0
    # The first may have been held up before it said so.
    jq -s -e '[.[] | select(.event == "phase" and .phase == "connect") | .t_ms]
        | sort | (.[3] - .[0]) >= 300' "$T/out"
}

@test "a canary that fails keeps the others from being touched" {
    start_fleet 4
    sed -i '1i 127.0.0.1 port=1' "$T/targets"
    fleet --canary 1 --json
    expect_status 41
    expect_outcomes failed=1 skipped=4
    [ "$(updated)" = 0 ]
}

@test "a canary that is well lets the others follow" {
    start_fleet 4
    fleet --canary 1 --json
    expect_status 0
    expect_outcomes updated=4
    # The others begin after the first has ended.
    jq -s -e '(map(.event == "device_end") | index(true)) as $stop
        | [.[0:$stop][] | select(.event == "phase" and .phase == "connect")] | length == 1' "$T/out"
}

@test "waves wait for each other, and a threshold ends the run" {
    start_fleet 4
    { head -n 2 "$T/targets"; echo "127.0.0.1 port=1"; tail -n 2 "$T/targets"; } >"$T/t"
    mv "$T/t" "$T/targets"
    fleet --waves 1,60%,100% --json
    expect_status 41
    expect_outcomes failed=1 skipped=2 updated=2
    rm "$T/out"
    fleet --max-fail 2 -j 1 --json
    expect_status 40
    expect_outcomes failed=1 updated=4
}

@test "absent devices can be skipped" {
    start_fleet 1
    echo "127.0.0.1 port=1" >>"$T/targets"
    fleet --offline skip --json
    expect_status 0
    expect_outcomes skipped=1 updated=1
    # That is no failure on the screen either.
    expect_stderr "127.0.0.1:1: skipped: cannot connect to 127.0.0.1:1"
    refuse_stderr "espota-c: 127.0.0.1:1"
    refuse_stderr "(connect)"
}

@test "absent devices are waited for while others go on" {
    start_fleet 3
    sed -i '1i 127.0.0.1 port=1' "$T/targets"
    fleet -j 1 --offline wait --wait-online 12 --json
    expect_status 40
    expect_outcomes failed=1 updated=3
    # The first of the list is the last to end, and kept nobody waiting.
    [ "$(jq -r 'select(.event == "device_end") | .outcome' "$T/out" | tail -n 1)" = failed ]
    [ "$(jq -r 'select(.event == "device_end" and .ok) | .t_ms' "$T/out" | sort -n | tail -n 1)" -lt 12000 ]
}

@test "shards cover every device exactly once" {
    start_fleet 9
    local k
    for k in 1 2 3; do
        # By names: all of these are one address.
        awk '{ print "node-" NR " " $2 }' "$T/targets" >"$T/named"
        mapfile -t resolve < <(awk '{ print "--resolve=node-" NR "=127.0.0.1" }' "$T/targets")
        espota fleet "$T/named" -f "$image" --shard "$k/3" --json "${resolve[@]}"
        expect_status 0
        jq -r 'select(.event == "device_end" and .ok) | .dev' "$T/out" >>"$T/done"
    done
    [ "$(sort "$T/done" | uniq | wc -l)" = 9 ]
    [ "$(wc -l <"$T/done")" = 9 ]
}

@test "a bad amount, shard or wave is a usage error" {
    start_fleet 1
    local bad
    for bad in --canary=0 --canary=x --waves=1,,2 --max-fail=101% --shard=3/2 --shard=0/2 --shard=2 --order=best -j0; do
        fleet "$bad"
        expect_status 2
    done
    fleet --only failed
    expect_status 2
    expect_stderr "needs a --journal"
}

# Each line of standard input is an event by the schema.
valid_event() {
    python3 -c 'import jsonschema' 2>/dev/null || return 0
    python3 -c '
import json, jsonschema, sys
for line in sys.stdin:
    jsonschema.validate(json.loads(line), json.load(open(sys.argv[1])))
' "$ROOT/docs/espota-events.schema.json"
}

@test "hooks: facts, refusal, and one that hangs" {
    start_fleet 2
    fleet --hook-shell --after "echo \"\$ESPOTA_DEVICE \$ESPOTA_OUTCOME\" >>'$T/hooks'; cat >>'$T/json'"
    expect_status 0
    [ "$(sort "$T/hooks" | cut -d' ' -f2 | tr '\n' ' ')" = "updated updated " ]
    # What it reads is the event as --json prints it.
    [ "$(jq -r '"\(.event) \(.outcome) \(.exit)"' "$T/json" | sort -u)" = "device_end updated 0" ]
    valid_event <"$T/json"
    eventually updated_are 2
    rm "$T/json"
    fleet --hook-shell --before "cat >>'$T/json'; false"
    expect_status 42
    [ "$(jq -r '"\(.event) \(.kind)"' "$T/json" | sort -u)" = "image esp32-app" ]
    valid_event <"$T/json"
    fleet --before false --json
    expect_status 42
    expect_stderr "the before hook ended with status 1"
    fleet --before 'sleep 60' --hook-timeout 0.2
    expect_status 42
    expect_stderr "took too long and was ended"
    [ "$(updated)" = 2 ]
    fleet --before true
    expect_status 0
    fleet --after 'sleep 60' --hook-timeout 0.2
    expect_status 0
    expect_stderr "took too long and was ended"
}

@test "JUnit" {
    start_fleet 1
    echo "127.0.0.1 port=1" >>"$T/targets"
    fleet --junit "$T/junit.xml"
    expect_status 40
    grep -q '<testsuite name="espota-c" tests="2" failures="1"' "$T/junit.xml"
    grep -q '<failure message="cannot connect to 127.0.0.1:1' "$T/junit.xml"
    ! command -v xmllint >/dev/null || xmllint --noout "$T/junit.xml"
}

@test "an interrupt ends every device properly" {
    start_fleet 3 --flash-ms-per-kib 60
    start "$ESPOTA" fleet "$T/targets" -f "$image" --retry 0 --json=events
    wait_for events '"phase":"data"'
    kill -TERM "$pid"
    status=0
    wait "$pid" || status=$?
    expect_status 143
    [ "$(count '"event":"device_end"' <events)" = 3 ]
    [ "$(count '"event":"run_end"' <events)" = 1 ]
}

@test "lists as spreadsheets and old editors save them" {
    start_fleet 2
    local port2=$((sim_port + 1))
    printf '\357\273\277Name;HOST;Port;Where\r\n"front door";%s;%s;attic\r\n;%s;%s;\r\n;;;\r\n' \
        "$sim_host" "$sim_port" "$sim_host" "$port2" >"$T/targets"
    fleet --json
    expect_status 0
    [ "$(jq -r 'select(.event == "device_end") | .dev' "$T/out" | sort | head -n 1)" = "$sim_host" ]
    jq -r 'select(.event == "device_end") | .dev' "$T/out" | grep -qx 'front door'
    printf 'host\tport\n%s\t%s\n' "$sim_host" "$sim_port" >"$T/targets"
    fleet
    expect_status 0
    printf '\357\273\277%s:%s\r\n"back door"=%s:%s\r\n' "$sim_host" "$sim_port" "$sim_host" "$port2" >"$T/targets"
    fleet -p 1 # for lines that have none
    expect_status 0
    grep -q "back door: updated" "$T/err"
}

@test "a mistake in a list is named by its line, and nobody is sent anything" {
    start_fleet 1
    local line
    for line in "\"$sim_host port=$sim_port" "$sim_host auth=\"x" 'a,b' 10.0.0.0/8 "lamp=$sim_host:$sim_port port=1" 'the lamp:1'; do
        printf '%s port=%s\n%s\n' "$sim_host" "$sim_port" "$line" >"$T/targets"
        fleet
        expect_status 2
        expect_stderr "targets:2: "
    done
    printf 'lamp=%s:%s\nlamp=%s:1\n' "$sim_host" "$sim_port" "$sim_host" >"$T/targets"
    fleet
    expect_status 2
    expect_stderr 'two devices are called "lamp"'
    [ "$(updated)" = 0 ]
}

# plan N: what planning N targets costs, in ms of CPU.
plan() {
    seq -f '10.0.%g.1' "$1" | awk -F. '{ print "10." int($3 / 65536) "." int($3 / 256) % 256 "." $3 % 256 }' >"$T/targets"
    python3 - "$ESPOTA" "$T/targets" "$image" <<'END'
import resource, subprocess, sys
subprocess.run([sys.argv[1], "fleet", sys.argv[2], "-f", sys.argv[3], "--dry-run", "-q", "--protocol", "esphome"], check=True)
u = resource.getrusage(resource.RUSAGE_CHILDREN)
print(int((u.ru_utime + u.ru_stime) * 1000))
END
}

@test "planning grows with the fleet, not with its square" {
    [ -z "${TEST_EMULATED-}${SAN-}" ] || skip "its time is not ours"
    local small large
    small=$(plan 8000)
    large=$(plan 32000)
    [ "$large" -le $((small * 6 + 100)) ] || no "8000: $small ms, 32 000: $large ms"
}

# crowd PROTOCOL SIM-OPTION...: sixty devices; under a limit of descriptors that is
# enough for a few of them all are updated, each at its first attempt.
crowd() {
    local protocol=$1 limit
    shift
    for limit in 40 14; do
        rm -f "$T/targets"
        start_sims 60 "$@"
        status=0
        (
            ulimit -n "$limit"
            exec timeout 300 "$ESPOTA" fleet "$T/targets" --no-config -f "$image" --force --protocol "$protocol" \
                -j 60 --retry 0 --json -q
        ) </dev/null >"$T/out" 2>"$T/err" 3>&- || status=$?
        expect_status 0
        expect_outcomes updated=60
        [ "$(jq -r 'select(.event == "device_end") | .attempts' "$T/out" | sort -u)" = 1 ]
    done
}

@test "few descriptors: who has none waits for its turn (ESPHome)" {
    crowd esphome esphome --reboot-ms 0
}

@test "few descriptors: who has none waits for its turn (nobody said what they speak)" {
    crowd auto esphome --reboot-ms 0
}

@test "few descriptors: who is invited to call can do so (ArduinoOTA)" {
    crowd arduino arduino --profile esp32-md5
}

@test "few descriptors: who has none waits for its turn (web pages)" {
    need_built libcurl
    crowd web web
}
