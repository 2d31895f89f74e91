# Five cores x no password, the right one, a wrong one, an empty one x app and
# filesystem; and what else there is to say about passwords.

load arduino

arrives() { # PROFILE TYPE PASSWORD-OF-DEVICE|- CLIENT-OPTION...
    local profile=$1 type=$2 password=$3 file command=0 options=() sim=()
    shift 3
    file=$(app "$profile")
    [ "$type" = app ] || { file=$fs command=100 options=(-s); }
    [ "$password" = - ] || sim=(--password "$password")
    start_sim arduino --profile "$profile" "${sim[@]}"
    flash "$file" "${options[@]}" "$@"
    expect_status 0 updated
    expect_stored "$file"
    expect_last ".outcome == \"updated\" and .command == $command and .half_closes == 0"
}

# Where a device's answer may be late on a machine that stands still, the client
# says more than it would: hence "patiently".
refused() { patiently refused_once "$@"; }

refused_once() { # PROFILE TYPE STATUS PASSWORD-OF-DEVICE CLIENT-OPTION...
    local profile=$1 type=$2 expected=$3 password=$4 file options=()
    shift 4
    file=$(app "$profile")
    [ "$type" = app ] || { file=$fs options=(-s); }
    start_sim arduino --profile "$profile" --password "$password" || return 1
    flash "$file" "${options[@]}" "$@" && expect_status "$expected" password || return 1
    [ ! -e "$sim_store" ] || return 1
    # Nothing is left that would swallow the next invitation.
    flash "$file" "${options[@]}" -a "$password" &&
        expect_status 0 && rm "$sim_store" &&
        expect_last '.cancelled == 0 and .invitations >= 1'
}

rows() { # PROFILE
    for type in app fs; do
        arrives "$1" $type -
        arrives "$1" $type - -a s3cr3t # that nobody asks for
        [ "$1" != classic ] || continue
        arrives "$1" $type s3cr3t -a s3cr3t
        arrives "$1" $type "" --auth=
        refused "$1" $type 20 s3cr3t -a wrong
        refused "$1" $type 20 s3cr3t --auth=
        refused "$1" $type 4 s3cr3t
    done
}

@test "esp8266: no password, the right one, wrong, empty; app and filesystem" {
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
    start_sim arduino --profile pico --password 'päss wörd"$&'
    flash "$other" -a 'päss wörd"$&'
    expect_status 0
}

# sees FILTER SIM-OPTION... -- CLIENT-OPTION...
sees() {
    local filter=$1 sim=()
    shift
    while [ "$1" != -- ]; do sim+=("$1"); shift; done
    start_sim arduino --profile esp32 --password s3cr3t "${sim[@]}" || return 1
    flash "$app32" -a s3cr3t "${@:2}" && expect_status 0 && expect_last "$filter"
}

@test "an ESP32 that stores an MD5: found out by itself" {
    patiently sees '.denied == 1 and .answers == 2 and .invitations == 2' --stored md5 --
}

@test "an ESP32 that stores an MD5: -m spares it the refusal" {
    patiently sees '.denied == 0 and .answers == 1' --stored md5 -- -m
}

@test "hashes in upper case are tried last" {
    for profile in esp8266 esp32; do
        start_sim arduino --profile $profile --password s3cr3t --stored upper
        flash "$(app $profile)" -a s3cr3t
        expect_status 0
    done
    expect_last '.denied == 2'
}

@test "several passwords, one after the other" {
    start_sim arduino --profile esp8266 --password third
    printf 'first\n' >1
    printf 'third\n' >2
    chmod 600 [12]
    flash "$app8266" --auth-file 1 --auth-file 2
    expect_status 0
}

@test "--min-auth sha256 answers PBKDF2, and no MD5" {
    start_sim arduino --profile esp32 --password s3cr3t
    flash "$app32" -a s3cr3t --min-auth sha256
    expect_status 0
    start_sim arduino --profile esp32-md5 --password s3cr3t
    flash "$app32" -a s3cr3t --min-auth sha256
    expect_status 24 min-auth
}

@test "a device that thinks for seconds about an answer" {
    # The repeated answer waits in its socket, and does no harm.
    patiently sees '.denied == 0 and .invitations == 1' --pbkdf2-ms 4000 --
}

@test "no password is shown, however much is said" {
    start_sim arduino --profile esp8266 --password topsecret
    flash "$app8266" -a topsecret -vvv -d
    expect_status 0
    refuse_stderr topsecret
    grep -qF -e "(secret)" -e "28 73 65 63 72 65 74 29" err
}
