#!/usr/bin/env bats
# Where secrets may come from, and where they never go.  The teardown of every
# story searches all output for the secret.
# shellcheck disable=SC2154

load cli

setup() {
    cli_begin
    start_sim esphome --password "$SECRET" --reboot-ms 0
    flash_with=(--protocol auto --retry 4 --retry-delay 0.5)
}

@test "every source works, and -d -vvv shows none" {
    flash -d -vvv --json -a "$SECRET"
    expect_status 0
    expect_stderr 'auth = (not shown) (command line)'
    flash -d -vvv --json --auth-file pw.secret
    expect_status 0
    flash -d -vvv --json --auth-stdin <pw.secret
    expect_status 0
    ESPOTA_PASSWORD=$SECRET flash -d -vvv --json
    expect_status 0
    expect_stderr 'auth = (not shown) (ESPOTA_PASSWORD)'
    ESPOTA_PASSWORD_FILE=pw.secret flash
    expect_status 0
    (umask 077 && printf '[defaults]\nauth = %s\n' "$SECRET" >conf.secret)
    flash -d -vvv --json --config conf.secret
    expect_status 0
    grep -qF 'auth = (not shown) (conf.secret:2)' err
}

@test "a stronger source hides the weaker ones" {
    export ESPOTA_PASSWORD=$SECRET
    flash -a wrong
    expect_status 20
    flash --auth=
    expect_status 20
    flash
    expect_status 0
}

@test "several files are tried in turn, one refusal after the other" {
    (umask 077 && echo first >1.secret && echo second >2.secret)
    flash --auth-file 1.secret --auth-file 2.secret --auth-file pw.secret
    expect_status 0
    expect_stderr 'warning: password 1 of 3 was refused'
    expect_stderr 'warning: password 2 of 3 was refused'
    flash --auth-file 1.secret --auth-file 2.secret
    expect_status 20
}

@test "none given is 4, and so is one that cannot be read" {
    flash
    expect_status 4
    grep -q '^hint: ' err
    start_sim esphome --password "$SECRET"
    flash --auth-file missing.secret --json
    expect_status 4
    valid_events out
    flash --auth-stdin </dev/null
    expect_status 4
    expect_sessions 0 # nobody had to be asked for that
}

@test "a file every user can read is warned about" {
    flash --auth-file pw.secret
    refuse 'every user can read' err
    chmod 644 pw.secret
    flash --auth-file pw.secret
    expect_status 0
    grep -q 'warning: pw.secret holds a secret and every user can read it' err
}

@test "--ask-auth without a terminal is 4, at once" {
    status=0
    setsid -w "$ESPOTA" -i 127.0.0.1 -p "$sim_port" -f fw.bin --ask-auth >out 2>err || status=$?
    expect_status 4
    expect_stderr 'no terminal'
}

# asked SEEN TYPED...: at a terminal, whose screen is in out afterwards.
asked() {
    local -a script=()
    while [ "$1" != -- ]; do script+=("$1"); shift; done
    status=0
    "$BUILD/tests/peer/typist" "${script[@]}" -- \
        "$ESPOTA" -i 127.0.0.1 -p "$sim_port" -f fw.bin --ask-auth "${@:2}" \
        >out 2>err </dev/null 3>&- || status=$?
}

@test "--ask-auth asks on the terminal, and does not echo" {
    asked 'Password: ' "$SECRET"$'\r' --
    expect_status 0
    grep -q 'Password: ' out
    grep -q '127.0.0.1: updated' out
    grep -qx 'terminal: echo' err
    # That nothing was echoed is what the teardown looks for.
}

@test "Ctrl-C at the prompt is 130, and the terminal echoes again" {
    asked 'Password: ' $'\003' -- --json=events
    expect_status 130
    grep -qx 'terminal: echo' err
    grep -q 'interrupted at the password prompt' out
    [ "$(jq -r 'select(.event == "device_end") | .code + " \(.exit)"' events)" = 'interrupted 130' ]
    expect_sessions 0
}

@test "Ctrl-C behind half a password; the other half never reaches a shell" {
    asked 'Password: ' $'Tr0ub4dor\003&3 xk\r' --
    expect_status 130
    grep -qx 'terminal: echo' err
    refuse 'Tr0ub' out
    expect_sessions 0
}

@test "Ctrl-C at the prompt of several devices: nobody is asked again" {
    asked 'Password: ' $'\003' -- -i localhost -i 127.0.0.2
    expect_status 130
    [ "$(grep -c 'Password: ' out)" = 1 ]
    expect_sessions 0
}

@test "Enter at the prompt is an empty password, Ctrl-D is none" {
    asked 'Password: ' $'\r' --
    expect_status 20
    asked 'Password: ' $'\004' -- --dry-run
    expect_status 4
    grep -q 'no password was entered' out
}

@test "serve asks, too, and Ctrl-C is 130" {
    need_built libmicrohttpd
    status=0
    "$BUILD/tests/peer/typist" 'Password: ' $'\003' -- \
        "$ESPOTA" serve --port 0 fw.bin --user me --ask-auth >out 2>err </dev/null 3>&- || status=$?
    expect_status 130
    grep -qx 'terminal: echo' err
}

@test "the argument vector holds no password" {
    [ -z "${TEST_EMULATED-}" ] || skip "the arguments of $TEST_EMULATED itself stay"
    [ -r /proc/self/cmdline ] || skip "there is no /proc"
    start_sim esphome --password "$SECRET" --fault silent@prepare
    start "$ESPOTA" -i 127.0.0.1 -p "$sim_port" -f fw.bin -a "$SECRET" \
        --stall-timeout 60 --json=events 2>err
    wait_for events '"phase":"prepare"'
    tr '\0' '\n' <"/proc/$pid/cmdline" >cmdline
    grep -qx fw.bin cmdline # and the teardown looks for the rest
}

@test "no word of a password in a URL, wherever it stands" {
    url="http://me:$SECRET@127.0.0.1:9/update" blank="${SECRET// /_}"
    bad() { expect_status 2; refuse -F "$SECRET" out err; refuse -F "$blank" out err; }
    for url in "$url" "${url// /_}" "https://me:9/$blank@host" "me:$blank@host" "x=http://$blank@host"; do
        espota -d -vvv -i "$url" -f fw.bin --json
        bad
        ESPOTA_HOST=$url espota -d -f fw.bin
        bad
        espota fleet -d "$url" -f fw.bin
        bad
        espota wait "$url" --timeout 1
        bad
        echo "$url" >t.secret
        espota fleet -d t.secret -f fw.bin --journal j
        bad
        printf 'host,file\n"%s",fw.bin\n' "$url" >t.secret
        espota fleet t.secret
        bad
        jq -n -c --arg u "$url" '{host: $u}' >t.secret
        espota fleet t.secret -f fw.bin
        bad
        printf '[device x]\nip = %s\n' "$url" >c.secret
        chmod 600 c.secret
        espota -d -i x -f fw.bin --config c.secret
        bad
    done
}

@test "nor of one that came along with another option" {
    for glued in "--auth $SECRET" "--retry=1 --auth=$SECRET" "-f fw.bin -a $SECRET" "--file=fw.bin --auth=$SECRET" \
        "-p 9 --au=$SECRET" "--host_port={x} --auth=$SECRET" "--color=x --key=$SECRET" "x --auth=$SECRET" "auth=$SECRET"; do
        espota -i 127.0.0.1 "$glued" --dry-run
        expect_status 2
        refuse -F "$SECRET" out err
    done
    espota "10.0.0.1 --auth=$SECRET"
    expect_status 2
    (umask 077 && printf '[defaults]\nport = 9 --auth=%s\n' "$SECRET" >c.secret)
    espota -i 127.0.0.1 -f fw.bin --config c.secret
    expect_status 2
    cp fw.bin 'a --auth file' # a file may be called that
    start_sim esphome --reboot-ms 0
    espota -i "127.0.0.1:$sim_port" -f 'a --auth file'
    expect_status 0
}

@test "nor of a URL where a file or another name should stand" {
    urls() {
        "$@"
        expect_status 2
        refuse -F "$SECRET" out err
        refuse -F "${SECRET%% *}" out err
    }
    urls espota -i 127.0.0.1 -f "http://me:$SECRET@lamp/fw.bin"
    urls espota inspect "https://me:$SECRET@lamp/fw.bin"
    urls espota serve "ftp://me:$SECRET@lamp/fw.bin"
    urls espota --resolve "http://me:$SECRET@lamp" -i x -f fw.bin
    urls espota sign "http://$SECRET@x" --key k
    urls espota discover "me:$SECRET@lamp"
    urls espota fleet l -f fw.bin "--junit=http://me:$SECRET@ci/u.xml"
    urls espota help "http://me:$SECRET@lamp"
    ESPOTA_FILE="http://me:$SECRET@lamp/fw.bin" urls espota -i 127.0.0.1
    start_sim esphome --reboot-ms 0
    espota fleet "127.0.0.1:$sim_port" -f fw.bin --before "true http://me:pw@lamp/" # a hook may want one
    expect_status 0
}

@test "a password file with a byte order mark" {
    (umask 077 && printf '\357\273\277%s\r\n' "$SECRET" >bom.secret)
    flash --auth-file bom.secret
    expect_status 0
}

# No file of the size of a core, and none that holds it.
@test "a crash leaves no core, at work or at the prompt" {
    ulimit -c unlimited 2>/dev/null || skip "no core may be had here"
    case $(cat /proc/sys/kernel/core_pattern 2>/dev/null) in core*) ;; *) skip "cores espota elsewhere here" ;; esac
    start_sim esphome --password "$SECRET" --fault silent@prepare
    start "$ESPOTA" -i 127.0.0.1 -p "$sim_port" -f fw.bin --auth-file pw.secret --json=events 2>err
    wait_for events '"phase":"prepare"'
    kill -SEGV "$pid"
    wait "$pid" || :
    start "$ESPOTA" discover --watch >out 2>err
    sleep 0.3
    kill -SEGV "$pid"
    wait "$pid" || :
    [ -z "$(compgen -G 'core*')" ]
}

@test "a hook has neither our secrets nor our files" {
    [ -d /proc/self/fd ] || skip "there is no /proc"
    exec 7</dev/null # the caller's own are none of its business, either
    start_sim esphome --reboot-ms 0
    ESPOTA_PASSWORD=x espota fleet "127.0.0.1:$sim_port" -f fw.bin --protocol esphome --journal j \
        --before 'ls -l /proc/self/fd' --after 'env'
    exec 7<&-
    expect_status 0
    expect_stderr ' 0 -> '
    refuse -E ' ([4-9]|[1-9][0-9]+) -> ' err # 3 is what ls reads
    grep -q '^PATH=' err
    refuse '^ESPOTA_PASSWORD' err
}
