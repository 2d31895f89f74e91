#!/bin/sh
# install.sh -- what "make install" leaves can be built against by its
# pkg-config file, with the shared and with the static library, and "make
# uninstall" takes all of it away.
set -eu
cc=${CC:-cc} BUILD=${BUILD:-build} BIN=${BIN:-.}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
# Another prefix first: what was made for it must not stay.
make -s install BUILD="$BUILD" BINDEST="$BIN" DESTDIR="$tmp/other" PREFIX=/opt
make -s install BUILD="$BUILD" BINDEST="$BIN" DESTDIR="$tmp/root" PREFIX=/usr
lib=$tmp/root/usr/lib

cat >"$tmp/user.c" <<'END'
#include <stdio.h>
#include <string.h>
#include <espota/espota.h>

int main(void)
{
    struct espota_loop *loop;
    struct espota_fleet *fleet;
    struct espota_error err;
    const struct espota_fleet_config config = ESPOTA_FLEET_CONFIG();

    if (strcmp(espota_version(), ESPOTA_VERSION) != 0 ||
        espota_loop_new(&loop, &err) != 0 ||
        espota_fleet_new(&fleet, loop, &config, &err) != 0)
        return 1;
    printf("%s %s %d\n", espota_version(), espota_category_name(ESPOTA_E_REFUSED),
           espota_loop_run(loop, -1, &err));
    espota_fleet_free(fleet);
    espota_loop_free(loop);
    return 0;
}
END

PKG_CONFIG_PATH=$lib/pkgconfig
export PKG_CONFIG_PATH
# The .pc file speaks of /usr; here it is below DESTDIR.
ours() { pkg-config "--define-variable=libdir=$lib" "--define-variable=includedir=$tmp/root/usr/include" "$@" espota; }

version=$(ours --modversion)
# A build with sanitizers, or one that counts, leaves libraries that need them.
san=
nm "$lib/libespota.a" 2>/dev/null | grep -q __asan_init && san="-fsanitize=address,undefined"
nm "$lib/libespota.a" 2>/dev/null | grep -q __gcov_init && san="$san --coverage"
# shellcheck disable=SC2046
$cc $san $(ours --cflags) -o "$tmp/shared" "$tmp/user.c" $(ours --libs)
# Ours statically, what it needs as the system has it.
# shellcheck disable=SC2046
$cc $san $(ours --cflags) -pthread -o "$tmp/static" "$tmp/user.c" "$lib/libespota.a" \
    $(pkg-config --libs $(ours --print-requires-private | sed 's/ .*//'))
[ "$(LD_LIBRARY_PATH=$lib "$tmp/shared")" = "$version refused 0" ]
[ "$("$tmp/static")" = "$version refused 0" ]

# Nothing but the API is visible in the shared library.
hidden=$(nm -D --defined-only "$lib"/libespota.so.* 2>/dev/null |
    awk '$2 ~ /[TDBR]/ && $3 !~ /^(espota_|_init$|_fini$|__|_edata|_end|asan|ubsan|mangle_path$)/ { print $3 }')
[ -z "$hidden" ] || {
    echo "visible, and not of the API: $hidden"
    exit 1
}

make -s uninstall BUILD="$BUILD" BINDEST="$BIN" DESTDIR="$tmp/root" PREFIX=/usr
left=$(find "$tmp/root" -type f -o -type l)
[ -z "$left" ] || {
    echo "left behind: $left"
    exit 1
}
