#!/bin/sh
# headers.sh -- each public header compiles alone, in C and in C++, pedantically
# and with nothing defined; and so does what fills their structs.
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
# A struct that is filled, by its macro: C++ has that from C++20.
cat >"$tmp/filled" <<'END'
#include <espota/espota.h>

#if ESPOTA_VERSION_NUMBER < 1
#error "which version is this?"
#endif

int filled(struct espota_error *err);
int filled(struct espota_error *err)
{
    const struct espota_target t = ESPOTA_TARGET(.host = "kitchen", .port = 1);
    const struct espota_wait_config w = ESPOTA_WAIT_CONFIG(.port = 1);
    const struct espota_fleet_config f = ESPOTA_FLEET_CONFIG();
    const struct espota_check c = ESPOTA_CHECK(.port = 1);
    const struct espota_discover_config d = ESPOTA_DISCOVER_CONFIG(.family = 4);
    const struct espota_serve_config s = ESPOTA_SERVE_CONFIG(.dir = ".");

    return espota_target_check(&t, err) + (int)w.size + (int)f.size +
           (int)c.size + (int)d.size + (int)s.size;
}
END
for language in $languages; do
    case $language in
    c:*) compiler=$cc ;;
    c++:c++20) compiler=$cxx ;;
    *) continue ;;
    esac
    $compiler -x "${language%:*}" "-std=${language#*:}" -Wall -Wextra -Wpedantic \
        -Wno-missing-field-initializers -Werror -Iinclude -fsyntax-only "$tmp/filled" || {
        echo "a struct cannot be filled by its macro in ${language#*:}"
        bad=1
    }
done
exit $bad
