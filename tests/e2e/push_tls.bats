#!/usr/bin/env bats
# push_tls.bats -- images into web pages by HTTPS; the simulated device stands
# behind a relay that has a certificate.
# shellcheck disable=SC2154

load helpers

# certificate NAME SUBJECT-ALT-NAME [OPTION...]: NAME.pem and NAME.key.
certificate() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
        -subj "/CN=$1" -addext "subjectAltName=$2" -keyout "$1.key" -out "$1.pem" "${@:3}" 2>openssl.err
}

# OpenSSL makes no certificate of the past but as an authority.
expired() {
    certificate authority DNS:authority
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=expired \
        -keyout expired.key -out expired.csr 2>openssl.err
    printf 'subjectAltName=%s\n' "$HERE" >expired.ext
    printf '%s\n' '[ca]' 'default_ca = it' '[it]' 'database = index' 'new_certs_dir = .' 'rand_serial = yes' \
        'default_md = sha256' 'policy = any' '[any]' 'commonName = supplied' >ca.conf
    : >index
    openssl ca -batch -config ca.conf -cert authority.pem -keyfile authority.key -extfile expired.ext \
        -startdate 200101000000Z -enddate 210101000000Z -in expired.csr -out expired.pem 2>openssl.err
}

setup_file() {
    export HERE=DNS:localhost,IP:127.0.0.1
    command -v openssl >/dev/null && command -v python3 >/dev/null || return 0
    cd "$BATS_FILE_TMPDIR" || return 1
    certificate right "$HERE"
    certificate other "$HERE"
    certificate elsewhere DNS:kitchen.example
    expired
}

setup() {
    story_begin
    need_built libcurl
    command -v python3 >/dev/null || skip "python3 is not installed"
    command -v openssl >/dev/null || skip "openssl is not installed"
    certs=$BATS_FILE_TMPDIR
    make_image esp8266 256K
}

# https CERTIFICATE SIM-OPTION...: sets port, of the relay.
https() {
    start_sim web "${@:2}"
    start python3 "$ROOT/tests/support/tls_relay.py" "$certs/$1.pem" "$certs/$1.key" "$sim_port" >port 2>relay.err
    eventually test -s port || no "no relay"
    port=$(cat port)
}

# push STATUS [OPTION...]
push() {
    espota --no-config -i "https://localhost:$port" -4 -f "$image" --retry 0 "${@:2}"
    expect_status "$1"
}

# Nobody who is not trusted gets a byte.
expect_untouched() { [ "$(n_sessions)" = 0 ] || no "the device was asked"; }

@test "a certificate that is known: the image arrives whole, whatever the page" {
    local profile
    for profile in esp8266 esphome sketch; do
        https right --profile $profile
        push 0 --profile $profile --tls-ca "$certs/right.pem"
        expect_stored "$image"
    done
}

@test "by address, and with a password in either scheme" {
    https right --profile esp8266 --password 'pass:word'
    espota --no-config -i "https://127.0.0.1:$port" -f "$image" --tls-ca "$certs/right.pem" -a 'pass:word'
    expect_status 0
    expect_stored "$image"
    https right --profile esphome --password 'pass:word'
    push 20 --tls-ca "$certs/right.pem" -a 'wrong:word'
    push 0 --tls-ca "$certs/right.pem" -a 'pass:word' -v
    expect_stderr 'login: digest'
    expect_stored "$image"
}

@test "an unknown certificate: refused before anything is said, and what to do" {
    https right --profile esp8266
    push 24 --profile esp8266 -a 'pass:word'
    expect_stderr "the device's certificate is not trusted: self"
    expect_stderr 'hint: give its certificate with --tls-ca'
    expect_untouched
}

@test "another's certificate, another's name, one of the past" {
    https right --profile esp8266
    push 24 --profile esp8266 --tls-ca "$certs/other.pem"
    expect_stderr 'is not trusted: self'
    refuse_stderr 'give its certificate'
    expect_untouched
    https elsewhere --profile esp8266
    push 24 --profile esp8266 --tls-ca "$certs/elsewhere.pem"
    expect_stderr "subject name"
    expect_untouched
    https expired --profile esp8266
    push 24 --profile esp8266 --tls-ca "$certs/authority.pem"
    expect_stderr 'expired'
    refuse_stderr 'give its certificate'
    expect_untouched
}

# system STATUS [OPTION...]: where the system's own authorities are one.
system() {
    local status=0
    unshare -m sh -c 'mount --bind "$1" /etc/ssl/certs && shift && exec "$@"' sh "$T/store" "$ESPOTA" --no-config \
        -i "https://localhost:$port" -4 -f "$image" --retry 0 --profile esp8266 "${@:2}" >out 2>err </dev/null || status=$?
    expect_status "$1"
}

@test "a named authority stands in place of the system's" {
    [ -d /etc/ssl/certs ] && unshare -m true 2>/dev/null || skip "no mount namespace, or no /etc/ssl/certs"
    mkdir store
    cp "$certs/right.pem" store/ca-certificates.crt
    cp "$certs/right.pem" store/
    openssl rehash store 2>/dev/null || skip "openssl cannot rehash"
    https right --profile esp8266
    system 24 --tls-ca "$certs/other.pem"
    expect_stderr 'is not trusted'
    expect_untouched
    system 0
    expect_stored "$image"
}

@test "a file that holds no certificates" {
    https right --profile esp8266
    push 2 --profile esp8266 --tls-ca "$T/none.pem"
    expect_stderr 'the file of certificates cannot be used'
    push 2 --profile esp8266 --tls-ca "$image"
    expect_untouched
}

@test "TLS to who speaks none" {
    start_sim web --profile esp8266 --fault not-http
    port=$sim_port
    push 11 --profile esp8266 --tls-ca "$certs/right.pem"
    expect_stderr 'the TLS handshake failed'
}

@test "no verdict behind the last byte" {
    https right --profile esphome --fault reset
    push 30 --retry 3 --retry-delay 0 --tls-ca "$certs/right.pem"
    expect_stderr 'check which firmware the device runs'
    expect_sim .method POST 2
    [ "$(grep -c '"method":"POST"' "$sim_out")" = 1 ]
}
