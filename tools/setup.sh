#!/bin/sh
# setup.sh -- install what tools/packages lists and this machine lacks.
#
#   setup.sh install GROUP...   say what is missing, and install it
#   setup.sh name PROBE         the package that would satisfy PROBE here
set -eu
here=$(dirname "$0")

manager() {
    for m in apt-get dnf apk pacman brew; do
        command -v "$m" >/dev/null 2>&1 && { echo "$m"; return; }
    done
    echo none
}

column() {
    case $1 in
    apt-get) echo 3 ;; dnf) echo 4 ;; apk) echo 5 ;; pacman) echo 6 ;; brew) echo 7 ;;
    *) echo 3 ;;
    esac
}

satisfied() { # PROBE
    what=${1#*:}
    case $1 in
    pkg:*) command -v pkg-config >/dev/null 2>&1 && pkg-config --exists "$what" ;;
    cmd:*) command -v "$what" >/dev/null 2>&1 ;;
    file:*) for f in $what; do [ -e "$f" ] && return 0; done; return 1 ;;
    esac
}

rows() { grep -v '^ *\(#\|$\)' "$here/packages"; }

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        sudo "$@"
    else
        echo "setup: '$*' needs root: run it as root, then repeat" >&2
        exit 1
    fi
}

missing() { # GROUP...: package names, one a line
    col=$(column "$(manager)")
    for group; do
        rows | while read -r g probe rest; do
            [ "$g" = "$group" ] || continue
            satisfied "$probe" && continue
            # shellcheck disable=SC2086
            set -- $g $probe $rest
            shift $((col - 1))
            [ "$1" = - ] || echo "$1"
        done
    done | sort -u
}

install() {
    m=$(manager)
    packages=$(missing "$@" | tr '\n' ' ')
    if [ -z "${packages% }" ]; then
        echo "setup: nothing is missing"
        return
    fi
    echo "setup: installing with $m: $packages"
    # shellcheck disable=SC2086
    case $m in
    apt-get)
        as_root apt-get update -qq
        # A daemon that a package brings (Avahi, D-Bus) is for the tests'
        # private networks; it must not be started on this machine's own.
        policy=/usr/sbin/policy-rc.d
        if [ "$(id -u)" = 0 ] && [ ! -e $policy ]; then
            printf '#!/bin/sh\nexit 101\n' >$policy
            chmod 755 $policy
            trap 'rm -f $policy' EXIT
        fi
        as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends $packages >/dev/null
        ;;
    dnf) as_root dnf install -y -q $packages ;;
    apk) as_root apk add -q $packages ;;
    pacman) as_root pacman -S --needed --noconfirm $packages ;;
    brew) brew install -q $packages ;;
    none)
        echo "setup: no package manager known here; install these (Debian's names) by hand" >&2
        exit 1
        ;;
    esac
}

case ${1-} in
install) shift; install "$@" ;;
name)
    rows | awk -v probe="$2" -v col="$(column "$(manager)")" '$2 == probe { print $col; exit }'
    ;;
*) echo "usage: setup.sh install GROUP... | name PROBE" >&2; exit 2 ;;
esac
