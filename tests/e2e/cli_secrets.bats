#!/usr/bin/env bats
# Where secrets may come from, and where they never go.  The teardown of every
# story searches all output for the secret.
# shellcheck disable=SC2154

load cli

setup() {
    cli_setup
    start_device dev --password "$SECRET" --reboot-ms 0
}

flash() {
    go -i 127.0.0.1 -p "$PORT" -f fw.bin --retry 4 --retry-delay 0.5 "$@"
}

@test "every source works, and -d -vvv shows none" {
    flash -d -vvv --json -a "$SECRET"
    expect 0
    grep -qF 'auth = (not shown) (command line)' err
    flash -d -vvv --json --auth-file pw.secret
    expect 0
    flash -d -vvv --json --auth-stdin <pw.secret
    expect 0
    ESPOTA_PASSWORD=$SECRET flash -d -vvv --json
    expect 0
    grep -qF 'auth = (not shown) (ESPOTA_PASSWORD)' err
    ESPOTA_PASSWORD_FILE=pw.secret flash
    expect 0
    (umask 077 && printf '[defaults]\nauth = %s\n' "$SECRET" >conf.secret)
    flash -d -vvv --json --config conf.secret
    expect 0
    grep -qF 'auth = (not shown) (conf.secret:2)' err
}

@test "a stronger source hides the weaker ones" {
    export ESPOTA_PASSWORD=$SECRET
    flash -a wrong
    expect 20
    flash --auth=
    expect 20
    flash
    expect 0
}

@test "several files are tried in turn, one refusal after the other" {
    (umask 077 && echo first >1.secret && echo second >2.secret)
    flash --auth-file 1.secret --auth-file 2.secret --auth-file pw.secret
    expect 0
    flash --auth-file 1.secret --auth-file 2.secret
    expect 20
}

@test "none given is 4, and so is one that cannot be read" {
    flash
    expect 4
    grep -q '^hint: ' err
    start_device other --password "$SECRET"
    flash --auth-file missing.secret --json
    expect 4
    valid_events out
    flash --auth-stdin </dev/null
    expect 4
    never_called other # nobody had to be asked for that
}

@test "a file every user can read is warned about" {
    flash --auth-file pw.secret
    absent 'every user can read' err
    chmod 644 pw.secret
    flash --auth-file pw.secret
    expect 0
    grep -q 'warning: pw.secret holds a secret and every user can read it' err
}

@test "--ask-auth without a terminal is 4, at once" {
    status=0
    setsid -w "$ESPOTA" -i 127.0.0.1 -p "$PORT" -f fw.bin --ask-auth >out 2>err || status=$?
    expect 4
    grep -q 'no terminal' err
}

@test "--ask-auth asks on the terminal, and does not echo" {
    command -v script >/dev/null || skip "script is not installed"
    (sleep 1; cat pw.secret; sleep 1) |
        script -qec "'$ESPOTA' -i 127.0.0.1 -p $PORT -f fw.bin --ask-auth" /dev/null >out
    grep -q 'Password: ' out
    grep -q '127.0.0.1: updated' out
}

@test "Ctrl-C at the prompt is 130, and the terminal echoes again" {
    command -v script >/dev/null || skip "script is not installed"
    (sleep 1; printf '\003'; sleep 1) |
        script -qc "'$ESPOTA' -i 127.0.0.1 -p $PORT -f fw.bin --ask-auth; echo status \$?; stty -a" /dev/null >out
    grep -q 'status 130' out
    grep -q '[^-]echo ' out
    never_called dev
}

@test "the argument vector holds no password" {
    [ -r /proc/self/cmdline ] || skip "there is no /proc"
    start_device slow --password "$SECRET" --prepare-ms 1500
    "$ESPOTA" -i 127.0.0.1 -p "$PORT" -f fw.bin -a "$SECRET" >out 2>err &
    pid=$!
    sleep 0.7
    tr '\0' '\n' <"/proc/$pid/cmdline" >cmdline
    wait $pid
    grep -q '^fw.bin$' cmdline # and the teardown looks for the rest
}
