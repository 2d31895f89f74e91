#!/usr/bin/env bash
# libraries.sh -- the libraries of tools/libraries, built static for TARGET.
#
#   libraries.sh TARGET         fetch and build what is not there yet; the last
#                               line says where it is
#   libraries.sh where TARGET   where it is, or will be
#
# TARGET: windows, static-amd64, static-arm64, static-armhf, macos-arm64,
# macos-x86_64.  What is built stays in ${ESPOTA_LIBRARIES:-~/.cache/espota-c}:
# TARGET-DIGEST, of this script and its table, has bin/cc and
# bin/ar, include, lib and lib/pkgconfig (for PKG_CONFIG_LIBDIR); "sources" has
# what was fetched.  A file put there by hand is as good, if its digest is right.
#
# Exit status 77: a source could not be had; the last line says which one.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
CACHE=${ESPOTA_LIBRARIES:-${XDG_CACHE_HOME:-$HOME/.cache}/espota-c}
SOURCES=$CACHE/sources
jobs=$(nproc 2>/dev/null || echo 2)

die() { # STATUS TEXT
    echo "libraries: $2" >&2
    exit "$1"
}

row() { # NAME: from package version need sha256
    awk -v name="$1" '$1 == name { print $2, $3, $4, $5, $6 }' "$here/libraries"
}

sha256() { sha256sum "$1" | cut -d' ' -f1; }

# ---- fetching ------------------------------------------------------------------

# The entries of this system's Debian, for sources and with lists of our own: it
# needs no root, and the system's lists stay as they are.
apt_begin() {
    local apt=$work/apt file
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/parts"
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
        [ -e "$file" ] && grep -q debian "$file" || continue
        sed 's/^deb /deb-src /; s/^Types:.*/Types: deb-src/' "$file" >"$apt/parts/${file##*/}"
    done
    APT=(-qq -o "Dir::State=$apt" -o "Dir::State::lists=$apt/lists" -o "Dir::Cache=$apt/cache"
        -o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$apt/parts" -o APT::Sandbox::User=root
        -o Acquire::Languages=none -o Acquire::Retries=2 -o Acquire::http::Timeout=20)
    # A source that fails may be one that we do not need.
    timeout -k 10 300 apt-get "${APT[@]}" update >&2 || :
}

fetch_debian() { # PACKAGE VERSION
    command -v apt-get >/dev/null || { echo "it is fetched with Debian's apt-get, which is not here" >&2; return 1; }
    [ -n "${APT-}" ] || apt_begin
    (cd "$SOURCES" && timeout -k 10 300 apt-get "${APT[@]}" source --download-only "$1=$2") >&2
}

fetch_npm() { # PACKAGE VERSION
    command -v npm >/dev/null || { echo "it is fetched with npm, which is not here" >&2; return 1; }
    timeout -k 10 600 npm pack --silent --pack-destination "$SOURCES" "$1@$2" >&2
}

# Is it there, and what the table says?  Sets file.
there() { # FROM PACKAGE VERSION SHA256
    local sum name
    case $1 in
    debian) file=$SOURCES/$2_${3#*:}.dsc ;;
    npm) file=$(tr -d @ <<<"$2-$3" | tr / -) && file=$SOURCES/$file.tgz ;;
    esac
    [ -e "$file" ] || return 1
    [ "$(sha256 "$file")" = "$4" ] || { echo "$file has another digest than tools/libraries says" >&2; return 1; }
    [ "$1" = debian ] || return 0
    while read -r sum name; do
        [ -e "$SOURCES/$name" ] || { echo "$SOURCES/$name is missing" >&2; return 1; }
        [ "$(sha256 "$SOURCES/$name")" = "$sum" ] ||
            { echo "$SOURCES/$name has another digest than its .dsc says" >&2; return 1; }
    done < <(awk '/^[A-Z]/ { on = /^Checksums-Sha256:/; next } on && $3 !~ /\.asc$/ { print $1, $3 }' "$file")
}

# NAME: unpacked in $work/NAME; false: it cannot be had.
source_of() {
    local from package version need sum
    read -r from package version need sum < <(row "$1")
    mkdir -p "$SOURCES"
    if ! there "$from" "$package" "$version" "$sum" 2>/dev/null; then
        "fetch_$from" "$package" "$version" || :
        there "$from" "$package" "$version" "$sum" || {
            [ "$need" = all ] || { echo "libraries: $package $version cannot be fetched: built without $need" >&2; return 1; }
            die 77 "$package $version (${file##*/}) cannot be fetched: put it into $SOURCES by hand, or write a version that can be had and its digest into tools/libraries"
        }
    fi
    case $from in
    debian) command -v dpkg-source >/dev/null || die 77 "dpkg-source is missing: install the package dpkg-dev"
        dpkg-source --extract "$file" "$work/$1" >/dev/null 2>"$work/$1.log" || die 1 "$(tail -n 1 "$work/$1.log")" ;;
    npm) mkdir -p "$work/$1" && tar -xzf "$file" -C "$work/$1" --strip-components=1 ;;
    esac
    # Patches leave dates by which make would ask for autoconf.
    find "$work/$1" -type f -exec touch -d @1000000000 {} +
}

# ---- for whom --------------------------------------------------------------------

tool() { # NAME COMMAND: what the build of the programs calls, too
    # shellcheck disable=SC2016
    printf '#!/bin/sh\nexec %s "$@"\n' "$2" >"$new/bin/$1"
    chmod +x "$new/bin/$1"
}

# Compiles for everything, with a C library of each; kept beside the libraries.
with_zig() { # TARGET
    local zig
    zig=$CACHE/zig-$(row zig | cut -d' ' -f3)
    if [ ! -e "$zig" ]; then
        [ "$(uname -sm)" = 'Linux x86_64' ] || die 77 "the compiler for $TARGET is one for Linux on x86-64"
        source_of zig
        mv -T "$work/zig" "$zig" 2>/dev/null || [ -e "$zig" ]
    fi
    zig=$(find "$zig" -name zig -type f | head -n 1)
    chmod +x "$zig"
    tool cc "'$zig' cc -target $1 -fno-sanitize=undefined"
    tool ar "'$zig' ar"
    tool ranlib "'$zig' ranlib"
}

# Sets HOST (the target as configure calls it), OPENSSL (as OpenSSL does) and
# what its libraries need of the system.
compiler_for() { # TARGET
    SYSTEM='' FLAGS=-O2 CURL_TLS=--with-openssl CURL_CFLAGS='' CURL_NEEDS='libssl libcrypto'
    case $1 in
    windows)
        HOST=x86_64-w64-mingw32 OPENSSL=mingw64
        command -v $HOST-gcc >/dev/null || die 77 "$HOST-gcc is missing: run \"tools/setup.sh install windows\""
        tool cc $HOST-gcc
        tool ar $HOST-ar
        tool ranlib $HOST-ranlib
        tool windres $HOST-windres
        SYSTEM='-lws2_32 -lcrypt32 -lbcrypt -ladvapi32'
        CURL_TLS=--with-schannel CURL_CFLAGS=-DCURL_STATICLIB CURL_NEEDS=''
        ;;
    static-amd64) HOST=x86_64-linux-musl OPENSSL=linux-x86_64 ;;
    static-arm64) HOST=aarch64-linux-musl OPENSSL=linux-aarch64 ;;
    static-armhf) HOST=arm-linux-musleabihf OPENSSL=linux-armv4 ;;
    macos-arm64) HOST=aarch64-apple-darwin OPENSSL=darwin64-arm64-cc ;;
    macos-x86_64) HOST=x86_64-apple-darwin OPENSSL=darwin64-x86_64-cc ;;
    *) die 2 "there is no target $1" ;;
    esac
    case $1 in
    static-*)
        with_zig "$HOST"
        # Small: what is not called can be left out, and TLS would be a fifth.
        FLAGS='-Os -ffunction-sections -fdata-sections -fno-unwind-tables -fno-asynchronous-unwind-tables'
        CURL_TLS=--without-ssl CURL_NEEDS=''
        ;;
    macos-*) with_zig "${HOST%%-*}-macos.11.0" ;;
    esac
    CC="$(command -v ccache || :) $new/bin/cc"
    export CC=${CC# } AR=$new/bin/ar RANLIB=$new/bin/ranlib RC=$new/bin/windres CCACHE_COMPILERCHECK=content
}

# ---- building --------------------------------------------------------------------

quietly() { # NAME COMMAND...: what it says, only if it fails
    local log=$work/$1.log
    shift
    set +e # in "||", it would not stop at what fails inside
    (set -e; "$@") >"$log" 2>&1
    local status=$?
    set -e
    [ $status = 0 ] || { tail -n 40 "$log" >&2; die 1 "$1 failed"; }
}

pc() { # NAME VERSION LIBS [CFLAGS [REQUIRES]]
    # shellcheck disable=SC2016
    printf '%s\n' 'prefix=${pcfiledir}/../..' "Name: $1" "Description: $1, static" "Version: $2" "Requires: ${5-}" \
        "Cflags: -I\${prefix}/include ${4-}" "Libs: -L\${prefix}/lib $3" >"$new/lib/pkgconfig/$1.pc"
}

# Few files and no questions asked of the system: no configure needed.
compile() { # NAME FLAGS... -- FILE...
    local name=$1 flags=() objects=() f
    shift
    while [ "$1" != -- ]; do flags+=("$1"); shift; done
    shift
    for f; do
        $CC $FLAGS -fPIC -w "${flags[@]}" -c -o "$f.o" "$f"
        objects+=("$f.o")
    done
    $AR rcs "$new/lib/lib$name.a" "${objects[@]}"
}

# What we ask of it: MD5, SHA-256, HMAC, HKDF, PBKDF2, ChaCha20-Poly1305, X25519,
# signatures by RSA and P-256 keys in PEM files; TLS 1.2 and 1.3 where curl has no
# other.  What stays out is half of the size.
OPENSSL_WITHOUT='aria bf blake2 camellia cast cmac cmp cms comp ct des dh dsa dtls ec2m gost idea md4 mdc2
    nextprotoneg ocb ocsp psk rc2 rc4 rc5 rfc3779 rmd160 scrypt seed siphash siv sm2 sm3 sm4 srp srtp ssl3 ssl-trace
    tls1 tls1_1 ts ui-console whirlpool
    shared dso engine legacy module tests autoload-config'

build_openssl() {
    (
        cd "$work/openssl"
        # shellcheck disable=SC2046
        ./Configure "$OPENSSL" --prefix=/usr --openssldir=/etc/ssl --libdir=lib $FLAGS -Os $(printf 'no-%s ' $OPENSSL_WITHOUT)
        make -j"$jobs" build_generated
        make -j"$jobs" libcrypto.a ${CURL_NEEDS:+libssl.a}
        cp libcrypto.a ${CURL_NEEDS:+libssl.a} "$new/lib/"
        cp -r include/openssl "$new/include/"
    )
    pc libcrypto 3.0.20 "-lcrypto $SYSTEM"
    [ -n "$CURL_NEEDS" ] || return 0
    pc libssl 3.0.20 -lssl '' libcrypto
    pc openssl 3.0.20 '' '' 'libssl libcrypto' # curl asks for it
}

build_libdeflate() {
    (
        cd "$work/libdeflate"
        compile deflate -I. -- lib/*.c lib/*/*.c
        cp libdeflate.h "$new/include/"
    )
    pc libdeflate 1.14 -ldeflate
}

build_jansson() {
    (
        cd "$work/jansson"
        : >src/jansson_private_config.h
        compile jansson -Isrc -Iandroid -DHAVE_STDINT_H=1 -DINITIAL_HASHTABLE_ORDER=3 -- src/*.c
        cp src/jansson.h android/jansson_config.h "$new/include/"
    )
    pc jansson 2.14 -ljansson
}

build_inih() {
    (
        cd "$work/inih/lib/inih"
        # As inih has it, from any reader of lines: GnuTLS reads files alone.
        sed -i '/<config.h>/d; s/ini_parse_file(FILE\* file,/ini_parse_stream(ini_reader reader, void* file,/
            s/(fgets(/(reader(/' ini.[ch]
        compile inih -I. -- ini.c
        cp ini.h "$new/include/"
    )
    pc inih 53 -linih
}

build_cmocka() {
    (
        cd "$work/cmocka"
        # Its own guess at uintptr_t is wrong for some systems.
        sed -i 's/^#if !defined(_UINTPTR_T) .*/#include <stdint.h>\n#if 0/' include/cmocka.h
        compile cmocka -Iinclude -D_GNU_SOURCE -DHAVE_ASSERT_H -DHAVE_INTTYPES_H -DHAVE_MALLOC_H -DHAVE_SETJMP_H \
            -DHAVE_SIGNAL_H -DHAVE_STDINT_H -DHAVE_STRINGS_H -DHAVE_TIME_H -DHAVE_STRUCT_TIMESPEC \
            -DHAVE_GCC_THREAD_LOCAL_STORAGE -DHAVE_CLOCK_GETTIME -DHAVE_CLOCK_REALTIME -- src/cmocka.c
        cp include/cmocka.h include/cmocka_pbc.h "$new/include/"
    )
    pc cmocka 1.1.5 -lcmocka
}

build_libmicrohttpd() {
    (
        cd "$work/libmicrohttpd"
        CFLAGS="$FLAGS -fPIC" ./configure --host="$HOST" --prefix=/usr --disable-shared --enable-static --disable-https --disable-doc \
            --disable-examples --disable-curl --disable-messages --disable-postprocessor --disable-bauth --disable-dauth
        make -j"$jobs" -C src/microhttpd libmicrohttpd.la
        cp src/microhttpd/.libs/libmicrohttpd.a "$new/lib/"
        cp src/include/microhttpd.h "$new/include/"
    )
    pc libmicrohttpd 0.9.75 "-lmicrohttpd $SYSTEM"
}

# HTTP and HTTPS alone.
build_curl() {
    (
        cd "$work/curl"
        # Digest as elsewhere: with Schannel it would be Windows' own, which Wine
        # has not, and which no test here could see.
        sed -i 's/USE_WINDOWS_SSPI/USE_WINDOWS_DIGEST/' lib/{http_digest,vauth/digest,vauth/digest_sspi}.c
        sed -i '/^struct digestdata/,/^}/s/USE_WINDOWS_SSPI/USE_WINDOWS_DIGEST/' lib/urldata.h
        CFLAGS="$FLAGS -fPIC" CPPFLAGS=-DCURL_DISABLE_NTLM PKG_CONFIG_LIBDIR=$new/lib/pkgconfig \
            ./configure --host="$HOST" --prefix=/usr --disable-shared --enable-static --enable-ipv6 $CURL_TLS \
            --disable-{ftp,file,ldap,ldaps,rtsp,dict,telnet,tftp,pop3,imap,smb,smtp,gopher,mqtt,manual,ntlm-wb} \
            --without-{zlib,brotli,zstd,libpsl,libssh2,libidn2,nghttp2,librtmp,winidn} \
            --disable-{threaded-resolver,cookies,alt-svc,hsts,doh,proxy,unix-sockets,netrc,libcurl-option}
        make -j"$jobs" -C lib libcurl.la
        cp lib/.libs/libcurl.a "$new/lib/"
        cp -r include/curl "$new/include/"
    )
    pc libcurl 7.88.1 "-lcurl $SYSTEM" "$CURL_CFLAGS" "$CURL_NEEDS"
}

# ---- all of it -------------------------------------------------------------------

where() { # TARGET
    echo "$CACHE/$1-$(cat "$here/libraries" "$here/libraries.sh" | sha256sum | cut -c1-12)"
}

main() { # TARGET
    TARGET=$1 out=$(where "$1")
    [ ! -e "$out" ] || { echo "$out"; return; }
    mkdir -p "$CACHE"
    # Two at once build it twice; the one that is ready first is taken.
    work=$(mktemp -d "$CACHE/work.XXXXXX") new=$work/new
    trap 'rm -rf "$work"' EXIT
    mkdir -p "$new/lib/pkgconfig" "$new/include" "$new/bin"
    compiler_for "$TARGET"
    local name
    for name in openssl libdeflate jansson inih cmocka libmicrohttpd curl; do
        source_of "$name" || continue
        echo "libraries: $TARGET: $name" >&2
        quietly "$name" "build_$name"
    done
    mv -T "$new" "$out" 2>/dev/null || [ -e "$out" ]
    echo "$out"
}

case ${1-} in
where) where "${2:?TARGET}" ;;
'' | -*) sed -n '2,/^$/s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
*) main "$1" ;;
esac
