#!/bin/sh
# advice.sh -- the library speaks of devices: no text of it names an option, a
# command or a variable of the program.  What the caller can do is an advice
# (error.h), and src/ui/advice.c has the words of the command line for it.
#
# usage: advice.sh [FOLDER...]   (another tree: for the test of this script)
set -eu
bad=0

[ $# -gt 0 ] || {
    # The rule itself must bite: one planted sin of each kind, and what is none.
    tmp=$(mktemp -d)
    trap 'rm -rf "$tmp"' EXIT
    while read -r sin; do
        echo "    say(\"$sin\");" >"$tmp/planted.c"
        sh "$0" "$tmp" >/dev/null && { echo "a planted sin passes: $sin"; bad=1; }
    done <<'SINS'
give it with --key
--force sends it
give it with -a
files need -s, and more
-vvv shows every byte
through the firewall (-P fixes it)
or set ESPOTA_PASSWORD
espota-c discover tells it
SINS
    while read -r fine; do
        echo "    say(\"$fine\", ESPOTA_E_OK); /* --key, -a */" >"$tmp/planted.c"
        sh "$0" "$tmp" || { echo "this does not pass: $fine"; bad=1; }
    done <<'FINE'
two (%d - 1), ota: - platform
a device-specific e-mail
-----BEGIN PUBLIC KEY-----
realm=\"espota-c\"
FINE
    set -- include src/base src/os src/crypto src/wire src/image src/proto src/net \
        src/names src/session src/web src/serve src/fleet src/api
}
# Literals alone: comments go, then all that is between two literals.
for file in $(find "$@" -type f -name '*.[ch]' | sort); do
    awk -v file="$file" '
    {
        line = $0; text = ""
        while (line != "") {
            if (comment) {
                end = index(line, "*/")
                if (end == 0) break
                line = substr(line, end + 2); comment = 0
                continue
            }
            if (substr(line, 1, 2) == "/*") { comment = 1; line = substr(line, 3); continue }
            if (match(line, /^\047(\\.|[^\047])\047/)) { line = substr(line, RLENGTH + 1); continue }
            if (match(line, /^"(\\.|[^"\\])*"/)) {
                literal = substr(line, 2, RLENGTH - 2)
                if (literal !~ /^-[a-z]$/) text = text " " literal " " # "sh", "-c"
                line = substr(line, RLENGTH + 1)
                continue
            }
            line = substr(line, 2)
        }
        if (text ~ /(^|[^-a-z0-9])--[a-z]/ || text ~ /[ (\/]-([a-zA-Z]|vvv)[^-a-zA-Z0-9]/ ||
            text ~ /ESPOTA_[A-Z]/ || text ~ /espota-c [a-z]/) {
            print file ":" NR ": a text of the library names an option:" text; bad = 1
        }
    }
    END { exit bad }' "$file" || bad=1
done
exit $bad
