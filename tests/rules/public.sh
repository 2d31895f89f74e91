#!/bin/sh
# public.sh -- every public function is defined in src/api, or in a file that
# docs/ARCHITECTURE.md lists; and what is listed is really called by other rooms
# of the library, or it would belong in src/api.
set -u
bad=0
rooms='base os crypto wire image proto net names session web serve fleet'

complain() { echo "$1"; bad=1; }

# The table below "## Public functions": the files in its first column.
listed=$(sed -n '/^## Public functions/,/^## What/s/^| `\([a-z0-9_/]*\.c\)` .*/\1/p' \
    docs/ARCHITECTURE.md)
[ -n "$listed" ] || complain "docs/ARCHITECTURE.md: no table of public functions"

functions=$(cat include/espota/*.h | tr '\n' ' ' |
    grep -oE 'ESPOTA_API [^;(]*\(' | grep -oE 'espota_[a-z0-9_]*\($' | tr -d '(' | sort -u)
[ "$(echo "$functions" | wc -l)" -gt 60 ] || complain "include/espota: few public functions found"

needed=
for f in $functions; do
    file=$(cd src && grep -lE "^([a-z][a-z0-9_ ]*[ *])?$f\(" ./*/*.c | sed 's,^\./,,')
    case $file in
    '' | *' '*) complain "$f: defined in \"$file\", which is not one file"; continue ;;
    api/*) continue ;;
    esac
    echo "$listed" | grep -qx "$file" ||
        complain "$f: defined in $file; it belongs in src/api, or $file in docs/ARCHITECTURE.md"
    for room in $rooms; do
        if grep -lE "[^a-z_]$f\(" "src/$room"/*.c | grep -qvx "src/$file"; then
            needed="$needed $file"
            break
        fi
    done
done
for file in $listed; do
    case " $needed " in
    *" $file "*) ;;
    *) complain "docs/ARCHITECTURE.md: nothing public of $file is called by the library: it belongs in src/api" ;;
    esac
done
exit $bad
