# Five cores x no password, the right one, a wrong one, an empty one x app and
# file system; and what else there is to say about passwords.

bats_require_minimum_version 1.5.0

setup() {
    load arduino.bash
    images
}

teardown() {
    done_with_device
}

arrives() { # PROFILE TYPE PASSWORD-OF-DEVICE|- CLIENT-OPTION...
    local profile=$1 type=$2 password=$3 file command=0 options=()
    shift 3
    file=$(app "$profile")
    [ "$type" = app ] || { file=$fs command=100 options=(-s); }
    if [ "$password" = - ]; then device --profile "$profile"
    else device --profile "$profile" --password "$password"; fi
    run flash "$file" "${options[@]}" "$@"
    ended 0 updated
    cmp "$file" "$BATS_TEST_TMPDIR/stored"
    rm "$BATS_TEST_TMPDIR/stored"
    saw ".outcome == \"updated\" and .command == $command and .half_closes == 0"
}

# Where a device's answer may be late on a machine that stands still, the client
# says more than it would: hence "patiently".
refused() { patiently refused_once "$@"; }

refused_once() { # PROFILE TYPE STATUS PASSWORD-OF-DEVICE CLIENT-OPTION...
    local profile=$1 type=$2 expected=$3 password=$4 file options=()
    shift 4
    file=$(app "$profile")
    [ "$type" = app ] || { file=$fs options=(-s); }
    stop_device
    device --profile "$profile" --password "$password" || return 1
    run flash "$file" "${options[@]}" "$@"
    ended "$expected" password || return 1
    [ ! -e "$BATS_TEST_TMPDIR/stored" ] || return 1
    # Nothing is left that would swallow the next invitation.
    run flash "$file" "${options[@]}" -a "$password"
    ended 0 && rm "$BATS_TEST_TMPDIR/stored" &&
        saw '.cancelled == 0 and .invitations >= 1'
}

rows() { # PROFILE
    for type in app fs; do
        arrives "$1" $type -
        stop_device
        arrives "$1" $type - -a s3cr3t # that nobody asks for
        stop_device
        [ "$1" != classic ] || continue
        arrives "$1" $type s3cr3t -a s3cr3t
        stop_device
        arrives "$1" $type "" --auth=
        stop_device
        refused "$1" $type 20 s3cr3t -a wrong
        stop_device
        refused "$1" $type 20 s3cr3t --auth=
        stop_device
        refused "$1" $type 4 s3cr3t
        stop_device
    done
}

@test "esp8266: no password, the right one, wrong, empty; app and file system" {
    rows esp8266
}

@test "esp32 up to 3.3.0: the same" {
    rows esp32-md5
}

@test "esp32 from 3.3.1 on: the same" {
    rows esp32
}

@test "pico: the same" {
    rows pico
}

@test "classic: it knows no passwords" {
    rows classic
}

@test "UTF-8 and characters that shells like" {
    device --profile pico --password 'päss wörd"$&'
    run flash "$other" -a 'päss wörd"$&'
    ended 0
}

# sees FILTER SIM-OPTION... -- CLIENT-OPTION...
sees() {
    local filter=$1 sim=()
    shift
    while [ "$1" != -- ]; do sim+=("$1"); shift; done
    stop_device
    device --profile esp32 --password s3cr3t "${sim[@]}" || return 1
    run flash "$app32" -a s3cr3t "${@:2}"
    ended 0 && saw "$filter"
}

@test "an ESP32 that stores an MD5: found out by itself" {
    patiently sees '.denied == 1 and .answers == 2 and .invitations == 2' --stored md5 --
}

@test "an ESP32 that stores an MD5: -m spares it the refusal" {
    patiently sees '.denied == 0 and .answers == 1' --stored md5 -- -m
}

@test "hashes in upper case are tried last" {
    for profile in esp8266 esp32; do
        device --profile $profile --password s3cr3t --stored upper
        run flash "$(app $profile)" -a s3cr3t
        ended 0
        stop_device
    done
    saw '.denied == 2'
}

@test "several passwords, one after the other" {
    device --profile esp8266 --password third
    printf 'first\n' >"$BATS_TEST_TMPDIR/1"
    printf 'third\n' >"$BATS_TEST_TMPDIR/2"
    chmod 600 "$BATS_TEST_TMPDIR"/[12]
    run flash "$app8266" --auth-file "$BATS_TEST_TMPDIR/1" --auth-file "$BATS_TEST_TMPDIR/2"
    ended 0
}

@test "--min-auth sha256 answers PBKDF2, and no MD5" {
    device --profile esp32 --password s3cr3t
    run flash "$app32" -a s3cr3t --min-auth sha256
    ended 0
    stop_device
    device --profile esp32-md5 --password s3cr3t
    run flash "$app32" -a s3cr3t --min-auth sha256
    ended 24 min-auth
}

@test "a device that thinks for seconds about an answer" {
    # The repeated answer waits in its socket, and does no harm.
    patiently sees '.denied == 0 and .invitations == 1' --pbkdf2-ms 4000 --
}

@test "no password is shown, however much is said" {
    device --profile esp8266 --password topsecret
    run flash "$app8266" -a topsecret -vvv -d
    ended 0
    [[ $output != *topsecret* ]]
    [[ $output == *"(secret)"* || $output == *"28 73 65 63 72 65 74 29"* ]]
}
