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
    grep -q 'warning: password 1 of 3 was refused' err
    grep -q 'warning: password 2 of 3 was refused' err
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

# asked SEEN TYPED...: at a terminal, whose screen is in out afterwards.
asked() {
    local -a script=()
    while [ "$1" != -- ]; do script+=("$1"); shift; done
    status=0
    "$BUILD/tests/peer/typist" "${script[@]}" -- \
        "$ESPOTA" -i 127.0.0.1 -p "$PORT" -f fw.bin --ask-auth "${@:2}" \
        >out 2>err </dev/null 3>&- || status=$?
}

@test "--ask-auth asks on the terminal, and does not echo" {
    asked 'Password: ' "$SECRET"$'\r' --
    expect 0
    grep -q 'Password: ' out
    grep -q '127.0.0.1: updated' out
    grep -qx 'terminal: echo' err
    # That nothing was echoed is what the teardown looks for.
}

@test "Ctrl-C at the prompt is 130, and the terminal echoes again" {
    asked 'Password: ' $'\003' -- --json=events
    expect 130
    grep -qx 'terminal: echo' err
    grep -q 'interrupted while the password was asked for' out
    [ "$(jq -r 'select(.event == "device_end") | .code + " \(.exit)"' events)" = 'interrupted 130' ]
    never_called dev
}

@test "Ctrl-C behind half a password; the other half never reaches a shell" {
    asked 'Password: ' $'Tr0ub4dor\003&3 xk\r' --
    expect 130
    grep -qx 'terminal: echo' err
    absent 'Tr0ub' out
    never_called dev
}

@test "Ctrl-C at the prompt of several devices: nobody is asked again" {
    asked 'Password: ' $'\003' -- -i localhost -i 127.0.0.2
    expect 130
    [ "$(grep -c 'Password: ' out)" = 1 ]
    never_called dev
}

@test "Enter at the prompt is an empty password, Ctrl-D is none" {
    asked 'Password: ' $'\r' --
    expect 20
    asked 'Password: ' $'\004' -- --dry-run
    expect 4
    grep -q 'no password was typed' out
}

@test "serve asks, too, and Ctrl-C is 130" {
    "$ESPOTA" --version | grep -q 'libmicrohttpd' || skip "built without libmicrohttpd"
    status=0
    "$BUILD/tests/peer/typist" 'Password: ' $'\003' -- \
        "$ESPOTA" serve --port 0 fw.bin --user me --ask-auth >out 2>err </dev/null 3>&- || status=$?
    expect 130
    grep -qx 'terminal: echo' err
}

@test "the argument vector holds no password" {
    [ -z "${TEST_EMULATED-}" ] || skip "the arguments of $TEST_EMULATED itself stay"
    [ -r /proc/self/cmdline ] || skip "there is no /proc"
    start_device slow --password "$SECRET" --fault silent@prepare
    start "$ESPOTA" -i 127.0.0.1 -p "$PORT" -f fw.bin -a "$SECRET" \
        --stall-timeout 60 --json=events 2>err
    wait_for events '"phase":"prepare"'
    tr '\0' '\n' <"/proc/$pid/cmdline" >cmdline
    grep -qx fw.bin cmdline # and the teardown looks for the rest
}

@test "no word of a password in a URL, wherever it stands" {
    url="http://me:$SECRET@127.0.0.1:9/update" blank="${SECRET// /_}"
    bad() { expect 2; absent -F "$SECRET" out err; absent -F "$blank" out err; }
    for url in "$url" "${url// /_}" "https://me:9/$blank@host" "me:$blank@host" "x=http://$blank@host"; do
        go -d -vvv -i "$url" -f fw.bin --json
        bad
        ESPOTA_HOST=$url go -d -f fw.bin
        bad
        go fleet -d "$url" -f fw.bin
        bad
        go wait "$url" --timeout 1
        bad
        echo "$url" >t.secret
        go fleet -d t.secret -f fw.bin --journal j
        bad
        printf 'host,file\n"%s",fw.bin\n' "$url" >t.secret
        go fleet t.secret
        bad
        jq -n -c --arg u "$url" '{host: $u}' >t.secret
        go fleet t.secret -f fw.bin
        bad
        printf '[device x]\nip = %s\n' "$url" >c.secret
        chmod 600 c.secret
        go -d -i x -f fw.bin --config c.secret
        bad
    done
}

@test "nor of one that came along with another option" {
    for glued in "--auth $SECRET" "--retry=1 --auth=$SECRET" "-f fw.bin -a $SECRET" "--file=fw.bin --auth=$SECRET" \
        "-p 9 --au=$SECRET" "--host_port={x} --auth=$SECRET" "--color=x --key=$SECRET" "x --auth=$SECRET" "auth=$SECRET"; do
        go -i 127.0.0.1 "$glued" --dry-run
        expect 2
        absent -F "$SECRET" out err
    done
    go "10.0.0.1 --auth=$SECRET"
    expect 2
    (umask 077 && printf '[defaults]\nport = 9 --auth=%s\n' "$SECRET" >c.secret)
    go -i 127.0.0.1 -f fw.bin --config c.secret
    expect 2
    cp fw.bin 'a --auth file' # a file may be called that
    start_device other --reboot-ms 0
    go -i "127.0.0.1:$PORT" -f 'a --auth file'
    expect 0
}

@test "nor of a URL where a file or another name should stand" {
    urls() {
        "$@"
        expect 2
        absent -F "$SECRET" out err
        absent -F "${SECRET%% *}" out err
    }
    urls go -i 127.0.0.1 -f "http://me:$SECRET@lamp/fw.bin"
    urls go inspect "https://me:$SECRET@lamp/fw.bin"
    urls go serve "ftp://me:$SECRET@lamp/fw.bin"
    urls go --resolve "http://me:$SECRET@lamp" -i x -f fw.bin
    urls go sign "http://$SECRET@x" --key k
    urls go discover "me:$SECRET@lamp"
    urls go fleet l -f fw.bin "--junit=http://me:$SECRET@ci/u.xml"
    urls go help "http://me:$SECRET@lamp"
    ESPOTA_FILE="http://me:$SECRET@lamp/fw.bin" urls go -i 127.0.0.1
    start_device other --reboot-ms 0
    go fleet "127.0.0.1:$PORT" -f fw.bin --before "true http://me:pw@lamp/" # a hook may want one
    expect 0
}

@test "a password file with a byte order mark" {
    (umask 077 && printf '\357\273\277%s\r\n' "$SECRET" >bom.secret)
    flash --auth-file bom.secret
    expect 0
}

# No file of the size of a core, and none that holds it.
@test "a crash leaves no core, at work or at the prompt" {
    ulimit -c unlimited 2>/dev/null || skip "no core may be had here"
    case $(cat /proc/sys/kernel/core_pattern 2>/dev/null) in core*) ;; *) skip "cores go elsewhere here" ;; esac
    start_device slow --password "$SECRET" --fault silent@prepare
    start "$ESPOTA" -i 127.0.0.1 -p "$PORT" -f fw.bin --auth-file pw.secret --json=events 2>err
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
    start_device other --reboot-ms 0
    ESPOTA_PASSWORD=x go fleet "127.0.0.1:$PORT" -f fw.bin --protocol esphome --journal j \
        --before 'ls -l /proc/self/fd' --after 'env'
    exec 7<&-
    expect 0
    grep -q ' 0 -> ' err
    absent -E ' ([4-9]|[1-9][0-9]+) -> ' err # 3 is what ls reads
    grep -q '^PATH=' err
    absent '^ESPOTA_PASSWORD' err
}
