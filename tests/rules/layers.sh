#!/bin/sh
# layers.sh -- check-layers.sh really fails: one planted sin of each kind.
set -u
check=$PWD/tools/check-layers.sh
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
bad=0

plant() { # WORDS FILE LINE: adding LINE to FILE must be complained about
    rm -rf "$tmp/src"
    cp -R src "$tmp/src"
    mkdir -p "$(dirname "$tmp/src/$2")"
    printf '%s\n' "$3" >>"$tmp/src/$2"
    if "$check" "$tmp/src" >"$tmp/out" 2>&1; then
        echo "$2 may have: $3 ($1)"
        bad=1
    elif ! grep -qF "$2" "$tmp/out"; then
        echo "the complaint about $2 does not name it ($1):"
        cat "$tmp/out"
        bad=1
    fi
}

"$check" src || exit 1 # as it stands it is clean
plant "up" wire/esphome.c '#include "net/loop.h"'
plant "up" base/str.c '#include "crypto/digest.h"'
plant "a room without a line" sim_another/device.c '#include "base/str.h"'
plant "past the API" cli/main.c '#include "fleet/job.h"'
plant "the client's reading" sim_esphome/noise.c '#include "proto/esphome.h"'
plant "a particular protocol" session/session.c '#include "wire/esphome.h"'
plant "the system" proto/esphome.c '#include <unistd.h>'
plant "the system" conf/secret.c '#include <sys/stat.h>'
plant "the system" image/image.c '# include <fcntl.h>'
plant "signals" ui/ui_tty.c '#include <signal.h>'
plant "the clock" wire/esphome.c '#include <time.h>'
plant "the heap" proto/esphome.c 'void *p(void) { return eo_calloc(1, 1); }'
plant "a library away from home" image/image.c '#include <openssl/evp.h>'
plant "a library away from home" api/fleet.c '#include <jansson.h>'
plant "the system's sockets" net/race.c '#include <sys/socket.h>'
plant "the system's signals" sim_main/run.c '#  include <signal.h>'
plant "the system's files" conf/map.c '#include <fcntl.h>'
plant "the system behind a header" os/sock.h '#include <netinet/in.h>'
plant "the system in a file of every system" os/file.c '#include <unistd.h>'
plant "the system in a command" cli/cmd_serve.c '#include <pwd.h>'
plant "the system's clock" serve/catalog.c '#include <time.h>'
exit $bad
