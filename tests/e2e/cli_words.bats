#!/usr/bin/env bats
# What people type: devices and images as words, without -i and -f.
# shellcheck disable=SC2154

load cli
load lab

setup_file() { lab_begin; }
setup() { cli_begin; }

usage_error() { # PART-OF-THE-LINE ARGUMENT...
    local part=$1
    shift
    espota "$@"
    expect_status 2
    [ ! -s out ]
    grep -qF -e "$part" err || no "not told: $part"
}

@test "HOST FILE, by every name of the command" {
    local words
    start_sim esphome --reboot-ms 0
    for words in "" upload flash; do
        # shellcheck disable=SC2086
        espota $words "lamp=127.0.0.1:$sim_port" fw.bin --json
        expect_status 0
        [ "$(jq -r 'select(.event == "device_end") | .dev' out)" = lamp ]
    done
    espota fw.bin -i "127.0.0.1:$sim_port"
    expect_status 0
    espota "127.0.0.1:$sim_port" -f fw.bin
    expect_status 0
    [ "$(n_stored)" = 5 ]
}

@test "several devices and one image" {
    start_sims 3 esphome --reboot-ms 0
    sed 's/^\([^ ]*\) port=\(.*\)/\1:\2/' targets >words
    # shellcheck disable=SC2046
    espota $(cat words) fw.bin --json
    expect_status 0
    [ "$(jq -s 'map(select(.event == "device_end" and .outcome == "updated")) | length' out)" = 3 ]
}

@test "a device of the configuration, and its image" {
    start_sim esphome --reboot-ms 0
    printf '[device kitchen]\nhost = 127.0.0.1:%s\nfile = fw.bin\n' "$sim_port" >.espota.conf
    chmod 600 .espota.conf
    espota kitchen
    expect_status 0
    espota @kitchen fw.bin
    expect_status 0
    [ "$(n_stored)" = 2 ]
}

@test "a word too many is not looked up, and half of a password is not printed" {
    usage_error 'does not expect "secret"' -i 127.0.0.1 -a my secret -f fw.bin
    usage_error 'does not expect "secret"' -i 127.0.0.1 -a my secret fw.bin
    usage_error 'does not expect "auth"' "auth=$SECRET" fw.bin
    usage_error 'does not expect "auth"' -i 127.0.0.1 "auth=$SECRET"
    usage_error 'the command comes first' fw.bin version
    usage_error '"COM7" is a serial port' COM7 fw.bin
    usage_error 'do not belong in a URL' "http://u:$SECRET@127.0.0.1/" fw.bin
    usage_error 'has two ports' 127.0.0.1:9 fw.bin -p 10
}

@test "the image comes last" {
    usage_error 'the image comes last: espota-c 127.0.0.1 fw.bin' fw.bin 127.0.0.1
    espota 127.0.0.1 missing.bin
    expect_status 3
    grep -q 'missing.bin: No such file' err
}

@test "a slip of the pen is a command, another word is a device" {
    usage_error 'did you mean "upload"' uplaod -i 127.0.0.1 -f fw.bin
    usage_error 'did you mean "flash"' flsh 127.0.0.1 fw.bin
    grep -qx 'hint: a device of that name is given with -i' err
    for word in hall office light; do # as near as they are to help, fleet and flash
        usage_error 'no image' $word
        refuse 'did you mean' err
    done
    grep -q '^hint: .*a single word is taken as a device' err
}

@test "an image alone: what is missing, and who is there" {
    lab --no-mdns '
        sim esphome --port 3232 --mdns kitchen
        sim arduino --port 8266 --mdns porch
        there kitchen porch
        espota ./fw.bin; echo "status $?"
        espota -q ./fw.bin; echo "quiet $?"'
    grep -q 'no device: espota-c HOST FILE flashes one' <<<"$output"
    grep -qx '  espota-c kitchen.local ./fw.bin    # esphome, esp32dev' <<<"$output"
    grep -q '^  espota-c porch.local ./fw.bin    # arduino' <<<"$output"
    grep -qx 'status 2' <<<"$output"
    grep -qx 'quiet 2' <<<"$output"
    [ "$(grep -c 'announce themselves' <<<"$output")" = 1 ]
    lab --no-mdns 'espota ./fw.bin'
    [ "$status" = 2 ]
    grep -qx 'No device announced itself on this network.' <<<"$output"
}

@test "every -h fits 24 lines of 80 columns and shows examples that parse" {
    local command example
    for command in upload fleet discover inspect serve wait sign help version completion; do
        espota "$command" -h
        expect_status 0
        [ "$(wc -l <out)" -le 24 ] ||
            no "$command -h has $(wc -l <out) lines"
        refuse '.\{80\}' out
        cp out help
        sed -n '/^Examples:/,/^$/s/^  espota-c //p' help >examples
        [ -s examples ] || [ "$command" = completion ] || no "no example for $command"
        while read -r example; do
            # shellcheck disable=SC2086
            "$ESPOTA" ${example%%>*} -h >/dev/null 2>err || no "$example: $(cat err)"
        done <examples
    done
    espota -h
    [ "$(grep -c '^  espota-c ' out)" = 3 ]
    [ "$(wc -l <out)" -lt 24 ]
}

@test "help: commands and topics, a sentence and examples first" {
    local topic
    espota help
    expect_status 0
    cp out list
    for topic in exit-codes environment config targets; do
        grep -q "^  $topic " list || no "not listed: $topic"
        espota help "$topic"
        expect_status 0
        [ -s out ]
        refuse '.\{80\}' out
    done
    espota help fleet
    [ "$(sed -n 3p out)" = 'Sends an image to many devices. A list has one device per line.' ]
    [ "$(sed -n 5p out)" = 'Examples:' ]
    espota help confg
    expect_status 2
    grep -qF 'did you mean "config"' err
}

@test "help exit-codes and help environment are what the program does" {
    espota help exit-codes
    cp out statuses
    espota -i 127.0.0.1 -f missing.bin
    grep -q "^ *$status  *image " statuses
    espota -i 127.0.0.1:9 -f fw.bin --protocol esphome --retry 0
    grep -q "^ *$status  *connect .*(r)$" statuses
    espota help environment
    sed -n 's/^  \(ESPOTA_[A-Z_]*\) .*/\1/p' out | sort >told
    sed -n 's/.*\.env = "\(ESPOTA_[A-Z_]*\)".*/\1/p' "$ROOT/src/conf/opts.c" | sort -u >read
    echo ESPOTA_EXIT >>read
    sort -o read read
    diff told read
}

@test "the example of help config is a configuration" {
    espota help config
    sed -n 's/^  \(\[.*\|.* = .*\)$/\1/p' out >example.conf
    grep -q '^\[device kitchen\]$' example.conf
    HOME=$T espota --config example.conf kitchen fw.bin --dry-run
    expect_status 4 # its password file is not there
    touch .espota-password
    chmod 600 .espota-password
    HOME=$T espota --config example.conf kitchen fw.bin --dry-run --resolve kitchen=127.0.0.1
    ! grep -q 'example.conf' err || no "$(cat err)"
}
