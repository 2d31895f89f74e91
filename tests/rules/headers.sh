#!/bin/sh
# headers.sh -- each public header compiles alone, in C and in C++, pedantically
# and with nothing defined.
set -u
cc=${CC:-cc}
cxx=${CXX:-c++}
bad=0
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
languages='c:c99 c:c11 c:c17'
# A machine that builds C need not have C++: the compiler itself says so.
if echo 'int x;' | $cxx -x c++ -fsyntax-only - 2>/dev/null; then
    languages="$languages c++:c++11 c++:c++20"
elif command -v clang >/dev/null && echo 'int x;' | clang -x c++ -fsyntax-only - 2>/dev/null; then
    cxx=clang
    languages="$languages c++:c++11 c++:c++20"
else
    echo "(no C++ compiler here: C only)"
fi
for header in include/espota/*.h; do
    name=espota/$(basename "$header")
    printf '#include <%s>\n#include <%s>\nint alone;\n' "$name" "$name" >"$tmp/alone"
    for language in $languages; do
        case $language in c:*) compiler=$cc ;; *) compiler=$cxx ;; esac
        $compiler -x "${language%:*}" "-std=${language#*:}" -Wall -Wextra -Wpedantic \
            -Werror -Iinclude -fsyntax-only "$tmp/alone" || {
            echo "$name does not compile alone as ${language#*:}"
            bad=1
        }
    done
done
exit $bad
