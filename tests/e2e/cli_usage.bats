#!/usr/bin/env bats
# Help, versions, and every way to say it wrong.
# shellcheck disable=SC2154

load cli

# One line that names the culprit, status 2, nothing on standard output, and
# not a packet: the device would be 127.0.0.1 port 9.
wrong() { # PART-OF-THE-LINE ARGUMENT...
    local part=$1
    shift
    espota "$@"
    expect_status 2
    [ ! -s out ]
    grep -qF -e "$part" err
    grep -q '^espota-c: ' err
    [ "$(grep -vc '^hint: ' err)" = 1 ]
}

@test "help fits a screen and goes to standard output" {
    espota -h
    expect_status 0
    [ ! -s err ]
    [ "$(wc -l <out)" -lt 24 ]
    [ "$(awk '{ if (length($0) > n) n = length($0) } END { print n }' out)" -lt 80 ]
    grep -q -- '-i, --ip HOST' out
    espota upload --help
    expect_status 0
    espota fleet --help
    expect_status 0
    grep -q -- '--canary N|P%' out
    espota -d -i h --help --port 0x
    expect_status 2 # what stands behind is still read
}

@test "help COMMAND lists every option, in 80 columns" {
    for command in $("$ESPOTA" help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
        espota help "$command"
        expect_status 0
        refuse '.\{80\}' out
    done
    espota help upload
    expect_status 0
    grep -q -- '--stall-timeout' out
    espota help nonsense
    expect_status 2
}

@test "version says what is built in" {
    espota -V
    expect_status 0
    grep -q '^protocols: esphome' out
    grep -q '^libraries: OpenSSL 3' out
    espota version
    expect_status 0
}

@test "an unknown option or command gets the nearest right spelling" {
    wrong 'did you mean "--protocol"' --protcol=esphome
    wrong 'did you mean "upload"' uplaod -i h -f fw.bin
    wrong 'unknown option "-Z"' -Z
    wrong 'unknown option "--json"' wait h --json
    wrong 'the command comes first' -i h -f fw.bin version
    wrong 'does not expect "x"' -i h -f fw.bin x
    grep -q '^hint: -i HOST gives the device' err
}

@test "bad values are named" {
    wrong 'there is no profile "esp8262" (did you mean "esp8266"?)' -i 127.0.0.1 -f fw.bin --profile esp8262
    wrong '--port takes' -i 127.0.0.1 -p 0 -f fw.bin
    wrong '--port takes' -i 127.0.0.1 -p 70000 -f fw.bin
    wrong '--window takes' -i 127.0.0.1 -f fw.bin --window 0
    wrong '--retry takes' -i 127.0.0.1 -f fw.bin --retry=-1
    wrong '"esphome"' -i 127.0.0.1 -f fw.bin --protocol esphom
    wrong 'no device' -f fw.bin
    wrong 'no device' -i '' -f fw.bin
    wrong 'no device' -i 127.0.0.1 -i '' -f fw.bin
    wrong 'no image' -i 127.0.0.1
    wrong 'no image' -i 127.0.0.1 -f ''
    wrong '"kitchen" is not NAME=ADDRESS' -i kitchen -f fw.bin --resolve kitchen
    wrong '"kitchen=nowhere" is no' -i kitchen -f fw.bin --resolve kitchen=nowhere
    wrong '"127.0.0.1:http" has no valid port after its colon' -i 127.0.0.1:http -f fw.bin
    wrong 'base64 of 32 bytes' -i 127.0.0.1 -f fw.bin --key abc --json
    wrong 'no profile "esp9"' -i 127.0.0.1 -f fw.bin --protocol web --profile esp9
    wrong 'contradict' -i 127.0.0.1 -f fw.bin -s --type app
    wrong 'does not start' -i 127.0.0.1 -f fw.bin --type bootloader
    wrong 'standard input' -i 127.0.0.1 -f - --auth-stdin
    wrong 'image and targets cannot both' fleet - -f -
    wrong 'password and targets cannot both' fleet - -f fw.bin --auth-stdin
    wrong '"--retry" cannot be a host' -i --retry -f fw.bin
    wrong 'No such file' -i 127.0.0.1 -f fw.bin --config nowhere
    export ESPOTA_PORT=none
    wrong 'ESPOTA_PORT: --port takes' -i 127.0.0.1 -f fw.bin --port 9
}

@test "a local address that this machine does not have is said once, before anything is sent" {
    printf '127.0.0.1\n127.0.0.2\n127.0.0.3\n' >all
    for ours in 203.0.113.9 2001:db8::9 nowhere0; do
        for protocol in esphome arduino auto; do
            wrong "\"$ours\" is not a local address or an interface" -i 127.0.0.1 -p 9 -f fw.bin --force \
                --protocol $protocol -I $ours
        done
        wrong "\"$ours\" is no" fleet all -f fw.bin --force -I $ours
        wrong "\"$ours\" is no" wait 127.0.0.1 -p 9 -I $ours
        wrong "\"$ours\" is no" discover -I $ours
    done
    # One of ours is another matter: nobody is there.
    espota -i 127.0.0.1 -p 9 -f fw.bin --force --retry 0 --protocol esphome -I lo
    expect_status 11
}

@test "images that are none end with 3 before any packet" {
    : >empty.bin
    head -c 70000 /dev/zero >zero.bin
    truncate -s 70M huge.bin
    for file in missing.bin empty.bin huge.bin zero.bin .; do
        espota -i 127.0.0.1 -p 9 -f $file --json
        expect_status 3
        grep -q "^espota-c: 127.0.0.1: .*$file" err
        valid_events out
    done
    [ -r /proc/version ] || return 0 # it has more bytes than it says
    espota -i 127.0.0.1 -p 9 -f /proc/version
    expect_status 3
    grep -q '^espota-c: 127.0.0.1: /proc/version changed while it was read$' err
}

@test "ESPOTA_EXIT=simple knows 0, 1 and 2" {
    export ESPOTA_EXIT=simple
    espota -i 127.0.0.1 -f missing.bin
    expect_status 1
    espota --nonsense
    expect_status 2
    espota -h
    expect_status 0
}

@test "what the IDE did not expand is warned about, not used" {
    espota -i 127.0.0.1 -p '{upload.port.properties.port}' \
        '--auth={upload.field.password}' -f missing.bin --json
    expect_status 3
    [ "$(grep -c 'warning: .*no value' err)" = 2 ]
    [ "$(jq -r 'select(.event == "warning") | .code' out | sort -u)" = placeholder ]
    valid_events out
}
