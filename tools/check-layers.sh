#!/bin/sh
# check-layers.sh -- a directory may include itself and what is listed for it;
# the pure ones may not include the operating system; a library has one home.
# The picture is in docs/ARCHITECTURE.md.
#
# usage: check-layers.sh [SRC]   (another tree: for the test of this script)
set -eu
cd "${1:-$(dirname "$0")/../src}"
bad=0

complain() { echo "$1"; bad=1; }

rooms=' ' # that have a line
allow() { # DIR ALLOWED...   (a directory, or one header of one)
    dir=$1; shift
    rooms="$rooms$dir "
    # One process for all files of a directory: a rule runs this often.
    for pair in $(grep -H '^#include "[a-z0-9_]*/[a-z0-9_]*\.h"' "$dir"/*.[ch] |
        sed 's/:#include "\([^"]*\)".*/:\1/'); do
        inc=${pair#*:}
        case " $dir $* " in
        *" ${inc%%/*} "* | *" $inc "*) ;;
        *) complain "${pair%%:*}: may not include $inc" ;;
        esac
    done
}

pure() { # DIR...: no operating system, no heap, no stdio
    for dir; do
        for f in "$dir"/*.[ch]; do
            [ -e "$f" ] || continue
            grep -HnE '^#include <(sys/|netinet/|arpa/|net/|netdb|unistd|poll|time|pthread|signal|stdlib|stdio|errno|fcntl)' \
                "$f" && bad=1 || :
            grep -HnE '[^_a-z](eo_calloc|eo_resize|eo_grow|eo_strdup)\(' "$f" && bad=1 || :
        done
    done
}

# What every system has because C has it; signals, threads and most of time.h
# are what a system makes of them.
C11='assert|complex|ctype|errno|fenv|float|inttypes|iso646|limits|locale|math|setjmp|stdalign|stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdlib|stdnoreturn|string|tgmath|uchar|wchar|wctype'
LIBRARIES='espota/|openssl/|libdeflate\.h|jansson\.h|ini\.h|curl/|microhttpd\.h|avahi-|dns_sd\.h'

portable() { # FILE...: no header of an operating system: os/ is asked instead
    grep -HnE '^[ ]*#[ ]*include <' "$@" |
        grep -vE "<(($C11)\.h>|$LIBRARIES)" |
        sed 's/$/ (ask os\/ instead)/' | grep . && bad=1 || :
}

home() { # HEADER FILE...: only these may include it
    header=$1; shift
    for f in $(grep -l "^#include <$header" */*.[ch]); do
        found=0
        for allowed; do
            # shellcheck disable=SC2254
            case $f in $allowed) found=1 ;; esac
        done
        [ $found = 1 ] || complain "$f: <$header...> belongs to $*"
    done
}

allow base
allow os      base
allow crypto  base
allow wire    base
allow image   base os crypto wire
allow proto   base crypto wire image
allow net     base os
allow names   base os crypto wire net
allow session base os crypto proto net
allow web     base os crypto wire image proto net session
allow serve   base os wire image net
allow fleet   base os wire proto net names session web
allow api     base os crypto image net names web serve fleet
allow conf    base os
allow ui      base os conf
allow cli     base os conf ui
allow sim         base os crypto wire image net
allow sim_esphome base os crypto wire image net sim
allow sim_arduino base os crypto wire image net sim
allow sim_web     base os crypto wire image net sim
allow sim_pull    base os crypto wire image net sim
allow sim_main    base os crypto net sim sim_esphome sim_arduino sim_web sim_pull
for room in */; do
    case $rooms in
    *" ${room%/} "*) ;;
    *) complain "$(echo "$room"*): no line here says what this room may include" ;;
    esac
done
pure wire proto
for room in base crypto wire image proto net names session web serve fleet api conf ui cli sim sim_*; do
    portable "$room"/*.[ch]
done
# Of the seam what carries the name of no system.
for file in os/*.[ch]; do
    case $file in
    *_posix.c | os/posix.h | *_windows.c | os/windows.h) ;;
    *) portable "$file" ;;
    esac
done

home openssl/      'crypto/*'
home libdeflate.h  image/gzip.c
home jansson.h     'conf/*' 'ui/*' 'cli/*' sim/report.c sim_pull/manifest.c serve/manifest.c
home ini.h         conf/config_ini.c conf/map.c
home curl/         'web/push*'
home microhttpd.h  'serve/httpd*'
home avahi-        names/mdns_avahi.c
home dns_sd.h      names/mdns_dnssd.c
exit $bad
